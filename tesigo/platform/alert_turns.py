"""Whose turn an alert is: each key once within its cool-down, on each channel by itself (R-113, R-116)."""

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Q

from tesigo.platform import duty
from tesigo.platform.models import ToldToStaff

T = TypeVar("T", bound=ToldToStaff)


def send(kind: duty.Kind[T], work: duty.Work[T], *, alert_id: int, now: datetime) -> bool:
    """Sends an alert of one channel if it is due; true when it was sent.

    One whose key was sent meanwhile, within its cool-down, is settled without being sent.
    """
    row = _claim(kind, alert_id, now)
    return row is not None and duty.carry_out(kind, row, work, now=now)


def _claim(kind: duty.Kind[T], alert_id: int, now: datetime) -> T | None:
    """The alert, claimed, where no other of its key is under way or was just sent. One at a time for each key."""
    rows_of = kind.model._default_manager
    with transaction.atomic():
        alert = duty.due(kind, now=now).filter(pk=alert_id).first()
        if alert is None:
            return None
        same = Q(due_at__isnull=False) | Q(sent_at__gt=now - alert.cool_down)
        rows = list(rows_of.select_for_update().filter(same, key=alert.key).order_by("pk"))
        others = [row for row in rows if row.pk != alert.pk]
        mine = rows_of.filter(pk=alert.pk, due_at=alert.due_at)
        if any(row.sent_at for row in others):
            mine.update(due_at=None)
            return None
        if any(row.tries for row in others):
            mine.update(due_at=now + kind.lease)
            return None
        return duty.claim(kind, alert.pk, now=now)
