"""Deleting stored files: noted with what forgets them, done by a worker however long the storage is away (R-84).

A row that is deleted and a file that is not would be a person's words that nobody finds again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from tesigo.platform import duty
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.models import Removal

#: Never given up; staff are told when it has failed for about three hours.
REMOVALS: Final = duty.Kind(
    name="removal",
    label=gettext_lazy("Files to be deleted"),
    model=Removal,
    task="tesigo.tasks.remove_stored",
    lease=timedelta(minutes=2),
    told_after=10,
    outages=(ServiceAway,),
    late_after=timedelta(hours=1),
)


def note(*stored: str) -> None:
    """Has the files deleted if the transaction commits; empty names are those of files that never came to storage."""
    now = timezone.now()
    rows = [Removal(stored_as=one, **duty.due_now(now)) for one in stored if one]
    for row in Removal.objects.bulk_create(rows):
        enqueue_on_commit(REMOVALS.task, str(row.pk))


def discard(stored_as: str) -> None:
    """Deletes a file that no row refers to: now, or later where the storage is away."""
    try:
        default_storage.delete(stored_as)
    except ServiceAway:
        note(stored_as)


def remove(*, removal_id: int, now: datetime | None = None) -> bool:
    """Deletes a file that is due, for the background task; true when it is gone."""
    return duty.attempt(REMOVALS, removal_id, _remove, now=now)


def _remove(row: Removal) -> Callable[[], None]:
    default_storage.delete(row.stored_as)

    def finish() -> None:
        with transaction.atomic():
            duty.done(REMOVALS, row)
            Removal.objects.filter(pk=row.pk).delete()

    return finish
