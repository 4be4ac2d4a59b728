"""Passages that a writer named for its citations. Used as hints, if they fit the text (R-10).

A writer returns one passage number for each cited key, in the order of the text. Such a list can be shifted by one, or
invented. If one entry contradicts the text, the whole list is ignored, and passages are found by key, page and words.

Also finds the passages on the pages that a citation names.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from documents.domain.text import citation_keys
from documents.models import Passage
from generation.writing.prompts.blocks import page_of
from generation.writing.sentences import sentences

Claim = dict[str, Any]
#: A citation of more pages than this points nowhere.
_MOST_PAGES: Final = 20
_RANGE: Final = re.compile(r"(\w+)\s*[–—-]\s*(\w+)")


def named(markdown: str, numbers: Sequence[int], shown: Sequence[Passage]) -> list[Claim]:
    """The claims of a text whose writer was shown these passages, numbered from 1; none where they do not fit it."""
    cited = [(one.text, item) for one in sentences(markdown) for item in citation_keys(one.text)]
    if len(numbers) != len(cited):
        return []
    claims: list[Claim] = []
    for (sentence, item), number in zip(cited, numbers, strict=True):
        passage = shown[number - 1] if 1 <= number <= len(shown) else None
        if passage is None or passage.source.key != item.key or not on_pages([passage], item.locator)[0]:
            return []
        claims.append({"sentence": sentence, "key": item.key, "passage": passage.pk, "page": page_of(passage) or None})
    return claims


def pages_of(locator: str) -> list[str] | None:
    """The pages of a locator such as "12", "iv", "12–14" or "3, 12–14"; None for one that cannot be followed.

    The end of a range may be shortened ("123–5"). Of a range in roman numbers its ends are named.
    """
    pages: list[str] = []
    for part in (part.strip() for part in locator.split(",")):
        found = _RANGE.fullmatch(part)
        if found is None:
            pages.append(part)
        elif found[1].isdecimal() and found[2].isdecimal():
            first, last = int(found[1]), int(found[1][: max(0, len(found[1]) - len(found[2]))] + found[2])
            if not first < last <= first + _MOST_PAGES:
                return None
            pages += [str(page) for page in range(first, last + 1)]
        else:
            pages += [found[1], found[2]]
    return pages if 0 < len(pages) <= _MOST_PAGES and all(pages) else None


def on_pages(passages: Sequence[Passage], locator: str) -> tuple[list[Passage], str]:
    """The passages on the pages that a citation names, and the first page that none of them stands on, if any.

    Without a locator all of them, whatever their page.
    """
    if not locator:
        return list(passages), ""
    labels = {page_of(passage) for passage in passages} - {""}
    pages = [locator] if locator in labels else pages_of(locator)
    missing = locator if pages is None else next((page for page in pages if page not in labels), "")
    return [passage for passage in passages if page_of(passage) in (pages or [])], missing
