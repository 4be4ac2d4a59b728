"""Telling staff straight away, without the database: of a restore, or of the database itself (R-113, R-122)."""

import logging
from collections.abc import Callable
from smtplib import SMTPException
from typing import Final

from django.conf import settings

from tesigo.platform import alert_mail, alert_telegram
from tesigo.platform.log import mask
from tesigo.platform.log_values import word
from tesigo.platform.telegram import Busy, Refused, TelegramAway

logger = logging.getLogger(__name__)

_FAILURES: Final = (SMTPException, OSError, TelegramAway, Busy, Refused)


def tell_now(*, subject: str, text: str) -> list[str]:
    """Sends by every channel that is set up and returns the names of those that took it. Never raises for a channel.

    Nothing is kept: what could not be sent now is not sent later, so a caller that must be heard looks at the names.
    ``subject`` and ``text`` hold ids, no personal data. Takes up to a minute where servers hang.
    """
    subject, text = mask(subject[:200]), mask(text[:4_000])
    channels: list[tuple[str, bool, Callable[..., None]]] = [
        ("mail", bool(settings.ALERT_EMAILS), alert_mail.send_now),
        ("telegram", bool(settings.TELEGRAM_BOT_TOKEN and settings.TELEGRAM_CHAT_IDS), alert_telegram.send_now),
    ]
    took = []
    for name, is_set_up, send in channels:
        if not is_set_up:
            continue
        try:
            send(subject=subject, text=text)
        except _FAILURES as error:
            logger.warning("an alert could not be sent by %s", word(name), extra={"error": type(error)})
        else:
            took.append(name)
    return took
