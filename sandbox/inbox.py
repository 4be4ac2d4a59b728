"""The mail that was sent: kept, listed and shown, never delivered."""

import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any

KEPT = 500
TEXT_LIMIT = 200_000  # characters of a part that are kept

_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_HREF = re.compile(r"href\s*=\s*[\"'](https?://[^\"']+)[\"']", re.IGNORECASE)
_CODE = re.compile(r"(?<![\w#/=-])(\d{6})(?![\w-])|(?<![\w#/=-])(\d{3})[ -](\d{3})(?![\w-])")


@dataclass
class Mail:
    """One mail as received; ``to`` are the envelope's recipients, ``received_at`` seconds since the epoch."""

    id: int
    sender: str
    to: list[str]
    subject: str
    text: str
    html: str
    links: list[str]
    codes: list[str]
    received_at: float
    headers: dict[str, str]
    attachments: list[dict[str, Any]]


class Inbox:
    """The last 500 mails, newest last."""

    def __init__(self, *, changed: Callable[[], None]) -> None:
        self._mails: deque[Mail] = deque(maxlen=KEPT)
        self._changed = changed
        self._next = 1

    def receive(self, *, sender: str, to: list[str], data: bytes) -> Mail:
        """Parse and keep a mail."""
        message = message_from_bytes(data, policy=policy.default)
        assert isinstance(message, EmailMessage)
        text, html = _part(message, "plain"), _part(message, "html")
        mail = Mail(
            id=self._next,
            sender=sender,
            to=to,
            subject=str(message.get("subject", "")),
            text=text,
            html=html,
            links=_links(text, html),
            codes=_codes(text or re.sub(r"<[^>]+>", " ", html)),
            received_at=time.time(),
            headers={name: str(value) for name, value in message.items()},
            attachments=[
                {"name": part.get_filename() or "", "type": part.get_content_type(), "bytes": len(_payload(part))}
                for part in message.iter_attachments()
            ],
        )
        self._next += 1
        self._mails.append(mail)
        self._changed()
        return mail

    def newest(self, *, to: str = "", limit: int = KEPT) -> list[Mail]:
        """Newest first; ``to`` is a whole address (any letter case), or a part of one when it has no @."""
        wanted = to.strip().lower()
        found = (mail for mail in reversed(self._mails) if _addressed(mail, wanted))
        return [mail for mail, _ in zip(found, range(limit), strict=False)]

    def get(self, number: int) -> Mail | None:
        """One mail, if it is still kept."""
        return next((mail for mail in self._mails if mail.id == number), None)

    def clear(self) -> int:
        """Throw all mails away; returns how many."""
        count = len(self._mails)
        self._mails.clear()
        self._changed()
        return count

    def dump(self) -> list[dict[str, Any]]:
        """For the state file."""
        return [asdict(mail) for mail in self._mails]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        """From the state file."""
        self._mails.extend(Mail(**mail) for mail in saved)
        self._next = max((mail.id for mail in self._mails), default=0) + 1


def _addressed(mail: Mail, wanted: str) -> bool:
    if not wanted:
        return True
    addresses = [address.lower() for address in mail.to]
    return wanted in addresses if "@" in wanted else any(wanted in address for address in addresses)


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    if body is None:
        return ""
    try:
        return str(body.get_content())[:TEXT_LIMIT]
    except (LookupError, ValueError):
        return ""


def _links(text: str, html: str) -> list[str]:
    found = [link.rstrip(".,;:") for link in _LINK.findall(text)]
    found += [unescape(link) for link in _HREF.findall(html)]
    return list(dict.fromkeys(found))


def _codes(text: str) -> list[str]:
    found = ["".join(groups) for groups in _CODE.findall(_LINK.sub(" ", text))]
    return list(dict.fromkeys(found))
