"""What this app holds about people. Consents prove what was allowed and stay as long as the account does."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from privacy import registry, rules
from privacy.domain import forgetting
from privacy.models import AuditEvent, Erasure
from privacy.registry import (
    DUTY,
    FACT,
    INNER,
    INNER_LINK,
    LINK,
    SECRET,
    SHOWN,
    WORDS,
    Erased,
    PersonalData,
    Piece,
    Retained,
    Rows,
)


def register() -> None:
    """Declares the fields of consents and of the audit trail, which holds ids only."""
    registry.register(
        PersonalData(
            app="privacy", rows=_ROWS, retention=rules.RULES, erase=[Piece("exports and consents", _forget_own)]
        )
    )
    # The ground floor knows no app, so its tables are declared here.
    registry.register(
        PersonalData(
            app="platform",
            rows={
                "Alert": _ALERT,
                "TelegramAlert": _TELEGRAM_ALERT,
                "Condition": _CONDITION,
                "Worker": _WORKER,
                "Removal": _REMOVAL,
                "BackupRun": _BACKUP_RUN,
                "Flag": _FLAG,
                "FlagPerson": _FLAG_PERSON,
            },
            retention=rules.PLATFORM,
            erase=[Piece("early access to features", _forget_platform)],
        )
    )


def _forget_own(user: AbstractBaseUser, now: datetime) -> None:
    # What an erasure needs for itself goes with its end.
    forgetting.forget_app("privacy", user=user, but=[Erasure])


def _forget_platform(user: AbstractBaseUser, now: datetime) -> None:
    forgetting.forget_app("platform", user=user)


_ROWS = {
    "Erasure": Rows(
        {
            "id": SHOWN,
            "user": LINK,
            "state": FACT,
            "asked_at": FACT,
            "asked_by_id": INNER_LINK,
            "begun_at": FACT,
            "ended_at": FACT,
            "sealed": SECRET.cleared,
            "left": INNER,
            **DUTY,
        },
        of="user",
        erased=Erased.KEPT,
        why="That somebody was erased, and when, must be provable; ids and dates.",
    ),
    "Consent": Rows(
        {
            "id": SHOWN,
            "user": LINK,
            "kind": FACT,
            "granted": FACT,
            "answer": FACT,
            "policy_version": SHOWN,
            "ip": WORDS.cleared,
            "user_agent": WORDS.cleared,
            "created_at": SHOWN,
        },
        of="user",
        erased=Erased.KEPT,
        why="That somebody consented must be provable (GDPR, Art. 7); who it was is not known any more.",
    ),
    "DataExport": Rows(
        {
            "id": SHOWN,
            "user": LINK,
            "actor_id": INNER_LINK,
            "state": SHOWN,
            "progress": INNER,
            "stored_as": INNER,
            "size": SHOWN,
            "asked_at": FACT,
            "finished_at": SHOWN,
            "expires_at": SHOWN,
            **DUTY,
        },
        of="user",
        files=("stored_as",),
        files_exported=False,
    ),
    "AuditEvent": Rows(
        {
            "id": SHOWN,
            "at": SHOWN,
            "actor_id": LINK,
            "action": SHOWN,
            "object_type": SHOWN,
            "object_id": LINK,
            "details": SHOWN,
            "correlation_id": INNER,
            "seal": INNER,
            "digest": INNER,
        },
        of=lambda user: AuditEvent.objects.filter(
            Q(actor_id=user.pk) | Q(object_type="accounts.user", object_id=str(user.pk))
        ),
        erased=Erased.KEPT,
        retained=Retained.TRAIL,
        why="The trail holds ids only, and a row that is missing would break its chain (R-74).",
    ),
}
_ALERT = Rows(
    {
        "id": INNER,
        "key": INNER,
        "subject": INNER,
        "text": INNER,
        "cool_down": INNER,
        "created_at": INNER,
        "sent_at": INNER,
        **DUTY,
    },
    retained=Retained.HOUSE,
    why="What staff are told; ids, no personal data.",
)
_TELEGRAM_ALERT = Rows(
    {**_ALERT.fields, "chats_told": INNER},
    retained=Retained.HOUSE,
    why="The same by Telegram, and which of the house's chats have it; ids, no personal data.",
)
_CONDITION = Rows(
    {
        "id": INNER,
        "key": INNER,
        "subject": INNER,
        "text": INNER,
        "cool_down": INNER,
        "since": INNER,
        "seen_at": INNER,
        "clear_since": INNER,
        "told_at": INNER,
        "told_count": INNER,
        "resolved_at": INNER,
    },
    retained=Retained.HOUSE,
    why="What was wrong with the house, from when until when; ids, no personal data.",
)
_WORKER = Rows(
    {"id": INNER, "node": INNER, "version": INNER, "worked_at": INNER, "memory_percent": INNER},
    retained=Retained.HOUSE,
    why="Processes of the house.",
)
_REMOVAL = Rows(
    {"id": INNER, "stored_as": INNER, "created_at": INNER, **DUTY},
    retained=Retained.HOUSE,
    files=("stored_as",),
    why="Files on their way out, by names that say nothing; a row goes with its file.",
)
_BACKUP_RUN = Rows(
    {
        "id": INNER,
        "kind": INNER,
        "state": INNER,
        "backup_id": INNER,
        "asked_at": INNER,
        "started_at": INNER,
        "ended_at": INNER,
        "size_bytes": INNER,
        "parts": INNER,
        "destinations": INNER,
        "verified_at": INNER,
        **DUTY,
    },
    retained=Retained.HOUSE,
    why="When backups were taken and how they ended; sizes and names of destinations, no personal data.",
)
_FLAG = Rows(
    {"name": INNER, "state": INNER, "share_percent": INNER},
    retained=Retained.HOUSE,
    why="How far features are rolled out; a share is worked out anew each time, not kept.",
)
_FLAG_PERSON = Rows({"id": INNER, "flag": SHOWN, "user": LINK, "named_at": SHOWN}, of="user")
