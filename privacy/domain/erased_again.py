"""Erasing again whom a restored copy of the database has brought back (R-121), before anybody can look at it.

Who was erased since is known from the ledger beside the backups: ids and times, no personal data.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from privacy import registry
from privacy.domain import audit, erasure, traces
from privacy.enums import ErasureState as S
from privacy.models import Erasure
from tesigo.platform import duty
from tesigo.platform.backup.erasures import Erased
from tesigo.platform.crypto import seal

#: How long an erasure that was asked for, and came due since the copy was taken, waits: it may have been taken back.
TIME_TO_LOOK: Final = timedelta(days=1)


class Came(StrEnum):
    """What came of one entry of the ledger."""

    ERASED = "erased again"
    BEFORE = "was erased in this copy already"
    UNKNOWN = "is not in this copy"
    WAITS = "erased but for what waits"


def done() -> Iterator[Erased]:
    """Every erasure that is done, for the ledger."""
    rows = Erasure.objects.filter(state=S.DONE).order_by("ended_at", "pk")
    for pk, user_id, ended_at in rows.values_list("pk", "user_id", "ended_at").iterator():
        assert ended_at is not None
        yield Erased(number=pk, user_id=user_id, at=ended_at)


def erase_again(*, user_id: int, erased_at: datetime, now: datetime | None = None) -> Came:
    """Erases the person if this copy still has them. What needs somebody who does not answer is left to a worker."""
    now = now or timezone.now()
    with transaction.atomic():
        person = get_user_model()._default_manager.select_for_update().filter(pk=user_id).first()
        if person is None:
            return Came.UNKNOWN
        if Erasure.objects.filter(user=user_id, state=S.DONE).exists():
            return Came.BEFORE
        row = erasure.open_one(user=person)
        if row is None:
            row = Erasure.objects.create(user_id=user_id, asked_at=erased_at, due_at=now)
        words = json.dumps(registry.called(person))
        begun = Erasure.objects.filter(pk=row.pk, state=S.ASKED)
        if begun.update(state=S.WORKING, begun_at=now, sealed=seal(words)):
            audit.record(action="erasure.again", subject=person, by=None, details={"erasure": row.pk})
        Erasure.objects.filter(pk=row.pk).update(**duty.due_now(now))
    is_done = duty.attempt(erasure.ERASURES, row.pk, _erase, now=now)
    return Came.ERASED if is_done else Came.WAITS


def finish_begun(*, now: datetime | None = None) -> int:
    """Ends the erasures that were at work when the copy was taken; returns how many there were."""
    begun = Erasure.objects.filter(state=S.WORKING).order_by("pk")
    rows = list(begun.values_list("user_id", "begun_at"))
    for user_id, begun_at in rows:
        erase_again(user_id=user_id, erased_at=begun_at or timezone.now(), now=now)
    return len(rows)


def hold_asked(*, now: datetime | None = None) -> int:
    """Gives those that were only asked for, and would begin at once, a day: what took them back may be lost.

    Returns how many there are. Called after the ledger was applied, in which they would stand had they been done.
    """
    now = now or timezone.now()
    soon = Erasure.objects.filter(state=S.ASKED, due_at__lt=now + TIME_TO_LOOK)
    return soon.update(due_at=now + TIME_TO_LOOK, nudged_at=None)


def _erase(row: Erasure) -> Callable[[], None]:
    now = timezone.now()
    people = get_user_model()._default_manager
    words = registry.called(people.get(pk=row.user_id))
    waits: duty.PutOff | None = None
    for piece in registry.pieces():
        if not piece.again:
            continue
        try:
            piece.run(people.get(pk=row.user_id), now)
        except duty.PutOff as error:
            # Nobody may see what the others would leave standing.
            waits = waits or error
    if waits:
        raise waits
    # Stored files are put back afterwards, and only those that a row still names.
    found = traces.scan(words, files=False)
    return partial(erasure.end, row, found)
