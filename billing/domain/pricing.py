"""What a document costs: one pure function, printed alike by every page, receipt and checkout."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from billing.enums import PriceListState
from billing.errors import NoPriceList
from billing.models import PriceList
from documents.models.document import MAX_PAGES, MIN_PAGES

CENT: Final = Decimal("0.01")
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Line:
    """One line of an order: what it is for and what it adds (or takes, when negative), in euros."""

    label: str
    amount: Decimal
    kind: str = "base"

    @property
    def is_discount(self) -> bool:
        """Whether this line makes the order cheaper."""
        return self.amount < 0


@dataclass(frozen=True)
class Discount:
    """A percentage off the base price, with the words its line bears."""

    label: str
    percent: Decimal
    kind: str = "discount"


@dataclass(frozen=True)
class Quote:
    """The price of ``pages`` by one price list. ``lines`` add up to ``total``, in euros with two places."""

    lines: list[Line]
    total: Decimal
    pages: int
    price_list_id: int
    version: int
    price_per_page: Decimal


def to_cents(amount: Decimal) -> int:
    """Euros as Stripe counts them."""
    return int((amount * HUNDRED).to_integral_exact())


def from_cents(cents: int) -> Decimal:
    """Cents as euros with two places."""
    return (Decimal(cents) / HUNDRED).quantize(CENT)


def compute(
    *,
    pages: int,
    price_per_page: Decimal,
    discounts: Sequence[Discount] = (),
    floor_per_page: Decimal,
    max_discount_percent: Decimal,
    provider_minimum: Decimal,
) -> list[Line]:
    """The lines of an order (R-03): base, each discount, the cap on discounts, the floor, the provider's minimum.

    Their sum is the total. Percentages are taken of the base; rounding (half up) falls on the running sum of
    discounts, so that splitting one into two changes nothing.
    """
    base = (price_per_page * pages).quantize(CENT, ROUND_HALF_UP)
    lines = [Line(_("%(pages)d × €%(price)s a page") % {"pages": pages, "price": price_per_page}, base, "base")]
    percent = taken = Decimal(0)
    for discount in discounts:
        percent += discount.percent
        share = (base * percent / HUNDRED).quantize(CENT, ROUND_HALF_UP) - taken
        taken += share
        if share:
            lines.append(Line(discount.label, -share, discount.kind))
    total = base - taken
    most = (base * max_discount_percent / HUNDRED).quantize(CENT, ROUND_HALF_UP)
    if taken > most:
        label = _("Discounts together are at most %(percent)s %%") % {"percent": plain(max_discount_percent)}
        lines.append(Line(label, taken - most, "cap"))
        total = base - most
    floor = floor_per_page * pages
    if total < floor:
        label = _("Raised to the least price, €%(price)s a page") % {"price": floor_per_page}
        lines.append(Line(label, floor - total, "floor"))
        total = floor
    if total < provider_minimum:
        label = _("Raised to the payment provider's minimum of €%(price)s") % {"price": provider_minimum}
        lines.append(Line(label, provider_minimum - total, "provider_minimum"))
    return lines


def active_list() -> PriceList:
    """The list in force, read from the database (R-61). Raises NoPriceList."""
    price_list = PriceList.objects.filter(state=PriceListState.ACTIVE).first()
    if price_list is None:
        raise NoPriceList
    return price_list


def quote(pages: int, price_list: PriceList | None = None) -> Quote:
    """The price of ``pages`` (1 to 200) by the active list, or by the one given. Raises ValueError, NoPriceList."""
    if not MIN_PAGES <= pages <= MAX_PAGES:
        raise ValueError(f"{pages} pages")
    price_list = price_list or active_list()
    discounts = []
    if price_list.discount_percent:
        label = _("Discount of %(percent)s %%") % {"percent": plain(price_list.discount_percent)}
        discounts.append(Discount(label, price_list.discount_percent))
    lines = compute(
        pages=pages,
        price_per_page=price_list.price_per_page,
        discounts=discounts,
        floor_per_page=settings.FLOOR_PER_PAGE,
        max_discount_percent=settings.MAX_DISCOUNT_PERCENT,
        provider_minimum=settings.PROVIDER_MINIMUM,
    )
    return Quote(
        lines=lines,
        total=sum((line.amount for line in lines), Decimal(0)),
        pages=pages,
        price_list_id=price_list.pk,
        version=price_list.version,
        price_per_page=price_list.price_per_page,
    )


def plain(number: Decimal) -> str:
    """A percentage without needless zeros: 10, 12.5."""
    return f"{number.normalize():f}"
