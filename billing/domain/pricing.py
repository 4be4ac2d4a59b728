"""What a document costs: one pure function, printed alike by every page, receipt and checkout."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.domain.terms import Terms
from billing.quotes import Line, Quote
from documents.models.document import MAX_PAGES, MIN_PAGES
from tesigo.platform.locales import in_euros

CENT: Final = Decimal("0.01")
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Tier:
    """Pages from ``from_page`` on cost ``price_per_page`` each."""

    from_page: int
    price_per_page: Decimal


@dataclass(frozen=True)
class Discount:
    """A percentage off, with the words its line bears."""

    label: str
    percent: Decimal
    kind: str = "discount"


@dataclass(frozen=True)
class Offer:
    """A promo code as far as a price is concerned."""

    code: str
    percent: Decimal


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
    tiers: Sequence[Tier] = (),
    discounts: Sequence[Discount] = (),
    floor_per_page: Decimal,
    max_discount_percent: Decimal,
    provider_minimum: Decimal,
) -> list[Line]:
    """The lines of an order (R-03, R-60): base, tiers, each discount, the cap, the floor, the provider's minimum.

    Their sum is the total. Percentages are taken of base and tiers together; rounding (half up) falls on the running
    sum of discounts, so that splitting one into two changes nothing.
    """
    lines = [_base(pages, price_per_page), *_tier_lines(pages, price_per_page, tiers)]
    full = sum((line.amount for line in lines), Decimal(0))
    percent = taken = Decimal(0)
    for discount in discounts:
        percent += discount.percent
        share = (full * percent / HUNDRED).quantize(CENT, ROUND_HALF_UP) - taken
        taken += share
        if share:
            lines.append(Line(discount.label, -share, discount.kind))
    total = full - taken
    # Rounded down: half a cent up would be more than the most.
    most = (full * max_discount_percent / HUNDRED).quantize(CENT, ROUND_DOWN)
    if taken > most:
        label = _("Discounts together are at most %(percent)s %%") % {"percent": plain(max_discount_percent)}
        lines.append(Line(label, taken - most, "cap"))
        total = full - most
    floor = floor_per_page * pages
    if total < floor:
        label = _("Raised to the least price, %(price)s a page") % {"price": in_euros(floor_per_page)}
        lines.append(Line(label, floor - total, "floor"))
        total = floor
    if total < provider_minimum:
        label = _("Raised to the payment provider's minimum of %(price)s") % {"price": in_euros(provider_minimum)}
        lines.append(Line(label, provider_minimum - total, "provider_minimum"))
    return lines


def _base(pages: int, price_per_page: Decimal) -> Line:
    label = _("%(pages)d × %(price)s a page") % {"pages": pages, "price": in_euros(price_per_page)}
    return Line(label, (price_per_page * pages).quantize(CENT, ROUND_HALF_UP), "base")


def _tier_lines(pages: int, price_per_page: Decimal, tiers: Sequence[Tier]) -> list[Line]:
    """What the pages of each tier cost less than the base; a line for each tier that the order reaches."""
    reached = sorted((tier for tier in tiers if tier.from_page <= pages), key=lambda tier: tier.from_page)
    lines = []
    for place, tier in enumerate(reached):
        last = reached[place + 1].from_page - 1 if place + 1 < len(reached) else pages
        count = last - tier.from_page + 1
        label = ngettext(
            "%(count)d page at %(price)s, from page %(first)d",
            "%(count)d pages at %(price)s, from page %(first)d",
            count,
        )
        saved = ((tier.price_per_page - price_per_page) * count).quantize(CENT, ROUND_HALF_UP)
        if saved:
            words = label % {"count": count, "price": in_euros(tier.price_per_page), "first": tier.from_page}
            lines.append(Line(words, saved, "tier"))
    return lines


def quote(pages: int, terms: Terms, *, offer: Offer | None = None, now: datetime | None = None) -> Quote:
    """The price of ``pages`` (1 to 200) by the terms of a list, with a promo code or without. Raises ValueError."""
    if not MIN_PAGES <= pages <= MAX_PAGES:
        raise ValueError(f"{pages} pages")
    discounts = []
    if terms.discounts_at(now or timezone.now()):
        label = _("Discount of %(percent)s %%") % {"percent": plain(terms.discount_percent)}
        discounts.append(Discount(label, terms.discount_percent))
    if offer is not None:
        label = _("Code %(code)s, %(percent)s %%") % {"code": offer.code, "percent": plain(offer.percent)}
        discounts.append(Discount(label, offer.percent, "promo"))
    lines = compute(
        pages=pages,
        price_per_page=terms.price_per_page,
        tiers=[Tier(from_page, price) for from_page, price in terms.tiers],
        discounts=discounts,
        floor_per_page=settings.FLOOR_PER_PAGE,
        max_discount_percent=settings.MAX_DISCOUNT_PERCENT,
        provider_minimum=settings.PROVIDER_MINIMUM,
    )
    return Quote(
        lines=lines,
        total=sum((line.amount for line in lines), Decimal(0)),
        pages=pages,
        price_list_id=terms.price_list_id,
        version=terms.version,
        variant=terms.variant,
        price_per_page=terms.price_per_page,
        code=offer.code if offer else "",
    )


def plain(number: Decimal) -> str:
    """A percentage without needless zeros: 10, 12.5."""
    return f"{number.normalize():f}"
