"""A page of the web: what it says about itself, and its readable text (R-83).

Its own words about itself are Highwire's tags (``citation_…``), Dublin Core, Open Graph, and the usual ``author`` and
``date``: https://scholar.google.com/intl/en/scholar/inclusion.html, https://ogp.me. Nothing of it is ever run or shown
as a page.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lxml import etree, html

from reading.dates import csl_date
from reading.errors import BrokenError, TooBigError
from reading.fields import bare_doi, names, plain, standard_numbers, titled
from reading.mathml import words_of
from reading.protocol import MAX_PAGE_CHARACTERS, Meta, Page
from reading.reference_types import language_code

#: Bytes of one page; those with more are programs.
MAX_BYTES: Final = 16 * 1024 * 1024
#: What is no text of the page: programs, forms, what goes with every page of a site.
_NOT_READ: Final = (
    "script", "style", "noscript", "template", "svg", "nav", "header", "footer", "aside", "form", "button",
    "iframe", "object", "select", "figure", "dialog", "menu",
)  # fmt: skip
_BLOCKS: Final = frozenset({"p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dd", "dt", "td"})
_MAIN: Final = ("article", "main", "*[@role='main']", "*[@itemprop='articleBody']")
#: Characters that make a part of the page its main one.
_MAIN_MIN_CHARACTERS: Final = 400
#: A line of a menu or a button has fewer words.
_PARAGRAPH_MIN_WORDS: Final = 8
#: Names of tags by what they say, the surest first.
_SAID: Final[dict[str, tuple[str, ...]]] = {
    "title": ("citation_title", "dc.title", "dcterms.title", "og:title", "twitter:title"),
    "author": ("citation_author", "dc.creator", "dcterms.creator", "article:author", "author", "parsely-author"),
    "issued": (
        "citation_publication_date", "citation_date", "citation_online_date", "dc.date", "dc.date.issued",
        "dcterms.issued", "dcterms.date", "article:published_time", "datepublished", "date", "pubdate",
    ),
    "container-title": ("citation_journal_title", "citation_conference_title", "citation_inbook_title"),
    "site": ("og:site_name", "application-name"),
    "volume": ("citation_volume",), "issue": ("citation_issue",), "first": ("citation_firstpage",),
    "last": ("citation_lastpage",), "publisher": ("citation_publisher", "dc.publisher", "dcterms.publisher"),
    "DOI": ("citation_doi", "dc.identifier", "dcterms.identifier", "prism.doi"), "ISBN": ("citation_isbn",),
    "language": ("citation_language", "dc.language", "dcterms.language"),
}  # fmt: skip


def read_html(path: Path) -> Iterator[Meta | Page]:
    """What the page says about itself in ``front``, as CSL fields, and its text as one page without number.

    Raises:
        BrokenError: where there is nothing in it.
        TooBigError
    """
    if path.stat().st_size > MAX_BYTES:
        raise TooBigError("page")
    page = _parsed(path.read_bytes())
    front = _front(page)
    yield Meta(title=str(front.get("title", "")), front=front)
    yield Page(number=0, label="", text=_text(page)[:MAX_PAGE_CHARACTERS])


def _parsed(content: bytes) -> Any:
    try:
        content.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # as the page says itself
    parser = html.HTMLParser(encoding=encoding, no_network=True, remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(content, parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise BrokenError("html") from error
    # Listed first: each is taken out of the tree.
    for element in list(page.iter("*")):
        if str(element.tag).rpartition("}")[2].rpartition(":")[2] == "math":
            _put_in_words(element)
    return page


def _front(page: Any) -> dict[str, Any]:
    tags = _tags(page)
    said = {name: values for name, keys in _SAID.items() if (values := next((tags[k] for k in keys if k in tags), []))}
    one = {name: values[0] for name, values in said.items()}
    title = titled(one.get("title") or page.findtext(".//title") or "".join(page.xpath("string(//h1[1])")))
    front: dict[str, Any] = {"type": "article-journal" if "container-title" in one else "webpage"}
    if title:
        front["title"] = title[:500]
    # "https://example.org/people/ada" is nobody's name.
    if people := [dict(name) for name in names(one for one in said.get("author", []) if "://" not in one)]:
        front["author"] = people[:100]
    if (date := csl_date(one.get("issued", "")[:10].replace("/", "-"))) is not None:
        front["issued"] = date
    for name in ("volume", "issue", "publisher"):
        if value := plain(one.get(name, ""))[:200]:
            front[name] = value
    if container := plain(one.get("container-title") or one.get("site", ""))[:300]:
        front["container-title"] = container
    ends = [end for name in ("first", "last") if (end := plain(one.get(name, ""))[:20])]
    if front["type"] == "article-journal" and ends:
        front["page"] = "-".join(dict.fromkeys(ends))
    if doi := next((found for value in said.get("DOI", []) if (found := bare_doi(value))), ""):
        front["DOI"] = doi
    front |= {name: number for name, number in standard_numbers(said.get("ISBN", [])).items() if name == "ISBN"}
    if language := language_code(plain(one.get("language") or page.get("lang") or "")[:2]):
        front["language"] = language
    return front


def _tags(page: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in page.iter("meta"):
        name = str(tag.get("name") or tag.get("property") or tag.get("itemprop") or "").strip().lower()
        value = str(tag.get("content") or "").strip()
        if name and value and value not in found.get(name, []):
            found.setdefault(name, []).append(value[:1_000])
    return found


def _text(page: Any) -> str:
    for dropped in page.xpath("|".join(f"//{name}" for name in _NOT_READ) + "|//*[@hidden]|//*[@aria-hidden='true']"):
        if dropped.getparent() is not None:
            dropped.drop_tree()
    parts = [found for name in _MAIN for found in page.xpath(f"//{name}")]
    mains = [text for part in parts if len(text := _paragraphs(part)) >= _MAIN_MIN_CHARACTERS]
    return max(mains, key=len) if mains else _paragraphs(page)


def _put_in_words(formula: Any) -> None:
    """A formula as words in the text."""
    words = words_of(formula)
    for node in list(formula):
        formula.remove(node)
    formula.text = words


def _paragraphs(part: Any) -> str:
    """The blocks of text one after the other; of blocks within blocks the innermost."""
    found = []
    for block in part.iter():
        if block.tag not in _BLOCKS or any(below.tag in _BLOCKS for below in block.iterdescendants()):
            continue
        words = re.sub(r"\s+", " ", block.text_content()).strip()
        if words and (block.tag.startswith("h") or len(words.split()) >= _PARAGRAPH_MIN_WORDS):
            found.append(words)
    return "\n\n".join(found)
