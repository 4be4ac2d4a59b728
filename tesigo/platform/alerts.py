"""Telling staff that something needs them, once and not every second (R-113).

An alert is a row for each channel that is set up, written with what it tells of; ``alert_mail`` and ``alert_telegram``
send them, each by itself. Told means sent: nothing is silenced by an alert that nobody has got yet, and none is lost
while Redis, the mail server or Telegram is away.

``tell_staff`` is for what has happened; for what lasts, ``conditions.raise_condition`` also tells of its end.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.log import mask
from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)

TASK: Final = "tesigo.tasks.send_alert"
TELEGRAM_TASK: Final = "tesigo.tasks.send_telegram"
_TEXT_LENGTH: Final = 4_000
COOL_DOWN: Final = timedelta(hours=1)


@dataclass(frozen=True)
class _Channel:
    """A way to staff: the model of its rows, by name, and the task that sends one."""

    model: str
    task: str


_MAIL: Final = _Channel("Alert", TASK)
_TELEGRAM: Final = _Channel("TelegramAlert", TELEGRAM_TASK)


def tell_staff(*, key: str, subject: str, text: str, cool_down: timedelta = COOL_DOWN) -> None:
    """Logs an alert and keeps it to be sent, unless the same ``key`` waits, or was sent within ``cool_down``.

    ``subject`` and ``text`` name things by their ids: no addresses, names or secrets (R-75). Inside a transaction it
    is told if that commits: what is rolled back has not happened. Never raises; with the database away the log has it.
    """
    try:
        with transaction.atomic():
            keep_alert(key=key, subject=subject, text=text, cool_down=cool_down)
    except Exception:  # whatever it is, the caller's work goes on
        logger.exception("an alert could not be kept", extra={"alert": word(_clean(key, 200))})


def keep_alert(*, key: str, subject: str, text: str, cool_down: timedelta = COOL_DOWN) -> None:
    """The same for what a mark keeps from being told twice; raises where the alert cannot be kept.

    Called in one transaction with the mark: both are kept, or neither is, and it is told another time.
    """
    key, subject = _clean(key, 200), _clean(subject, 200)
    logger.error("alert: %s", word(subject), extra={"alert": word(key)})
    for channel in channels():
        _keep(channel, key, subject, _clean(text, _TEXT_LENGTH), cool_down)


def channels() -> list[_Channel]:
    """Mail always, for it waits until somebody is named; Telegram where it is set up."""
    return [_MAIL, _TELEGRAM] if settings.TELEGRAM_BOT_TOKEN else [_MAIL]


def _keep(channel: _Channel, key: str, subject: str, text: str, cool_down: timedelta) -> None:
    # By its name: the model is a row to be worked on, and such rows tell staff when they are given up.
    alerts: Any = apps.get_model("platform", channel.model)._default_manager
    now = timezone.now()
    if alerts.filter(Q(due_at__isnull=False) | Q(sent_at__gt=now - cool_down), key=key).exists():
        return
    # Two at once may both get here; sending tells them apart. A unique key would make one wait for the other's end.
    row = alerts.create(key=key, subject=subject, text=text, cool_down=cool_down, due_at=now, nudged_at=now)
    enqueue_on_commit(channel.task, str(row.pk))


def _clean(text: str, length: int) -> str:
    """Nothing that the database or a log cannot hold; shortened first, for masking takes long on long words."""
    return mask(text[:length].encode(errors="replace").decode().replace("\x00", ""))[:length]
