"""What a price list says, as plain values: read from the database to charge, from the cache to show (R-61)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self

from django.core.cache import cache

from billing.enums import PriceListState, Variant
from billing.errors import NoPriceList
from billing.models import PriceList, PriceTier

#: Seconds that the active lists are kept for pages that only show a price.
KEPT_SECONDS: Final = 300
_CACHE_KEY: Final = "billing:active-terms"


@dataclass(frozen=True)
class Terms:
    """A price list without its row. ``tiers`` are (from page, price), by page; ``weight`` its share of visitors."""

    price_list_id: int
    version: int
    variant: str
    weight: int
    price_per_page: Decimal
    tiers: tuple[tuple[int, Decimal], ...]
    discount_percent: Decimal
    discount_from: datetime | None
    discount_until: datetime | None

    @classmethod
    def of(cls, price_list: PriceList, *, tiers: Sequence[PriceTier] | None = None) -> Self:
        """The terms of a list; reads its tiers, unless it is one that is only being typed: those are given."""
        found = price_list.tiers.all() if tiers is None else sorted(tiers, key=lambda tier: tier.from_page)
        return cls(
            price_list_id=price_list.pk or 0,
            version=price_list.version or 0,
            variant=price_list.variant,
            weight=price_list.weight,
            price_per_page=price_list.price_per_page,
            tiers=tuple((tier.from_page, tier.price_per_page) for tier in found),
            discount_percent=price_list.discount_percent,
            discount_from=price_list.discount_from,
            discount_until=price_list.discount_until,
        )

    def discounts_at(self, now: datetime) -> bool:
        """Whether the discount counts at this moment: from its start, until just before its end."""
        has_begun = self.discount_from is None or self.discount_from <= now
        is_over = self.discount_until is not None and self.discount_until <= now
        return bool(self.discount_percent) and has_begun and not is_over


def active() -> dict[str, Terms]:
    """The terms in force by variant, from the database: what is charged. Raises NoPriceList when there are none."""
    lists = PriceList.objects.filter(state=PriceListState.ACTIVE).prefetch_related("tiers").order_by("variant")
    found: dict[str, Terms] = {price_list.variant: Terms.of(price_list) for price_list in lists}
    if not found:
        raise NoPriceList
    return found


def shown() -> dict[str, Terms]:
    """The terms in force as pages show them: at most five minutes old, dropped everywhere on change (R-61)."""
    kept: Any = cache.get(_CACHE_KEY)
    if isinstance(kept, dict) and kept:
        return kept
    found = active()
    cache.set(_CACHE_KEY, found, KEPT_SECONDS)
    return found


def of_variant(terms: dict[str, Terms], variant: str) -> Terms:
    """The terms that somebody of this variant gets: those of A, or whatever is in force, once a test is over."""
    return terms.get(variant) or terms.get(Variant.A) or next(iter(terms.values()))


def drop_shown() -> None:
    """Has every server read the active lists again."""
    cache.delete(_CACHE_KEY)
