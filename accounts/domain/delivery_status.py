"""Reading what mail servers write back: a delivery status notification (RFC 3464), by the standard library."""

import hashlib
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from email.parser import HeaderParser
from typing import Final

from accounts.enhanced_status import status_in
from accounts.enums import MailEventKind
from accounts.providers.told import MAIL_HEADER, Told, mail_of

_KINDS: Final = {"failed": MailEventKind.BOUNCED, "delivered": MailEventKind.DELIVERED}
#: Parts that are looked at; a notification has three.
_MOST_PARTS: Final = 50


def read(raw: bytes, *, now: datetime) -> Told | None:
    """What a notification says of one mail of ours; None for anything else, and for one that is only late."""
    message = message_from_bytes(raw, policy=policy.default)
    status, action, mail_id = "", "", None
    for part, _number in zip(message.walk(), range(_MOST_PARTS), strict=False):
        kind = part.get_content_type()
        if kind == "message/delivery-status" and not action:
            action, status = _recipient(part)
        elif kind in {"message/rfc822", "text/rfc822-headers", "message/global-headers"} and mail_id is None:
            mail_id = mail_of(_header(part))
    if action not in _KINDS or mail_id is None:
        return None
    return Told(
        # The same notification read twice is one event.
        event_id=hashlib.sha256(raw).hexdigest(),
        kind=_KINDS[action],
        mail_id=mail_id,
        status=status,
        happened_at=now,
    )


def _recipient(part: Message) -> tuple[str, str]:
    """Action and status of the one recipient: the fields of the message come first, in a block of their own."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message) and (action := str(block.get("Action", "")).strip().lower()):
            said = status_in(str(block.get("Status", ""))) or status_in(str(block.get("Diagnostic-Code", "")))
            return action, said
    return "", ""


def _header(part: Message) -> str:
    """Our header, of a mail that came back whole or as its headers."""
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return str(inner[0].get(MAIL_HEADER, "")).strip()
    text = part.get_payload(decode=True)
    headers = HeaderParser().parsestr(text.decode("latin-1") if isinstance(text, bytes) else "")
    return str(headers.get(MAIL_HEADER, "")).strip()
