"""Erasing a person (R-72): asked for, taken back within a fortnight, and carried out piece by piece.

The apps erase what is theirs by the pieces in their declarations. A try that dies is made again; a piece that has done
its work finds nothing left to do.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import registry, signals
from privacy.domain import audit, traces
from privacy.enums import ErasureState as S
from privacy.errors import ErasedAlready, ErasedSoon, Hindered
from privacy.models import Erasure
from tesigo.platform import alerts, duty
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.crypto import seal, unseal
from tesigo.platform.enqueue import enqueue_on_commit

OPEN: Final = (S.ASKED, S.WORKING)
#: How long something that must end first is waited for before it is looked at again.
_LOOK_AGAIN: Final = timedelta(hours=6)

ERASURES: Final = duty.Kind(
    name="erasure",
    label=_("People to be erased"),
    model=Erasure,
    task="privacy.tasks.erase",
    is_open=Q(state__in=OPEN),
    lease=timedelta(minutes=10),
    is_renewed=True,
    # Never given up: it was promised.
    told_after=5,
    outages=(ServiceAway,),
    nudge_lasts=timedelta(minutes=30),
    late_after=timedelta(hours=1),
)


def days() -> int:
    """How many days there are to change one's mind."""
    return int(settings.ERASURE_WAITS.days)


def open_one(*, user: AbstractBaseUser) -> Erasure | None:
    """The erasure of the person that is asked for or at work; None where there is none."""
    return Erasure.objects.filter(user=user.pk, state__in=OPEN).first()


def is_erased(*, user_id: int) -> bool:
    """Whether an erasure of the person has begun or is done: nothing about them may be written down any more."""
    return Erasure.objects.filter(user=user_id, state__in=[S.WORKING, S.DONE]).exists()


def hindrance(*, user: AbstractBaseUser, now: datetime) -> registry.Hindrance | None:
    """What must come to its end before the person can be erased; None when nothing does."""
    return next((why for hinder in registry.hinders() if (why := hinder(user, now))), None)


def ask(
    *, user: AbstractBaseUser, by: AbstractBaseUser | None, now: datetime | None = None, at_once: bool = False
) -> Erasure:
    """Has the person erased after `ERASURE_WAITS`, or at once; asked again it returns the one that is open.

    A wait that has begun is cut short by asking `at_once`. Raises ErasedAlready; ErasedSoon where it has begun;
    Hindered where something must end first: without haste what passes by itself is waited for.
    """
    now = now or timezone.now()
    why = hindrance(user=user, now=now)
    if why and (at_once or not why.passes):
        raise Hindered(why.words)
    with transaction.atomic():
        # Two who ask at once ask one after the other.
        get_user_model()._default_manager.select_for_update().get(pk=user.pk)
        if Erasure.objects.filter(user=user.pk, state=S.DONE).exists():
            raise ErasedAlready
        row = open_one(user=user)
        if row is not None and row.state == S.WORKING:
            raise ErasedSoon
        if row is None:
            row = Erasure.objects.create(
                user_id=user.pk,
                asked_at=now,
                asked_by_id=by.pk if by else None,
                due_at=now + settings.ERASURE_WAITS,
            )
            _record("erasure.asked", row, by, at_once=at_once)
            if not at_once:
                signals.erasure_asked.send(sender=Erasure, user_id=user.pk, erasure_id=row.pk)
        if at_once:
            _record("erasure.hurried", row, by)
            Erasure.objects.filter(pk=row.pk, state=S.ASKED).update(**duty.due_now(now))
            enqueue_on_commit(ERASURES.task, str(row.pk))
            row.refresh_from_db()
    return row


def cancel(*, user: AbstractBaseUser, by: AbstractBaseUser | None, now: datetime | None = None) -> bool:
    """Takes it back; False where nothing was asked for. Raises ErasedSoon where it has begun."""
    now = now or timezone.now()
    with transaction.atomic():
        get_user_model()._default_manager.select_for_update().get(pk=user.pk)
        row = open_one(user=user)
        if row is None:
            return False
        stopped = Erasure.objects.filter(pk=row.pk, state=S.ASKED)
        if not stopped.update(state=S.CANCELLED, ended_at=now, due_at=None, error=""):
            raise ErasedSoon
        _record("erasure.cancelled", row, by)
        signals.erasure_cancelled.send(sender=Erasure, user_id=user.pk, erasure_id=row.pk)
    return True


def work(*, erasure_id: int, now: datetime | None = None) -> bool:
    """Erases if it is due, for the background task and the command; true once it is done.

    What it has to wait for, or where it failed, stays on its row, and it is tried again.
    """
    return duty.attempt(ERASURES, erasure_id, _erase, now=now)


def _erase(row: Erasure) -> Callable[[], None]:
    now = timezone.now()
    person = get_user_model()._default_manager.get(pk=row.user_id)
    if row.state == S.ASKED and (why := hindrance(user=person, now=now)):
        raise duty.PutOff(why.words, wait=_LOOK_AGAIN)
    words = _begin(row, person, now)
    for piece in registry.pieces():
        # As it is by now: pieces before have changed it.
        piece.run(get_user_model()._default_manager.get(pk=row.user_id), now)
    found = traces.scan(words, files=settings.ERASURE_READS_FILES)
    return partial(end, row, found)


def _begin(row: Erasure, person: AbstractBaseUser, now: datetime) -> list[str]:
    """From here on there is no way back. Returns what the person was called when it began."""
    words = registry.called(person)
    with transaction.atomic():
        begun = Erasure.objects.filter(pk=row.pk, state=S.ASKED)
        if begun.update(state=S.WORKING, begun_at=now, sealed=seal(json.dumps(words))):
            _record("erasure.begun", row, None)
            return words
    present = Erasure.objects.get(pk=row.pk)
    if present.state != S.WORKING:
        raise duty.LostDuty(f"erasure {row.pk}")
    return list(json.loads(unseal(present.sealed)))


@transaction.atomic
def end(row: Erasure, found: list[traces.Trace]) -> None:
    """Writes down that it is done, where words were left and where nobody could look; staff are told of both.

    Raises duty.LostDuty.
    """
    places = [trace.as_json() for trace in found]
    duty.done(ERASURES, row, state=S.DONE, ended_at=timezone.now(), sealed="", left=places)
    _record("erasure.done", row, None, places=len(places))
    if left := "\n".join(str(trace) for trace in found if trace.rows):
        alerts.keep_alert(
            key=f"erasure-left:{row.pk}",
            subject="An erasure has left words behind",
            text=f"After erasure {row.pk} of user {row.user_id} an address or a name still stands in:\n{left}\n"
            "It may stand there as somebody else's words. Look, and erase by hand what is not.",
        )
    if unread := "\n".join(str(trace) for trace in found if not trace.rows):
        alerts.keep_alert(
            key=f"erasure-unread:{row.pk}",
            subject="An erasure could not look everywhere",
            text=f"After erasure {row.pk} of user {row.user_id} an address or a name may be left here:\n{unread}\n"
            "Look by hand, or once more by `manage.py erase_user ADDRESS --scan` where the address is known.",
        )


def _record(action: str, row: Erasure, by: AbstractBaseUser | None, **details: object) -> None:
    person = get_user_model()(pk=row.user_id)
    audit.record(action=action, subject=person, by=by, details={"erasure": row.pk, **details})
