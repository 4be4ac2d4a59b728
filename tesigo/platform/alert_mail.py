"""Mailing alerts: each key once within its cool-down, tried until it is through (R-113, R-116)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tesigo.platform import duty
from tesigo.platform.alerts import TASK
from tesigo.platform.models import Alert

#: Never given up: who else would tell of it?
ALERTS: Final = duty.Kind(
    name="alert",
    about="subject",
    label=_("Alerts"),
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
    """Mails an alert to everybody in ALERT_EMAILS if it is due; true when it was sent.

    One whose key was sent meanwhile, within its cool-down, is settled without a mail.
    """
    now = now or timezone.now()
    row = _turn(alert_id, now)
    return row is not None and duty.carry_out(ALERTS, row, _mail, now=now)


def _turn(alert_id: int, now: datetime) -> Alert | None:
    """The alert, claimed, where no other of its key is under way or was just sent. One at a time for each key."""
    with transaction.atomic():
        alert = duty.due(ALERTS, now=now).filter(pk=alert_id).first()
        if alert is None:
            return None
        same = Q(due_at__isnull=False) | Q(sent_at__gt=now - alert.cool_down)
        rows = list(Alert.objects.select_for_update().filter(same, key=alert.key).order_by("pk"))
        others = [row for row in rows if row.pk != alert.pk]
        mine = Alert.objects.filter(pk=alert.pk, due_at=alert.due_at)
        if any(row.sent_at for row in others):
            mine.update(due_at=None)
            return None
        if any(row.tries for row in others):
            mine.update(due_at=now + ALERTS.lease)
            return None
        return duty.claim(ALERTS, alert.pk, now=now)


def _mail(row: Alert) -> Callable[[], None]:
    if not settings.ALERT_EMAILS:
        raise duty.PutOff("ALERT_EMAILS names nobody.", wait=_NOBODY_YET)
    subject = " ".join(row.subject.split())
    send_mail(f"[{settings.SITE_NAME}] {subject}", row.text, None, settings.ALERT_EMAILS)
    return lambda: duty.done(ALERTS, row, sent_at=timezone.now())
