"""The rendering for the screen: each citation in the text becomes a link to its card."""

from collections.abc import Iterable, Iterator

import lxml.html
from lxml import etree


def link_citations(fragments: Iterable[str]) -> Iterator[str]:
    """Turns ``<span class="citation" data-keys="a b">`` into a link to the card of its first key, ``#cite-N``.

    N counts cited keys over all ``fragments``, from 1, as ``documents.domain.citations.cards`` does.
    """
    number = 1
    for fragment in fragments:
        if not fragment.strip():
            yield ""
            continue
        root = lxml.html.fragment_fromstring(fragment, create_parent="div")
        for span in root.xpath(".//span[contains(concat(' ', @class, ' '), ' citation ')]"):
            keys = span.get("data-keys", "").split()
            # Links inside a link are not HTML: what the citation engine linked to is on the card.
            etree.strip_tags(span, "a")
            span.tag = "a"
            span.attrib.clear()
            span.set("class", "cite")
            span.set("href", f"#cite-{number}")
            number += len(keys)
        yield _inner_html(root)


def _inner_html(root: lxml.html.HtmlElement) -> str:
    text: str = lxml.html.tostring(root, encoding="unicode", with_tail=False)
    return text.removeprefix("<div>").removesuffix("</div>")
