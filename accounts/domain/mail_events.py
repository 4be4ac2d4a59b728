"""What is told about mails that left: stored once, worked in the background, the same whatever order it comes in."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import httpx
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import measures, providers
from accounts.domain import mail_addresses
from accounts.enums import MailEventKind, MailState, StopReason
from accounts.errors import EventRefused
from accounts.models import Mail, MailEvent
from accounts.providers.told import Told
from privacy.domain import audit
from tesigo.platform import duty, rate_limits
from tesigo.platform.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)

#: Refused calls that leave a row in the audit trail in an hour, at most.
REFUSALS_AUDITED_AN_HOUR: Final = 60
#: States of a mail that has left, and of which nothing is known that speaks against what a report says.
_ON_ITS_WAY: Final = (MailState.SENT, MailState.DELIVERED)
#: A report may be faster than the worker that has just sent its mail.
_LOOK_AGAIN: Final = timedelta(seconds=10)

EVENTS: Final = duty.Kind(
    name="mail_event",
    about="kind",
    label=_("Reports about mails"),
    model=MailEvent,
    task="accounts.tasks.work_mail_event",
    # Longer than a provider is waited for.
    lease=timedelta(minutes=1),
    first_wait=timedelta(seconds=15),
    most_tries=20,
    nudge_lasts=timedelta(minutes=2),
)


def receive(*, provider: str, body: bytes, headers: "providers.Headers", now: datetime | None = None) -> int:
    """Verifies and stores what a provider tells; returns how much of it is new.

    Raises UnknownProvider, EventRefused (not signed by them) or TryLater (its signature could not be looked at).
    """
    now = now or timezone.now()
    try:
        told = providers.read(provider, body, headers, now)
    except EventRefused as error:
        _refused(provider, str(error))
        raise
    return store(provider=provider, told=told, now=now)


def store(*, provider: str, told: Iterable[Told], now: datetime) -> int:
    """Keeps what is new of it, one row each. Raises EventRefused where a signature was used for something else."""
    new = 0
    for one in told:
        if MailEvent.objects.filter(provider=provider, event_id=one.event_id).exists():
            continue
        with transaction.atomic():
            row = MailEvent(
                provider=provider,
                event_id=one.event_id,
                nonce=one.nonce,
                kind=one.kind,
                mail_id=one.mail_id,
                status=one.status,
                confirm_url=one.confirm_url,
                happened_at=one.happened_at,
                received_at=now,
                **duty.due_now(now),
            )
            MailEvent.objects.bulk_create([row], ignore_conflicts=True)
            kept = MailEvent.objects.filter(provider=provider, event_id=one.event_id).first()
            if kept is None:
                _refused(provider, "replayed")
                raise EventRefused("replayed")
            enqueue_on_commit(EVENTS.task, str(kept.pk))
            new += 1
    return new


def _refused(provider: str, why: str) -> None:
    """Anybody may knock here: a fixed number of rows an hour tells of it as well as all of them."""
    logger.warning("mail_event_refused", extra={"provider": provider, "why": why[:100]})
    if rate_limits.check(
        "mail-event", "refused", limit=REFUSALS_AUDITED_AN_HOUR, seconds=3600, when_redis_is_away="refuse"
    ).allowed:
        audit.record(action="mail_event.refused", subject=None, by=None, details={"provider": provider, "why": why})


def work(*, event_id: int, now: datetime | None = None) -> bool:
    """Applies a stored event, if it is due; true when it did. Repeating is harmless."""
    return duty.attempt(EVENTS, event_id, partial(_work, now=now), now=now)


def _work(event: MailEvent, *, now: datetime | None) -> Callable[[], None]:
    at = now or timezone.now()
    if event.kind == MailEventKind.CONFIRM:
        try:
            providers.confirm(event.confirm_url)
        except httpx.HTTPError as error:
            raise duty.Failed(type(error).__name__) from None
        return partial(duty.done, EVENTS, event, confirm_url="")
    mine = Mail.objects.filter(pk=event.mail_id) if event.mail_id else Mail.objects.none()
    if mine.filter(state=MailState.QUEUED, due_at__isnull=False).exists():
        raise duty.PutOff("Its mail is being sent.", wait=_LOOK_AGAIN)
    return partial(_apply, event, at)


@transaction.atomic
def _apply(event: MailEvent, now: datetime) -> None:
    mail = Mail.objects.select_for_update(of=("self",)).filter(pk=event.mail_id).first() if event.mail_id else None
    duty.done(EVENTS, event, error="" if mail else "No mail of ours.")
    if mail is None:
        return
    rows = Mail.objects.filter(pk=mail.pk)
    if event.kind == MailEventKind.DELIVERED:
        if rows.filter(state=MailState.SENT).update(state=MailState.DELIVERED):
            measures.count_mail(MailState.DELIVERED)
        rows.filter(delivered_at=None).update(delivered_at=event.happened_at)
    elif event.kind == MailEventKind.BOUNCED:
        # Of a mail whose link was opened nobody can say that it did not arrive.
        if rows.filter(state__in=_ON_ITS_WAY).update(state=MailState.BOUNCED, status=event.status):
            measures.count_mail(MailState.BOUNCED)
            mail_addresses.came_back(mail=mail, status=event.status, told_by=event.provider, now=now)
    elif event.kind == MailEventKind.COMPLAINED:
        arrived = rows.filter(state__in=[*_ON_ITS_WAY, MailState.OPENED])
        if arrived.update(state=MailState.COMPLAINED):
            measures.count_mail(MailState.COMPLAINED)
            mail_addresses.stop(
                address=mail.to, reason=StopReason.COMPLAINED, status="", told_by=event.provider, now=now
            )
