"""Mailing alerts, tried until they are through (R-113, R-116)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tesigo.platform import alert_turns, duty
from tesigo.platform.alerts import TASK
from tesigo.platform.models import Alert
from tesigo.version import VERSION

#: Never given up: who else would tell of it?
ALERTS: Final = duty.Kind(
    name="alert",
    about="subject",
    label=_("Alerts by mail"),
    model=Alert,
    task=TASK,
    lease=timedelta(seconds=60),
    longest_wait=timedelta(minutes=15),
    outages=(SMTPException, OSError),
    nudge_lasts=timedelta(minutes=1),
)
#: How often it is looked whether somebody has been named who can be told.
_NOBODY_YET: Final = timedelta(minutes=15)


def send(*, alert_id: int, now: datetime | None = None) -> bool:
    """Mails an alert to everybody in ALERT_EMAILS if it is due; true when it was sent."""
    return alert_turns.send(ALERTS, _mail, alert_id=alert_id, now=now or timezone.now())


def send_now(*, subject: str, text: str) -> None:
    """Mails at once, without the database. Raises SMTPException or OSError."""
    send_mail(f"[{settings.SITE_NAME}] {' '.join(subject.split())}", signed(text), None, settings.ALERT_EMAILS)


def signed(text: str) -> str:
    """The text with who says it: the site and its version."""
    return f"{text}\n\n-- \n{settings.SITE_NAME} {VERSION} · {settings.SITE_URL}"


def _mail(row: Alert) -> Callable[[], None]:
    if not settings.ALERT_EMAILS:
        raise duty.PutOff("ALERT_EMAILS names nobody.", wait=_NOBODY_YET)
    send_now(subject=row.subject, text=row.text)
    return lambda: duty.done(ALERTS, row, sent_at=timezone.now())
