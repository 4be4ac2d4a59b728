"""What beat and the workers do some time later, when every wait and every lease of a worker that died is over."""

from django.utils import timezone

from billing import tasks
from billing.models import WebhookEvent


def work_webhook_events() -> None:
    """Works every event that waits."""
    WebhookEvent.objects.filter(processed_at=None, due_at__isnull=False).update(due_at=timezone.now())
    tasks.work_webhook_events()
