"""Any program of the operator's: JSON signed by HMAC-SHA-256 with `MAIL_EVENTS_SECRET`.

`X-TesiGo-Signature: t=<seconds since 1970>,v1=<hex>` over `<t>.<body>`; the body is
`{"id": …, "mail": …, "event": "delivered|bounced|complained", "status": "5.1.1", "at": …}`.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from accounts.enums import MailEventKind
from accounts.errors import EventRefused
from accounts.providers.told import Headers, Told, mail_of, moment, name_of, status_of

#: Seconds that a signature holds good, either way.
TOLERANCE_SECONDS: Final = 300
_KINDS: Final = {
    "delivered": MailEventKind.DELIVERED,
    "bounced": MailEventKind.BOUNCED,
    "complained": MailEventKind.COMPLAINED,
}


def is_set_up() -> bool:
    """Whether there is a secret to sign with."""
    return bool(settings.MAIL_EVENTS_SECRET)


def signature(body: bytes, *, secret: str, at: int) -> str:
    """The value of the header."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def read(body: bytes, data: dict[str, Any], headers: Headers, now: datetime) -> list[Told]:
    """One report. Raises EventRefused."""
    given = headers.get("X-TesiGo-Signature", "")
    stamp = given.partition(",")[0].removeprefix("t=")
    at = int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 12 else 0
    wanted = signature(body, secret=settings.MAIL_EVENTS_SECRET, at=at)
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise EventRefused("signature")
    if abs(now.timestamp() - at) > TOLERANCE_SECONDS:
        raise EventRefused("too old")
    told = Told(
        event_id=name_of(data.get("id")),
        kind=_KINDS.get(str(data.get("event")), MailEventKind.OTHER),
        mail_id=mail_of(data.get("mail")),
        status=status_of(data.get("status")),
        happened_at=moment(data.get("at"), otherwise=now),
    )
    return [told]
