"""About how many pages a text fills as it stands, beside those that were paid (R-11).

Where nothing was changed since the pages were counted the count holds; else they are reckoned by characters and
headings, within about a page in a hundred: a layout counts exactly, and takes seconds.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from documents.domain.queries import last_change
from documents.domain.text import characters_per_page
from documents.models import Document
from generation.writing import ordered
from generation.writing.assignments import HEADING_PAGES

_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True)
class Pages:
    """About how many pages the document fills, and how many were paid."""

    filled: Decimal
    paid: Decimal

    @property
    def is_over(self) -> bool:
        """Whether it is more than was paid."""
        return self.filled > self.paid


def of_document(document: Document, *, characters: int, saved: int, headings: int) -> Pages:
    """Pages of a document by the number of its ``characters``; ``saved`` leaves out what is typed and not saved."""
    paid = ordered.paid_pages(document)
    if document.body_pages and last_change(document) is None:
        more = Decimal((characters - saved) / characters_per_page(document.language))
        return Pages((document.body_pages + more).quantize(_TENTH), paid)
    return Pages(estimate(characters, headings=headings, language=document.language), paid)


def estimate(characters: int, *, headings: int, language: str) -> Decimal:
    """The pages that characters and headings fill, to a tenth."""
    return Decimal(characters / characters_per_page(language) + headings * HEADING_PAGES).quantize(_TENTH)
