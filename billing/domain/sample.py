"""The document that the landing page shows: the beginning of one that was written here, by `python -m demo.sample`."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe

from documents.enums import CitationCheck

_KEPT: Final = Path(__file__).resolve().parents[1] / "sample_document.json"
#: How a card says in English, in which the sample was read, that it was checked.
_CHECKS: Final = {
    "quotation found word for word": CitationCheck.VERBATIM,
    "wording found in the passage": CitationCheck.OVERLAP,
    "judged as supported by the passage": CitationCheck.JUDGED,
}


@dataclass(frozen=True)
class Card:
    """Where one citation of the sample comes from; ``passage`` has the supporting words in ``<mark>``."""

    anchor: str
    source: str
    page: str
    passage: SafeString
    check: CitationCheck


@dataclass(frozen=True)
class Sample:
    """Pages of a section of a document, with the cards of their citations in the order of the text."""

    title: str
    author: str
    language: str
    number: str
    heading: str
    pages: tuple[SafeString, ...]
    cards: tuple[Card, ...]


@cache
def sample() -> Sample:
    """What is kept. Its HTML is this repository's own, and was cleaned when the site made it."""
    kept: dict[str, Any] = json.loads(_KEPT.read_text(encoding="utf-8"))
    return Sample(
        title=kept["title"],
        author=kept["author"],
        language=kept["language"],
        number=kept["number"],
        heading=kept["heading"],
        pages=tuple(_html(page) for page in kept["pages"]),
        cards=tuple(
            Card(one["anchor"], one["source"], one["page"], _html(one["passage"]), _CHECKS[one["check"]])
            for one in kept["cards"]
        ),
    )


def _html(text: str) -> SafeString:
    return mark_safe(text)  # noqa: S308  # from a file of this repository
