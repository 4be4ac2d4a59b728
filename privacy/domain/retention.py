"""Letting go of what has been kept long enough (R-73)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model, QuerySet

from privacy import registry
from privacy.domain import audit

BATCH = 500


@dataclass(frozen=True)
class Applied:
    """One rule and what it met: how many rows go or went, and the first of their keys."""

    rule: registry.Retention
    rows: int
    keys: list[str]


def preview(*, now: datetime) -> list[Applied]:
    """What would go now; changes nothing."""
    return [
        Applied(rule, rule.due(now).count(), [str(pk) for pk in rule.due(now).values_list("pk", flat=True)[:BATCH]])
        for rule in registry.retention_rules()
    ]


def apply(*, now: datetime) -> list[Applied]:
    """Applies every rule, some hundred rows at a time, and notes in the audit trail how many went."""
    return [_apply(rule, now) for rule in registry.retention_rules()]


def _apply(rule: registry.Retention, now: datetime) -> Applied:
    keys: list[str] = []
    gone = 0
    while batch := list(rule.due(now).values_list("pk", flat=True)[:BATCH]):
        rows = rule.due(now).filter(pk__in=batch)
        forgotten = rule.forget(rows) if rule.forget else _delete(rows)
        gone += forgotten
        keys += [str(pk) for pk in batch[: BATCH - len(keys)]]
        if not forgotten:
            # A rule that cannot let go of its rows now is asked again the next night.
            break
    if gone:
        with transaction.atomic():
            audit.record(
                action="retention.applied",
                subject=None,
                by=None,
                details={"model": rule.model, "rows": gone, "kept_days": rule.keep.days},
            )
    return Applied(rule, gone, keys)


def _delete(rows: QuerySet[Model]) -> int:
    _total, by_model = rows.order_by().delete()
    return by_model.get(rows.model._meta.label, 0)
