"""Price lists: drafted, put in force one at a time, never edited once they were (R-60)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from billing.enums import PriceListState
from billing.errors import PriceListFrozen
from billing.models import PriceList
from privacy.domain import audit
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User


def save_draft(*, draft: PriceList, by: "User") -> PriceList:
    """Saves a new draft with the next version, or a changed one. Raises PriceListFrozen for any other list."""
    with transaction.atomic():
        lists = _locked()
        if draft._state.adding:
            draft.version = max((known.version for known in lists), default=0) + 1
            draft.created_by = by
        elif next(known for known in lists if known.pk == draft.pk).state != PriceListState.DRAFT:
            raise PriceListFrozen
        draft.full_clean()
        draft.save()
        audit.record(action="price_list.drafted", subject=draft, by=by, details={"version": draft.version})
    return draft


def draft_from(*, price_list_id: int, by: "User") -> PriceList:
    """A new draft that starts from an earlier version."""
    old = PriceList.objects.get(pk=price_list_id)
    draft = PriceList(
        price_per_page=old.price_per_page, discount_percent=old.discount_percent, note=f"From version {old.version}"
    )
    return save_draft(draft=draft, by=by)


def activate(*, price_list_id: int, by: "User", now: datetime | None = None) -> PriceList:
    """Puts a list in force and retires the one before it; a retired one is rolled back to in the same way.

    Sessions open at the old price are closed after commit (R-13). Activating the active list does nothing.
    """
    now = now or timezone.now()
    with transaction.atomic():
        lists = _locked()
        chosen = next(known for known in lists if known.pk == price_list_id)
        if chosen.state == PriceListState.ACTIVE:
            return chosen
        for known in lists:
            if known.state == PriceListState.ACTIVE:
                known.state = PriceListState.RETIRED
                known.save(update_fields=["state"])
        chosen.state, chosen.activated_at = PriceListState.ACTIVE, now
        chosen.save(update_fields=["state", "activated_at"])
        audit.record(action="price_list.activated", subject=chosen, by=by, details={"version": chosen.version})
        enqueue_on_commit("billing.tasks.close_needless_sessions")
    return chosen


def _locked() -> list[PriceList]:
    """All lists, locked in one order, so that two members of staff take turns."""
    return list(PriceList.objects.select_for_update().order_by("pk"))
