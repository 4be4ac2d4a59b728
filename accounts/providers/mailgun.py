"""Mailgun's webhooks. The signature covers a time and a token, and nothing of what is told: each token counts once."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from accounts.enums import MailEventKind
from accounts.errors import EventRefused
from accounts.providers.told import Headers, Told, mail_of, moment, name_of, status_of, within

#: Seconds; Mailgun goes on trying for eight hours.
_OLDEST_SECONDS: Final = 9 * 3600
_AHEAD_SECONDS: Final = 300


def is_set_up() -> bool:
    """Whether Mailgun's signing key is known."""
    return bool(settings.MAILGUN_SIGNING_KEY)


def way_back(mail_id: str) -> dict[str, str]:
    """Comes back as `user-variables`."""
    return {"X-Mailgun-Variables": json.dumps({"tesigo-mail": mail_id})}


def read(body: bytes, data: dict[str, Any], headers: Headers, now: datetime) -> list[Told]:
    """One report. Raises EventRefused."""
    stamp, token, given = (str(within(data, "signature", name) or "") for name in ("timestamp", "token", "signature"))
    wanted = hmac.new(settings.MAILGUN_SIGNING_KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not token or not hmac.compare_digest(given.encode(errors="replace"), wanted.encode()):
        raise EventRefused("signature")
    at = int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 12 else 0
    if not -_AHEAD_SECONDS <= now.timestamp() - at <= _OLDEST_SECONDS:
        raise EventRefused("too old")
    event = data.get("event-data")
    words = [within(event, "delivery-status", name) for name in ("enhanced-code", "message", "description")]
    told = Told(
        event_id=name_of(within(event, "id")),
        kind=_kind(str(within(event, "event")), str(within(event, "severity"))),
        mail_id=mail_of(within(event, "user-variables", "tesigo-mail")),
        status=status_of(*words),
        happened_at=moment(within(event, "timestamp"), otherwise=now),
        nonce=hashlib.sha256(token.encode(errors="replace")).hexdigest(),
    )
    return [told]


def _kind(event: str, severity: str) -> MailEventKind:
    if event == "failed":
        # A temporary failure is tried again by Mailgun itself.
        return MailEventKind.BOUNCED if severity == "permanent" else MailEventKind.OTHER
    return {"delivered": MailEventKind.DELIVERED, "complained": MailEventKind.COMPLAINED}.get(
        event, MailEventKind.OTHER
    )
