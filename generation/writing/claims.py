"""Passages that a writer named for its citations. Used as hints, if they fit the text (R-10).

A writer returns one passage number for each cited key, in the order of the text. Such a list can be shifted by one, or
invented. If one entry contradicts the text, the whole list is ignored, and passages are found by key, page and words.
"""

from collections.abc import Sequence
from typing import Any

from documents.domain.text import CitedKey, citation_keys
from documents.models import Passage
from generation.writing import cited_pages
from generation.writing.prompts.fencing import page_of
from generation.writing.sentences import sentences

Claim = dict[str, Any]


def named(markdown: str, numbers: Sequence[int], shown: Sequence[Passage]) -> list[Claim]:
    """The claims of a text whose writer was shown these passages, numbered from 1; none where they do not fit it."""
    cited = [(one.text, item) for one in sentences(markdown) for item in citation_keys(one.text)]
    if len(numbers) != len(cited):
        return []
    claims: list[Claim] = []
    for (sentence, item), number in zip(cited, numbers, strict=True):
        passage = shown[number - 1] if 1 <= number <= len(shown) else None
        if passage is None or not _is_cited(passage, item):
            return []
        claims.append({"sentence": sentence, "key": item.key, "passage": passage.pk, "page": page_of(passage) or None})
    return claims


def _is_cited(passage: Passage, item: CitedKey) -> bool:
    """Whether a citation means this passage, or may: by its key, and by the page that it names, if any."""
    return passage.source.key == item.key and bool(cited_pages.on_pages([passage], item.locator)[0])
