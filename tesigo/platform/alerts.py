"""Telling staff that something needs them, once and not every second (R-113)."""

import logging
import threading
import time
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import send_mail

from tesigo.platform import limits
from tesigo.platform.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)

TASK: Final = "tesigo.tasks.mail_alert"
COOL_DOWN: Final = timedelta(hours=1)

_lock = threading.Lock()
_told: dict[str, float] = {}


def tell_staff(*, key: str, subject: str, text: str, cool_down: timedelta = COOL_DOWN) -> None:
    """Logs an alert, and mails it after the commit unless the same ``key`` was mailed within ``cool_down``.

    ``subject`` and ``text`` name things by their ids: no addresses, names or secrets (R-75). Never raises for a broker
    or a Redis that is away; the log has it all the same.
    """
    logger.error("alert: %s", subject, extra={"alert": key})
    seconds = max(1, int(cool_down.total_seconds()))
    if _told_here(key, seconds):
        return
    if limits.check("alert", key, limit=1, seconds=seconds).allowed:
        enqueue_on_commit(TASK, subject, text)


def mail(*, subject: str, text: str) -> int:
    """Mails an alert to everybody in ALERT_EMAILS; answers to how many."""
    if not settings.ALERT_EMAILS:
        return 0
    send_mail(f"[{settings.SITE_NAME}] {subject}", text, None, settings.ALERT_EMAILS)
    return len(settings.ALERT_EMAILS)


def forget() -> None:
    """Lets every alert be told again."""
    with _lock:
        _told.clear()


def _told_here(key: str, seconds: int) -> bool:
    """Whether this process told it: while Redis is away, nobody else knows."""
    now = time.monotonic()
    with _lock:
        for old in [one for one, until in _told.items() if until <= now]:
            del _told[old]
        if key in _told:
            return True
        _told[key] = now + seconds
        return False
