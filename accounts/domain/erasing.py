"""What becomes of a person's account when the person is erased (R-72): shut at first, nobody's at last."""

from datetime import datetime, timedelta
from typing import Final, cast

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import devices, known_as, mail
from accounts.enums import MailState
from accounts.models import FormerAddress, Mail, MailEvent, SignInRequest, User
from privacy import registry
from privacy.domain import forgetting
from privacy.registry import Hindrance
from tesigo.platform import duty
from tesigo.platform.in_pages import in_pages

NAME: Final = "DELETED USER"
_BATCH_ROWS: Final = 500
#: How long the last mail is tried to be sent before the address goes without it.
_GOODBYE_WAITS: Final = timedelta(days=1)
_LOOK_AGAIN: Final = timedelta(minutes=1)


def address_of(user: AbstractBaseUser) -> str:
    """The address of nobody that an erased person has."""
    return f"deleted_{user.pk}{known_as.NOBODYS}"


def hinder(user: AbstractBaseUser, now: datetime) -> Hindrance | None:
    """Who works here has things to hand over first."""
    if not cast(User, user).is_staff:
        return None
    return Hindrance(
        _("A member of staff cannot be erased: somebody with all rights takes theirs first."), passes=False
    )


def shut(user: AbstractBaseUser, now: datetime) -> None:
    """Ends every session and every way in: nothing can be asked for in their name any more."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        keys = devices.sign_out_all(user=cast(User, user))
        waiting = known_as.signin_requests(user).filter(redeemed_at=None, voided_at=None)
        SignInRequest.objects.filter(pk__in=waiting.values("pk")).update(voided_at=now)
    devices.end_sessions(keys)
    _end_unlisted_sessions(user)


def forget_notes(user: AbstractBaseUser, now: datetime) -> None:
    """Django's notes on changes that staff made to what is theirs: each names the thing by its title."""
    for model, rows in registry.all_rows():
        if rows.of is None or model is LogEntry:
            continue
        notes = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
        if notes.exists():
            mine = registry.of_person(model, rows, user).values_list("pk", flat=True)
            for batch in _batches([str(pk) for pk in mine]):
                notes.filter(object_id__in=batch).delete()


def say_goodbye(user: AbstractBaseUser, now: datetime) -> None:
    """The last mail, to the address that goes next. Raises PutOff while it has not left, for a day at most."""
    person = cast(User, user)
    if known_as.is_erased(person):
        return
    key = f"erased:{person.pk}"
    mail.send_mail(user=person, template="erased", context={}, once_key=key)
    row = Mail.objects.get(once_key=key)
    if row.state == MailState.QUEUED:
        mail.deliver(mail_id=str(row.pk))
        row.refresh_from_db()
    if row.state == MailState.QUEUED and timezone.now() - row.created_at < _GOODBYE_WAITS:
        raise duty.PutOff("the last mail has not left yet", wait=_LOOK_AGAIN)


def erase(user: AbstractBaseUser, now: datetime) -> None:
    """Rows about the person, others' for us included, and at last who they were."""
    # Found by other rows, which therefore go later.
    forgetting.forget_model(MailEvent, user=user)
    forgetting.forget_app("accounts", user=user, but=[User, FormerAddress, MailEvent, Session])
    _end_unlisted_sessions(user)
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        FormerAddress.objects.filter(user=person).delete()
        person.groups.clear()
        person.user_permissions.clear()
        person.set_unusable_password()
        User.objects.filter(pk=person.pk).update(
            email=address_of(person),
            email_as_typed=address_of(person),
            name=NAME,
            password=person.password,
            language="en",
            last_login=None,
            mail_refused_at=None,
            erasure_due_at=None,
            inactive_told_at=None,
            last_used_at=None,
            is_active=False,
            is_staff=False,
            is_superuser=False,
            is_premium=False,
            session_epoch=F("session_epoch") + 1,
        )


def _end_unlisted_sessions(user: AbstractBaseUser) -> None:
    """Sessions that no browser on the account page belongs to: each says itself whose it is."""
    mine = [
        session.session_key
        for session in in_pages(Session.objects.all(), page=_BATCH_ROWS)
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    devices.end_sessions(mine)


def _batches(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + _BATCH_ROWS] for start in range(0, len(keys), _BATCH_ROWS)]
