"""What this app holds about people, what becomes of it, and for how long (R-71 to R-73)."""

from functools import partial

from allauth.account.models import EmailConfirmation
from axes.models import AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from accounts import rules
from accounts.domain import erasing, known_as
from privacy import registry
from privacy.registry import (
    DUTY,
    FACT,
    HOUSE,
    INNER,
    INNER_LINK,
    LINK,
    SECRET,
    SHOWN,
    UNSAID,
    WORDS,
    Erased,
    PersonalData,
    Piece,
    Retained,
    Rows,
    Stage,
)


def register() -> None:
    """Declares users, devices, sign-in requests and mails, and the rows that others keep for us about them."""
    registry.register(
        PersonalData(
            app="accounts",
            rows=_OURS | _KEPT_FOR_US,
            retention=rules.RULES,
            erase=[
                Piece("shut", erasing.shut, Stage.SHUT),
                Piece("notes", erasing.forget_notes, Stage.STOP),
                Piece("last mail", erasing.say_goodbye, again=False),
                Piece("account", erasing.erase),
            ],
            hinders=[erasing.hinder],
            called=known_as.words_of,
        )
    )


_OURS = {
    "User": Rows(
        {
            "id": LINK,
            "public_id": LINK,
            "password": SECRET.cleared,
            "last_login": FACT.cleared,
            "is_superuser": INNER.cleared,
            "email": WORDS.cleared,
            "email_as_typed": WORDS.cleared,
            "name": WORDS.cleared,
            "language": FACT.cleared,
            "is_active": INNER.cleared,
            "is_staff": INNER.cleared,
            "is_premium": SHOWN.cleared,
            "session_epoch": INNER,
            "created_at": SHOWN,
            "mail_refused_at": FACT.cleared,
            "erasure_due_at": FACT.cleared,
            "inactive_told_at": FACT.cleared,
            "last_used_at": FACT.cleared,
            "groups": INNER.cleared,
            "user_permissions": INNER.cleared,
        },
        of="pk",
        erased=Erased.KEPT,
        why="Payments point at the row; of the person it keeps the number and the day the account was made.",
    ),
    "StaffAccess": Rows(
        dict.fromkeys(("id", "user", "first_password_until", "wrong_codes", "wrong_since"), INNER), of="user"
    ),
    "Device": Rows(
        {
            "id": SHOWN,
            "user": LINK,
            "session_key": SECRET,
            "user_agent": WORDS,
            "created_at": SHOWN,
            "last_seen_at": FACT,
        },
        of="user",
    ),
    "SignInRequest": Rows(
        {
            "id": SHOWN,
            "email": WORDS,
            "email_as_typed": WORDS,
            "domain": WORDS,
            "known_browser": SHOWN,
            "language": FACT,
            "token_hash": SECRET,
            "code_hash": SECRET,
            "browser_hash": SECRET,
            "wrong_codes": SHOWN,
            "next_url": WORDS,
            "new_address_of": LINK,
            "deny_hash": SECRET,
            "user_agent": WORDS,
            "withheld": SHOWN,
            "ip": WORDS,
            "created_at": SHOWN,
            "expires_at": SHOWN,
            "redeemed_at": SHOWN,
            "voided_at": SHOWN,
        },
        of=known_as.signin_requests,
    ),
    "FormerAddress": Rows(
        {
            "id": SHOWN,
            "user": LINK,
            "email": WORDS,
            "email_as_typed": WORDS,
            "undo_hash": SECRET,
            "changed_at": SHOWN,
            "undone_at": SHOWN,
        },
        of="user",
    ),
    "Mail": Rows(
        {
            "id": SHOWN,
            "user": LINK,
            "signin": LINK,
            "to": WORDS,
            "template": SHOWN,
            "context": WORDS,
            "sealed": SECRET,
            "once_key": INNER_LINK,
            "language": FACT,
            "state": SHOWN,
            "created_at": SHOWN,
            "sent_at": SHOWN,
            "delivered_at": SHOWN,
            "opened_at": SHOWN,
            "status": SHOWN,
            **DUTY,
        },
        of=known_as.mails,
    ),
    "MailStop": Rows(
        {
            "id": SHOWN,
            "address_hash": SECRET,
            "reason": FACT,
            "status": FACT,
            "told_by": SHOWN,
            "user": LINK.cleared,
            "created_at": FACT,
        },
        of="user",
        erased=Erased.KEPT,
        why="So that an address that takes no mails is not written to; a keyed hash, which names nobody.",
    ),
    "MailEvent": Rows(
        {
            "id": SHOWN,
            "provider": SHOWN,
            "event_id": INNER_LINK,
            "nonce": INNER,
            "kind": SHOWN,
            "mail_id": LINK,
            "status": SHOWN,
            "confirm_url": SECRET,
            "happened_at": SHOWN,
            "received_at": SHOWN,
            **DUTY,
        },
        of=known_as.mail_events,
    ),
    "ApiSignIn": Rows(
        {
            "id": SHOWN,
            "user": LINK,
            "token_hash": SECRET,
            "epoch": INNER,
            "user_agent": WORDS,
            "created_at": SHOWN,
            "refreshed_at": FACT,
            "expires_at": SHOWN,
            "ended_at": SHOWN,
            "end": SHOWN,
        },
        of="user",
    ),
    "ApiToken": Rows(
        {
            "id": SHOWN,
            "user": LINK,
            "name": WORDS,
            "scopes": SHOWN,
            "token_hash": SECRET,
            "prefix": SECRET,
            "epoch": INNER,
            "has_second_factor": INNER,
            "created_at": SHOWN,
            "expires_at": SHOWN,
            "last_used_on": FACT,
            "revoked_at": SHOWN,
        },
        of="user",
    ),
    "ApiCall": Rows(
        {
            "id": INNER,
            "user": INNER_LINK,
            "key": UNSAID,
            "fingerprint": SECRET,
            "turn": INNER,
            "running_until": INNER,
            "status": INNER,
            "body": UNSAID,
            "headers": UNSAID,
            "created_at": INNER,
        },
        of="user",
    ),
    "DailyUse": Rows(dict.fromkeys(("id", "user", "what", "day", "times"), LINK), of="user"),
}


def _about(user: AbstractBaseUser) -> QuerySet[LogEntry]:
    """Django's own notes on changes in the administration to what is theirs."""
    return LogEntry.objects.filter(content_type__app_label="accounts", content_type__model="user", object_id=user.pk)


_TRIED = dict.fromkeys(("user_agent", "ip_address", "username", "attempt_time"), WORDS)
_KEPT_FOR_US = {
    "sessions.Session": Rows({"session_key": SECRET, "expire_date": FACT}, of=known_as.sessions, others=SECRET),
    "axes.AccessAttempt": Rows(_TRIED, of=partial(known_as.tried_as, model=AccessAttempt), others=UNSAID),
    "axes.AccessAttemptExpiration": Rows(
        of=lambda user: AccessAttemptExpiration.objects.filter(
            access_attempt__in=known_as.tried_as(user, AccessAttempt)
        ),
        others=INNER,
    ),
    "axes.AccessFailureLog": Rows(_TRIED, of=partial(known_as.tried_as, model=AccessFailureLog), others=UNSAID),
    "axes.AccessLog": Rows(_TRIED, of=partial(known_as.tried_as, model=AccessLog), others=UNSAID),
    "account.EmailAddress": Rows({"email": WORDS}, of="user", others=SHOWN),
    "account.EmailConfirmation": Rows(
        {"key": SECRET},
        of=lambda user: EmailConfirmation.objects.filter(email_address__user=user.pk),
        others=INNER,
    ),
    "mfa.Authenticator": Rows({"data": SECRET}, of="user", others=SHOWN),
    "admin.LogEntry": Rows(
        {"object_repr": UNSAID, "change_message": UNSAID, "user": INNER_LINK}, of=_about, others=INNER
    ),
    **{
        name: Rows(retained=Retained.HOUSE, others=INNER, why=HOUSE)
        for name in (
            "auth.Group",
            "auth.Permission",
            "contenttypes.ContentType",
            "django_celery_beat.SolarSchedule",
            "django_celery_beat.IntervalSchedule",
            "django_celery_beat.ClockedSchedule",
            "django_celery_beat.CrontabSchedule",
            "django_celery_beat.PeriodicTasks",
            "django_celery_beat.PeriodicTask",
        )
    },
}
