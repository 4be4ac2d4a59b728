"""Postmark's webhooks. It signs nothing: it is known by a secret of ours, as a password or in a header."""

import base64
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from accounts.enums import MailEventKind
from accounts.errors import EventRefused
from accounts.providers.told import Headers, Told, mail_of, moment, name_of, status_of, within
from tesigo.platform.crypto import same

_KINDS: Final = {
    "Delivery": MailEventKind.DELIVERED,
    "Bounce": MailEventKind.BOUNCED,
    "SpamComplaint": MailEventKind.COMPLAINED,
}
#: Bounces after which Postmark itself tries again, or that are no bounce at all.
_NO_BOUNCES: Final = frozenset({"Transient", "AutoResponder", "Subscribe", "Unsubscribe", "ChallengeVerification"})


def is_set_up() -> bool:
    """Whether there is a secret to know Postmark by."""
    return bool(settings.POSTMARK_WEBHOOK_SECRET)


def way_back(mail_id: str) -> dict[str, str]:
    """Comes back as `Metadata`."""
    return {"X-PM-Metadata-tesigo-mail": mail_id}


def read(body: bytes, data: dict[str, Any], headers: Headers, now: datetime) -> list[Told]:
    """One report. Raises EventRefused."""
    given = headers.get("X-TesiGo-Secret", "") or _password(headers.get("Authorization", ""))
    if not same(given.encode(errors="replace"), settings.POSTMARK_WEBHOOK_SECRET.encode()):
        raise EventRefused("secret")
    record = str(data.get("RecordType"))
    kind = _KINDS.get(record, MailEventKind.OTHER)
    if kind is MailEventKind.BOUNCED and data.get("Type") in _NO_BOUNCES:
        kind = MailEventKind.OTHER
    number = data.get("ID") or data.get("MessageID")
    told = Told(
        event_id=name_of(f"{record}:{number}"),
        kind=kind,
        mail_id=mail_of(within(data, "Metadata", "tesigo-mail")),
        status=status_of(data.get("Details"), data.get("Description")),
        happened_at=moment(data.get("BouncedAt") or data.get("DeliveredAt"), otherwise=now),
    )
    return [told]


def _password(authorization: str) -> str:
    kind, _space, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(coded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
