"""Models, limits, budgets and factors as staff change them: every change is in the audit trail (R-23, R-74)."""

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from generation.models import AIModel, Budget, KeyLimit, LanguageFactor, PersonalLimit
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User

Control = AIModel | Budget | KeyLimit | LanguageFactor | PersonalLimit

#: What a kind of row is called in the trail.
_NAMES: Final[dict[type[Control], str]] = {
    AIModel: "ai_model",
    Budget: "budget",
    KeyLimit: "key_limit",
    LanguageFactor: "language_factor",
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


def _name(row: Control) -> str:
    return _NAMES[type(row)]


def _values(row: Control) -> dict[str, Any]:
    """Every field as the trail keeps it: numbers, switches and short words; money as text, with its decimals."""
    values = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields if not field.primary_key}
    plain = (bool, int, str, type(None))
    return {name: value if isinstance(value, plain) else f"{value.normalize():f}" for name, value in values.items()}
