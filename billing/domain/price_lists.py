"""Price lists: drafted, put in force one for each variant, never edited once they were (R-60)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.domain import terms
from billing.enums import PriceListMove, PriceListState, Variant
from billing.errors import PriceListFrozen
from billing.models import PriceList, PriceListEvent, PriceTier
from privacy.domain import audit
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User

#: What a new draft takes over from the list that it starts from.
_COPIED = ("price_per_page", "discount_percent", "discount_from", "discount_until", "variant", "weight")


def save_draft(
    *, draft: PriceList, by: "User", tiers: Sequence[PriceTier] | None = None, now: datetime | None = None
) -> PriceList:
    """Saves a new draft with the next version, or a changed one; ``tiers`` (None: as they are) replace the old ones.

    Raises PriceListFrozen for any other list, ValidationError for one that makes no sense.
    """
    now = now or timezone.now()
    with transaction.atomic():
        lists = _locked()
        is_new = draft._state.adding
        if is_new:
            # Asked once the lock is held: a draft made while we waited for it is not among the rows that we locked.
            draft.version = (PriceList.objects.aggregate(last=Max("version"))["last"] or 0) + 1
            draft.created_by = by
        elif next(known for known in lists if known.pk == draft.pk).state != PriceListState.DRAFT:
            raise PriceListFrozen
        draft.full_clean()
        draft.save()
        if tiers is not None:
            _replace_tiers(draft, tiers)
        if is_new:
            _record(draft, PriceListMove.DRAFTED, "", by, now)
        audit.record(action="price_list.drafted", subject=draft, by=by, details={"version": draft.version})
    return draft


def draft_from(*, price_list_id: int, by: "User") -> PriceList:
    """A new draft that starts from an earlier version, tiers included."""
    old = PriceList.objects.get(pk=price_list_id)
    draft = PriceList(**{name: getattr(old, name) for name in _COPIED}, note=f"From version {old.version}")
    tiers = [PriceTier(from_page=tier.from_page, price_per_page=tier.price_per_page) for tier in old.tiers.all()]
    return save_draft(draft=draft, by=by, tiers=tiers)


def activate(*, price_list_id: int, reason: str, by: "User", now: datetime | None = None) -> PriceList:
    """Puts a list in force and retires the one of its variant before it; a retired one is rolled back to just so.

    Sessions open at the old price are closed after commit (R-13). Activating the active list does nothing.
    """
    now = now or timezone.now()
    with transaction.atomic():
        lists = _locked()
        chosen = next(known for known in lists if known.pk == price_list_id)
        if chosen.state == PriceListState.ACTIVE:
            return chosen
        check_tiers(chosen.price_per_page, list(chosen.tiers.all()))
        was_used = chosen.state == PriceListState.RETIRED
        for known in lists:
            if known.state == PriceListState.ACTIVE and known.variant == chosen.variant:
                _retire(known, f"Version {chosen.version} took its place.", by, now)
        chosen.state, chosen.activated_at = PriceListState.ACTIVE, now
        chosen.save(update_fields=["state", "activated_at"])
        _record(chosen, PriceListMove.ROLLED_BACK if was_used else PriceListMove.ACTIVATED, reason, by, now)
        audit.record(action="price_list.activated", subject=chosen, by=by, details={"version": chosen.version})
        _tell_everybody()
    return chosen


def end_test(*, price_list_id: int, reason: str, by: "User", now: datetime | None = None) -> PriceList:
    """Retires the active list of a variant other than A: from now on everybody gets A's prices.

    Raises PriceListFrozen for A's list, which only another one can replace, and for one that is not in force.
    """
    now = now or timezone.now()
    with transaction.atomic():
        chosen = next(known for known in _locked() if known.pk == price_list_id)
        if chosen.state != PriceListState.ACTIVE or chosen.variant == Variant.A:
            raise PriceListFrozen
        _retire(chosen, reason, by, now)
        audit.record(action="price_list.retired", subject=chosen, by=by, details={"version": chosen.version})
        _tell_everybody()
    return chosen


def check_tiers(price_per_page: Decimal, tiers: Sequence[PriceTier]) -> None:
    """Raises ValidationError unless each tier is at most as dear as the pages before it, and no page begins two."""
    before = price_per_page
    first_pages = set()
    for tier in sorted(tiers, key=lambda tier: tier.from_page):
        if tier.from_page in first_pages:
            raise ValidationError(_("Two tiers begin at page %d.") % tier.from_page)
        if tier.price_per_page > before:
            raise ValidationError(_("Pages from the %dth must not cost more than those before them.") % tier.from_page)
        first_pages.add(tier.from_page)
        before = tier.price_per_page


def _retire(price_list: PriceList, reason: str, by: "User", now: datetime) -> None:
    price_list.state = PriceListState.RETIRED
    price_list.save(update_fields=["state"])
    _record(price_list, PriceListMove.RETIRED, reason, by, now)


def _replace_tiers(draft: PriceList, tiers: Sequence[PriceTier]) -> None:
    check_tiers(draft.price_per_page, tiers)
    draft.tiers.all().delete()
    for tier in tiers:
        tier.pk, tier.price_list = None, draft
        tier.full_clean()
    PriceTier.objects.bulk_create(tiers)


def _record(price_list: PriceList, what: PriceListMove, reason: str, by: "User", now: datetime) -> None:
    PriceListEvent.objects.create(price_list=price_list, what=what, reason=reason[:300], actor_id=by.pk, at=now)


def _tell_everybody() -> None:
    """Shown prices are read again everywhere, and sessions at other prices closed, once it is committed."""
    transaction.on_commit(terms.drop_shown)
    enqueue_on_commit("billing.tasks.close_needless_sessions")


def _locked() -> list[PriceList]:
    """All lists, locked in one order, so that two members of staff take turns."""
    return list(PriceList.objects.select_for_update().order_by("pk"))
