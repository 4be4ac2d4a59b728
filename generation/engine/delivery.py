"""Compares delivered pages with ordered pages, and refunds missing ones (R-11)."""

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from billing.domain.refunds import refund_missing_pages
from documents.models import Document

#: Within 3 % of the pages, at least within half a page.
LIMIT: Final = (0.03, 0.5)


def is_delivered(*, pages: int, body: float) -> bool:
    """Whether ``body`` laid-out pages are what was ordered (R-11)."""
    return is_within(LIMIT, pages, body)


def is_within(tolerance: tuple[float, float], pages: int, body: float) -> bool:
    """Whether the pages are off by no more than a share of them, or a least number of pages."""
    return abs(_hundredths(body) - pages) <= tolerated_pages(tolerance, pages)


def tolerated_pages(tolerance: tuple[float, float], pages: int) -> Decimal:
    """How many pages a tolerance is."""
    share, least = tolerance
    return _hundredths(max(share * pages, least))


def _hundredths(pages: float) -> Decimal:
    """Pages are measured in hundredths: what lies exactly on the line must not depend on the last bit."""
    return Decimal(str(round(pages, 2)))


def give_missing_pages_back(document: Document) -> None:
    """What could not be delivered is refunded with the success that it belongs to (R-11)."""
    ordered, delivered = document.pages, document.body_pages
    if delivered is None or delivered >= ordered or is_delivered(pages=ordered, body=float(delivered)):
        return
    reason = _("The text came out at %(body)s of the %(pages)d pages that were ordered.")
    refund_missing_pages(
        document_id=document.pk,
        ordered=ordered,
        delivered=delivered,
        reason=reason % {"body": f"{delivered:.1f}", "pages": ordered},
    )
