"""Addresses that are not written to: those that do not exist, and those whose owners call our mails spam (R-54).

Kept by keyed hash, so that what is left here of a person who is gone names nobody.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts import addresses
from accounts.domain.bounces import BounceVerdict, verdict
from accounts.enums import MailState, StopReason
from accounts.models import Mail, MailStop, SignInRequest, User
from privacy.domain import audit
from tesigo.platform.crypto import keyed_hash, keyed_hashes

_PURPOSE: Final = "mail-address"
#: "No way there" (5.4.4) is believed when it was said of an earlier mail, too, at least this time before.
SAID_AGAIN_AFTER: Final = timedelta(days=1)


def stops_of(*, address: str) -> QuerySet[MailStop]:
    """What is noted about an address."""
    return MailStop.objects.filter(address_hash__in=keyed_hashes(_PURPOSE, addresses.canonical(address)))


def is_stopped(*, address: str, is_signin: bool) -> bool:
    """Whether a mail to the address must not leave. A complaint lets sign-in mails pass: they are asked for."""
    stops = stops_of(address=address)
    return (stops.exclude(reason=StopReason.COMPLAINED) if is_signin else stops).exists()


def stop(*, address: str, reason: StopReason, status: str, told_by: str, now: datetime) -> bool:
    """From now on nothing is sent to the address (but sign-in mails, after a complaint); false if it was so."""
    name = addresses.canonical(address)
    with transaction.atomic():
        if stops_of(address=address).filter(reason=reason).exists():
            return False
        user = User.objects.filter(email=name).first()
        row = MailStop(
            address_hash=keyed_hash(_PURPOSE, name),
            reason=reason,
            status=status,
            told_by=told_by,
            user=user,
            created_at=now,
        )
        # Told twice at once, it is written once.
        MailStop.objects.bulk_create([row], ignore_conflicts=True)
        audit.record(action=f"mail_address.{reason}", subject=user, by=None, details={"status": status})
    return True


def came_back(*, mail: Mail, status: str, told_by: str, now: datetime, code: int = 0) -> None:
    """What follows from a mail that was refused for good: its owner is told, and a dead address is not written to.

    Called once a mail, in the transaction that marks it as bounced. An address that was proven since stays.
    """
    notice(mail=mail, now=now)
    said = verdict(status, code=code)
    is_dead = said is BounceVerdict.DEAD or (said is BounceVerdict.UNREACHABLE and _was_said_before(mail, now))
    if is_dead and not _was_proven_since(mail):
        stop(address=mail.to, reason=StopReason.BOUNCED, status=status, told_by=told_by, now=now)


def notice(*, mail: Mail, now: datetime) -> None:
    """The pages of whom the mail was for say that it did not arrive; a sign-in mail is for nobody known."""
    if mail.user_id is not None:
        User.objects.filter(pk=mail.user_id, mail_refused_at=None).update(mail_refused_at=now)


def read_notice(*, user: User) -> None:
    """They have read that a mail did not arrive."""
    User.objects.filter(pk=user.pk).update(mail_refused_at=None)


def proven(*, address: str) -> None:
    """Somebody has read a mail sent there: the address exists, whatever was told of it. A complaint stays."""
    stops_of(address=address).filter(reason=StopReason.BOUNCED).delete()


def lift(*, address: str, by: User) -> int:
    """Staff have the address written to again; returns how many notes about it are gone."""
    return _lift(stops_of(address=address), by)


def lift_one(*, stop_id: int, by: User) -> int:
    """The same for one note; the address itself need not be known."""
    return _lift(MailStop.objects.filter(pk=stop_id), by)


def _lift(stops: QuerySet[MailStop], by: User) -> int:
    with transaction.atomic():
        found = list(stops.select_for_update(of=("self",)).select_related("user"))
        for row in found:
            details = {"reason": row.reason, "status": row.status, "told_by": row.told_by}
            audit.record(action="mail_address.lifted", subject=row.user, by=by, details=details)
        MailStop.objects.filter(pk__in=[row.pk for row in found]).delete()
    return len(found)


def _was_said_before(mail: Mail, now: datetime) -> bool:
    earlier = Mail.objects.filter(to=mail.to, state=MailState.BOUNCED, status__endswith=".4.4")
    return earlier.filter(created_at__lte=now - SAID_AGAIN_AFTER).exclude(pk=mail.pk).exists()


def _was_proven_since(mail: Mail) -> bool:
    since = mail.sent_at or mail.created_at
    return SignInRequest.objects.filter(email=addresses.canonical(mail.to), redeemed_at__gt=since).exists()
