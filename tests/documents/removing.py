"""What workers do with files that are to be deleted."""

from datetime import datetime

from django.utils import timezone

from tesigo.platform import duty, removals


def remove_what_is_due(now: datetime | None = None) -> int:
    """Deletes them; how many are gone now."""
    now = now or timezone.now()
    return sum(removals.remove(removal_id=row.pk, now=now) for row in list(duty.due(removals.REMOVALS, now=now)))
