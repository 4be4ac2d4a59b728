"""Looks each minute at what may be wrong, from within beat (R-113).

Not a task: while Redis is away no task arrives, and that is one of the things to be told. For the same reason alerts
that no worker has taken within a minute are sent from here.
"""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from celery.signals import beat_init
from django.db import Error, connection
from django.utils import timezone

from tesigo.platform import alert_mail, alert_now, alert_telegram, conditions, duty
from tesigo.platform.conditions import REPEAT_AFTER

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 60.0
#: Time that workers have to send an alert before it is sent from here.
LEFT_TO_WORKERS: Final = timedelta(seconds=60)
#: Looks in vain before the database counts as away: one may have met a restart.
_LOOKS_IN_VAIN: Final = 2


class Watch:
    """One look after the other, whatever happens in any of them."""

    def __init__(self, *, every_seconds: float = EVERY_SECONDS) -> None:
        self._every = every_seconds
        self._ended = threading.Event()
        self._database = DatabaseWatch()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """In a thread of its own; beat goes on."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it, after the look under way."""
        self._ended.set()
        self._thread.join()

    def look(self, *, now: datetime | None = None) -> None:
        """One look: at the database itself, else at everything, then what was not sent."""
        if not self._database.is_there():
            return
        try:
            conditions.evaluate(now=now)
            send_left_over(now=now)
        except Error as error:
            logger.warning("the watch could not reach the database", extra={"error": type(error)})
        finally:
            connection.close()

    def _run(self) -> None:
        # The first look comes after a pause: what starts together with beat has a moment to be there.
        while not self._ended.wait(self._every):
            try:
                self.look()
            except Exception:
                logger.exception("a look at what may be wrong failed")


class DatabaseWatch:
    """Whether the database answers. Of an outage staff are told straight away, since no row can be kept of it."""

    def __init__(self) -> None:
        self._misses = 0
        self._since: datetime | None = None
        self._told_at: float | None = None

    def is_there(self) -> bool:
        """Looks, and tells of a begin, of what lasts and of the end."""
        if connection.pulse.beats():  # type: ignore[attr-defined]  # our backend's
            if self._told_at is not None:
                _tell("Over: the database does not answer", f"It answers again; away since {_moment(self._since)}.")
            self._misses, self._since, self._told_at = 0, None, None
            return True
        self._misses += 1
        self._since = self._since or timezone.now()
        is_due = self._told_at is None or time.monotonic() - self._told_at > REPEAT_AFTER.total_seconds()
        if self._misses >= _LOOKS_IN_VAIN and is_due:
            self._told_at = time.monotonic()
            _tell(
                "The database does not answer",
                f"Since {_moment(self._since)}: no page works but the one that says so. You are told when it is back.",
            )
        return False


def send_left_over(*, now: datetime | None = None) -> int:
    """Sends alerts that are due and that no worker took; returns how many were sent."""
    now = now or timezone.now()
    sent = 0
    for kind, send in ((alert_mail.ALERTS, alert_mail.send), (alert_telegram.TELEGRAMS, alert_telegram.send)):
        due: Any = duty.due(kind, now=now)
        for pk in list(due.filter(due_at__lte=now - LEFT_TO_WORKERS).values_list("pk", flat=True)[:50]):
            sent += send(alert_id=pk, now=now)
    return sent


def _tell(subject: str, text: str) -> None:
    took = alert_now.tell_now(subject=subject, text=text)
    logger.error("told of the database straight away", extra={"channels": len(took)})


def _moment(at: datetime | None) -> str:
    return f"{(at or timezone.now()).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@beat_init.connect(dispatch_uid="watch")
def begin(**_: Any) -> None:
    """With beat, which runs once."""
    Watch().start()
