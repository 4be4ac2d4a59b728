"""The mailbox that mails come back to, read by IMAP. Off unless `BOUNCE_MAILBOX_URL` says where it is (R-54)."""

import imaplib
import logging
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils import timezone

from accounts.domain import delivery_status, mail_events
from accounts.errors import EventRefused
from tesigo.platform import alerts

logger = logging.getLogger(__name__)

#: Seconds for one answer of the server, and for one look at the mailbox.
_ANSWER_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 60.0
_MOST_MESSAGES: Final = 200
#: Bytes of a message that are read: what is told stands at the beginning.
_MAX_BYTES: Final = 256 * 1024
_PROVIDER: Final = "dsn"


def read(*, now: datetime | None = None) -> int:
    """Takes in the notifications that wait, at most for a minute; returns how many were about mails of ours.

    Those are deleted, as they hold addresses; everything else stays, marked as read, for people to look at.
    """
    if not settings.BOUNCE_MAILBOX_URL:
        return 0
    now = now or timezone.now()
    try:
        return _take_in(now)
    except (imaplib.IMAP4.error, OSError) as error:
        # By its name alone: the words of a server hold addresses.
        logger.warning("the mailbox of bounces cannot be read", extra={"why": type(error).__name__})
        alerts.tell_staff(
            key="bounce-mailbox",
            subject="The mailbox of bounces cannot be read",
            text=f"It is tried again in a few minutes. Last error: {type(error).__name__}.",
        )
        return 0


def _take_in(now: datetime) -> int:
    ends, found = time.monotonic() + _LOOK_SECONDS, 0
    with _mailbox() as box:
        _kind, answer = box.uid("SEARCH", "UNSEEN")
        for uid in answer[0].split()[:_MOST_MESSAGES] if answer and answer[0] else []:
            if time.monotonic() > ends:
                break
            name = uid.decode("ascii")
            raw = _message(box, name)
            told = delivery_status.read(raw, now=now) if raw else None
            if told is None:
                box.uid("STORE", name, "+FLAGS", r"(\Seen)")
                continue
            try:
                mail_events.store(provider=_PROVIDER, told=[told], now=now)
            except EventRefused:
                continue
            box.uid("STORE", name, "+FLAGS", r"(\Seen \Deleted)")
            found += 1
        box.expunge()
    return found


def _message(box: imaplib.IMAP4, uid: str) -> bytes:
    _kind, parts = box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{_MAX_BYTES}>)")
    return next((part[1] for part in parts or [] if isinstance(part, tuple)), b"")


@contextmanager
def _mailbox() -> Iterator[imaplib.IMAP4]:
    """The mailbox, opened; TLS from the start (imaps) or by STARTTLS (imap+tls). Nothing is ever sent in the clear."""
    parts = urlsplit(settings.BOUNCE_MAILBOX_URL)
    host, context = parts.hostname or "", ssl.create_default_context()
    is_tls = parts.scheme == "imaps"
    box: imaplib.IMAP4
    if is_tls:
        box = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=_ANSWER_SECONDS)
    else:
        box = imaplib.IMAP4(host, parts.port or 143, timeout=_ANSWER_SECONDS)
    try:
        if not is_tls:
            box.starttls(context)
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        kind, answer = box.select(f'"{unquote(parts.path.lstrip("/")) or "INBOX"}"')
        if kind != "OK":
            raise imaplib.IMAP4.error(str(answer))
        yield box
    finally:
        box.shutdown()
