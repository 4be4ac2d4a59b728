"""Letting go of what has been kept long enough (R-73, R-77)."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Model, QuerySet

from privacy import registry
from privacy.domain import audit
from tesigo.platform.alerts import tell_staff
from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)

BATCH_ROWS = 500
#: Rows of one rule that could not go before it is left for the next night.
_MOST_STUCK_ROWS: Final = 5_000


@dataclass(frozen=True)
class Applied:
    """One rule and what it met: how many rows go or went, the first of their keys, and what it failed of, if it did."""

    rule: registry.Retention
    rows: int
    keys: list[str] = field(default_factory=list)
    failure: str = ""


def preview(*, now: datetime) -> list[Applied]:
    """What would go now; changes nothing."""
    return [
        Applied(
            rule, rule.due(now).count(), [str(pk) for pk in rule.due(now).values_list("pk", flat=True)[:BATCH_ROWS]]
        )
        for rule in registry.retention_rules()
    ]


def apply(*, now: datetime) -> list[Applied]:
    """Applies every rule, some hundred rows at a time, and notes in the audit trail how many went.

    A rule that fails keeps no other from being applied; staff are told of it.
    """
    return [_apply(rule, now) for rule in registry.retention_rules()]


def _apply(rule: registry.Retention, now: datetime) -> Applied:
    found = Applied(rule, 0)
    try:
        rows, keys = _let_go(rule, now)
        found = Applied(rule, rows, keys)
    except Exception as error:  # whatever is wrong with one rule, the others are due tonight as well
        logger.exception("a rule of retention failed", extra={"model": word(rule.model)})
        _tell(rule, error)
        found = Applied(rule, 0, failure=type(error).__name__)
    if found.rows:
        details = {"model": rule.model, "rows": found.rows, "kept_days": rule.keep.days}
        if rule.empties:
            details["emptied"] = sorted(rule.empties)
        with transaction.atomic():
            audit.record(action="retention.applied", subject=None, by=None, details=details)
    return found


def _let_go(rule: registry.Retention, now: datetime) -> tuple[int, list[str]]:
    keys: list[str] = []
    stuck: set[object] = set()
    gone = 0
    while len(stuck) < _MOST_STUCK_ROWS:
        batch = list(rule.due(now).exclude(pk__in=stuck).values_list("pk", flat=True)[:BATCH_ROWS])
        if not batch:
            break
        gone += _forget(rule, rule.due(now).filter(pk__in=batch))
        keys += [str(pk) for pk in batch[: BATCH_ROWS - len(keys)]]
        # What a rule cannot let go of now is asked again the next night, and keeps nothing that is younger.
        stuck |= set(rule.due(now).filter(pk__in=batch).values_list("pk", flat=True))
    return gone, keys


def _forget(rule: registry.Retention, rows: QuerySet[Model]) -> int:
    if rule.forget is not None:
        return rule.forget(rows)
    if rule.empties:
        return rows.order_by().update(**rule.empties)
    _total, by_model = rows.order_by().delete()
    return by_model.get(rows.model._meta.label, 0)


def _tell(rule: registry.Retention, error: Exception) -> None:
    tell_staff(
        key=f"retention:{rule.model}",
        subject=f"A rule of retention failed: {rule.model}",
        text=f"Rows of {rule.model} that should be gone after {rule.keep.days} days are still there: "
        f"{type(error).__name__}. The log says where. The rule is applied again the next night, or at once by "
        "manage.py apply_retention.",
        cool_down=timedelta(hours=20),
    )
