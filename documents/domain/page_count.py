"""Pages paid and pages delivered (R-11): what a body has to fill, and what it is written to fill.

Pages are those of the laid-out body, the last one by the fraction filled; whole sheets are what an examiner counts.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Final

from django.db.models import Count

from documents.enums import RevisionReason
from documents.models import Document, SectionRevision
from typesetting import Manuscript, measure_async
from typesetting.page_format import STANDARD

#: How much of the pages paid may be missing: a share of them, or at least a number of pages.
_MISSING_SHARE: Final = Decimal("0.03")
_MISSING_PAGES: Final = Decimal("0.5")
#: What a text is written to fill, and changed to fill: so much of the pages paid, then so much of the last one.
_AIMED_SHARE: Final = Decimal("0.99")
_AIMED_SPARE_PAGES: Final = Decimal("0.2")
_AIMED_SPARE_SHARE: Final = Decimal("0.08")
#: The fraction that a last page should fill at least.
FULL_ENOUGH: Final = Decimal("0.33")
_HUNDREDTH: Final = Decimal("0.01")


def least_pages(pages: int) -> Decimal:
    """The fewest laid-out pages that count as ``pages`` delivered."""
    return (pages - max(_MISSING_SHARE * pages, _MISSING_PAGES)).quantize(_HUNDREDTH)


def is_delivered(*, pages: int, body: Decimal) -> bool:
    """Whether a body is what was ordered: 97 to 100 % of it, or at most half a page less, and never a sheet more."""
    return least_pages(pages) <= body <= pages


def aimed_pages(pages: int) -> Decimal:
    """The laid-out pages that a text is written for: near the end of a sheet, with some lines left for chance."""
    return (_AIMED_SHARE * pages).to_integral_value(ROUND_CEILING) - min(_AIMED_SPARE_PAGES, _AIMED_SPARE_SHARE * pages)


async def laid_out(manuscript: Manuscript) -> Decimal:
    """The pages that a manuscript's body fills on standard pages. Raises ExportError."""
    measured = await measure_async(replace(manuscript, page_format=STANDARD))
    return measured.body_pages


def sheets(body: Decimal) -> int:
    """Sheets that a body takes."""
    return int(body.to_integral_value(ROUND_CEILING))


@dataclass(frozen=True)
class Fitted:
    """What became of a document's pages: sheets of its body, and sections that were changed to fill them."""

    sheets: int
    extended: int
    tightened: int


def fitted(document: Document) -> Fitted:
    """What fitting did to a finished document; its owner reads it."""
    reasons = (RevisionReason.EXTENDED, RevisionReason.TIGHTENED)
    rows = SectionRevision.objects.filter(section__document=document, reason__in=reasons).order_by("reason")
    changed = dict(rows.values_list("reason").annotate(Count("section", distinct=True)))
    return Fitted(
        sheets=sheets(document.body_pages or Decimal(0)),
        extended=changed.get(RevisionReason.EXTENDED, 0),
        tightened=changed.get(RevisionReason.TIGHTENED, 0),
    )
