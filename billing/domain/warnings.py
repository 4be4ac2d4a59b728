"""What staff should look at twice before they put a price list in force (R-60)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import gates
from billing.domain import pricing
from billing.domain.terms import Terms
from billing.enums import PriceListState, Variant
from billing.models import PriceList, PriceTier, PromoCode
from tesigo.platform.locales import in_euros

#: Orders that the warnings and the preview look at, in pages.
SAMPLES: Final = (1, 10, 50, 120, 200)
_RISKY_CHANGE: Final = Decimal("0.5")


def of(price_list: PriceList, *, tiers: Sequence[PriceTier] | None = None, now: datetime | None = None) -> list[str]:
    """The warnings for a list, in plain words; none where nothing is unusual. ``tiers`` as for ``Terms.of``."""
    now = now or timezone.now()
    terms = Terms.of(price_list, tiers=tiers)
    cheapest = _cheapest_moment(terms, now)
    return [
        *_changes(price_list, terms, cheapest),
        *_below_cost(terms, cheapest),
        *_below_minimum(terms, cheapest),
        *_overlaps(price_list, now),
    ]


def _cheapest_moment(terms: Terms, now: datetime) -> datetime:
    """When the list is looked at: a discount that is still to come counts as if it had begun."""
    return max(now, terms.discount_from or now) if terms.discount_percent else now


def _changes(price_list: PriceList, terms: Terms, now: datetime) -> Iterator[str]:
    """Totals that move by more than half against the list that this one would replace, or take its people from."""
    in_force = {found.variant: found for found in PriceList.objects.filter(state=PriceListState.ACTIVE)}
    before = in_force.get(price_list.variant) or in_force.get(Variant.A)
    if before is None or before.pk == price_list.pk:
        return
    old_terms = Terms.of(before)
    for pages in SAMPLES:
        old, new = (pricing.quote(pages, one, now=now).total for one in (old_terms, terms))
        if abs(new - old) > old * _RISKY_CHANGE:
            percent = round((new - old) / old * 100)
            yield ngettext(
                "%(pages)d page would cost %(new)s instead of %(old)s (%(percent)+d %%).",
                "%(pages)d pages would cost %(new)s instead of %(old)s (%(percent)+d %%).",
                pages,
            ) % {"pages": pages, "new": in_euros(new), "old": in_euros(old), "percent": percent}


def _below_cost(terms: Terms, now: datetime) -> Iterator[str]:
    for pages in SAMPLES:
        cost = gates.cost_of(pages)
        total = pricing.quote(pages, terms, now=now).total
        if cost is not None and total < cost:
            yield ngettext(
                "%(pages)d page would cost %(total)s, less than the %(cost)s that writing it costs.",
                "%(pages)d pages would cost %(total)s, less than the %(cost)s that writing them costs.",
                pages,
            ) % {"pages": pages, "total": in_euros(total), "cost": in_euros(cost)}


def _below_minimum(terms: Terms, now: datetime) -> Iterator[str]:
    raised = [
        pages
        for pages in SAMPLES
        if any(line.kind == "provider_minimum" for line in pricing.quote(pages, terms, now=now).lines)
    ]
    if raised:
        yield _("Orders of %(pages)s pages are raised to the payment provider's minimum of %(minimum)s.") % {
            "pages": ", ".join(str(pages) for pages in raised),
            "minimum": in_euros(settings.PROVIDER_MINIMUM),
        }


def _overlaps(price_list: PriceList, now: datetime) -> Iterator[str]:
    """Windows of other discounts, not over yet, in which this list's discount counts as well."""
    is_over = price_list.discount_until is not None and price_list.discount_until <= now
    if not price_list.discount_percent or is_over:
        return
    others = PriceList.objects.filter(state=PriceListState.ACTIVE, discount_percent__gt=0).exclude(pk=price_list.pk)
    others = others.exclude(variant=price_list.variant)
    for other in others.filter(_meets(price_list, "discount_from", "discount_until", now)):
        yield _("The discount counts at the same time as that of version %(version)d, variant %(variant)s.") % {
            "version": other.version,
            "variant": other.variant,
        }
    codes = PromoCode.objects.filter(_meets(price_list, "starts_at", "ends_at", now), enabled=True)
    meeting = codes.filter(Q(price_lists=None) | Q(price_lists=price_list.pk)).distinct().count()
    if meeting:
        yield ngettext(
            "%(count)d promo code counts at the same time as the discount.",
            "%(count)d promo codes count at the same time as the discount.",
            meeting,
        ) % {"count": meeting}


def _meets(price_list: PriceList, start: str, end: str, now: datetime) -> Q:
    """Rows whose window meets what is left of that of the list's discount; an open end meets everything."""
    first = max(now, price_list.discount_from or now)
    meets = Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": first})
    if price_list.discount_until is not None:
        meets &= Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lt": price_list.discount_until})
    return meets
