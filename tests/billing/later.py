"""What beat and the workers do some time later, when every wait and every lease of a worker that died is over."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from billing import tasks
from billing.domain import refunds
from billing.models import Mirror, Refund, WebhookEvent
from tesigo.platform import duty


def work_webhook_events() -> None:
    """Works every event that waits."""
    WebhookEvent.objects.filter(processed_at=None, due_at__isnull=False).update(due_at=timezone.now())
    tasks.work_webhook_events()


def continue_refunds() -> None:
    """Carries on every refund that is open."""
    Refund.objects.filter(refunds.REFUNDS.is_open).update(due_at=timezone.now())
    tasks.continue_refunds()


def mirror_stripe_objects() -> None:
    """Brings every copy of Stripe's objects up to date that is not."""
    Mirror.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    tasks.mirror_stripe_objects()


def nudged(kind: duty.Kind[Any], *, now: datetime | None = None, times: int = 1) -> list[int]:
    """How many rows of a kind each of beat's looks hands out."""
    began = now or timezone.now()
    looks = [began + timedelta(microseconds=number) for number in range(times)]
    for look in looks:
        duty.nudge_due(now=look)
    return [kind.model._default_manager.filter(nudged_at=look).count() for look in looks]
