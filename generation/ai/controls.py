"""Changes that staff make to models, chains, limits, budgets and language factors (R-23, R-74). All are audited."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import transaction

from generation.ai import breaker
from generation.ai.keys import Key
from generation.models import AIModel, Budget, ChainPlace, KeyLimit, LanguageFactor, MoreRewritings, PersonalLimit
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User

Control = AIModel | Budget | ChainPlace | KeyLimit | LanguageFactor | MoreRewritings | PersonalLimit

#: What a kind of row is called in the trail.
_NAMES: Final[dict[type[Control], str]] = {
    AIModel: "ai_model",
    Budget: "budget",
    ChainPlace: "chain_place",
    KeyLimit: "key_limit",
    LanguageFactor: "language_factor",
    MoreRewritings: "more_rewritings",
    PersonalLimit: "personal_limit",
}


def save(*, row: Control, by: "User") -> None:
    """Saves a new or a changed row. The trail says what each changed field was and is; with no change there is none."""
    with transaction.atomic():
        # Calls that name the row may be written down meanwhile.
        present = type(row).objects.select_for_update(no_key=True)
        before = None if row._state.adding else _values(present.get(pk=row.pk))
        row.save()
        after = _values(row)
        if before is None:
            audit.record(action=f"{_name(row)}.added", subject=row, by=by, details=after)
        elif changed := {name: [before[name], value] for name, value in after.items() if before[name] != value}:
            audit.record(action=f"{_name(row)}.changed", subject=row, by=by, details=changed)


def drop(*, row: Control, by: "User") -> None:
    """Deletes a row; the trail keeps what it said."""
    with transaction.atomic():
        audit.record(action=f"{_name(row)}.dropped", subject=row, by=by, details=_values(row))
        row.delete()


def ask_again(*, key: Key, by: "User") -> None:
    """Has a key asked at once that was set aside or told to rest. The trail knows it by its place."""
    with transaction.atomic():
        audit.record(
            action="provider_key.asked_again",
            subject=None,
            by=by,
            details={"provider": key.provider, "place": key.place},
        )
    breaker.forgive(key)


def _name(row: Control) -> str:
    return _NAMES[type(row)]


def _values(row: Control) -> dict[str, Any]:
    """Every field as the trail keeps it: numbers, switches and short words; money, dates and keys as text."""
    values = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields if not field.primary_key}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
