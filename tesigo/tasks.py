"""Tasks of the house as a whole."""

import logging
from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from tesigo.platform import alert_mail, alert_telegram, alerts, duty, removals
from tesigo.platform.backup import config, runs, timetable
from tesigo.platform.backup.errors import AlreadyRunning

logger = logging.getLogger(__name__)


@shared_task(name="tesigo.tasks.nudge_due", ignore_result=True)
def nudge_due() -> None:
    """Finds rows of every kind that are due and that no worker was told of, and sends a nudge for each (R-116)."""
    duty.nudge_due()


@shared_task(name="tesigo.tasks.send_alert", ignore_result=True)
def send_alert(alert_id: str) -> None:
    """Mails one alert to staff."""
    alert_mail.send(alert_id=int(alert_id))


@shared_task(name="tesigo.tasks.send_telegram", ignore_result=True)
def send_telegram(alert_id: str) -> None:
    """Sends one alert to staff by Telegram."""
    alert_telegram.send(alert_id=int(alert_id))


@shared_task(name="tesigo.tasks.mail_alert", ignore_result=True)
def mail_alert(subject: str, text: str) -> None:
    """An alert that a site of before alerts were rows has sent on its way."""
    alerts.tell_staff(key=subject, subject=subject, text=text)


@shared_task(name="tesigo.tasks.remove_stored", ignore_result=True)
def remove_stored(removal_id: str) -> None:
    """Deletes a file whose row is gone (R-84)."""
    removals.remove(removal_id=int(removal_id))


@shared_task(name="tesigo.tasks.take_backup", ignore_result=True)
def take_backup(run_id: str) -> None:
    """Takes a backup that was asked for (R-120)."""
    runs.take(run_id=int(run_id))


@shared_task(name="tesigo.tasks.ask_backup", ignore_result=True)
def ask_backup() -> None:
    """Asks for the backup of the database that is due."""
    timetable.ask_due(now=timezone.now())


@shared_task(name="tesigo.tasks.ask_file_backup", ignore_result=True)
def ask_file_backup() -> None:
    """Asks for the hour's backup of the files."""
    timetable.ask_files(now=timezone.now())


@shared_task(name="tesigo.tasks.ask_drill", ignore_result=True)
def ask_drill() -> None:
    """Asks for the month's restore drill, and takes note of drills of other machines (R-120)."""
    if config.is_configured():
        from tesigo.platform.backup import drill  # with all that encrypts and sends: only where it is needed

        drill.note_reports(now=timezone.now())
        if drill.can_be_made():
            timetable.ask_drill(now=timezone.now())


@shared_task(name="tesigo.tasks.ship_wal", ignore_result=True)
def ship_wal() -> None:
    """Sends the WAL that has arrived to every destination (R-122)."""
    if config.is_configured():
        from tesigo.platform.backup import errands  # with all that encrypts and sends: only where it is needed

        with suppress(AlreadyRunning):
            errands.ship_wal()


@shared_task(name="tesigo.tasks.prune_backups", ignore_result=True)
def prune_backups() -> None:
    """Removes backups, WAL and files whose time is over (R-121)."""
    if config.is_configured():
        from tesigo.platform.backup import errands  # as above

        try:
            errands.prune()
        except AlreadyRunning:
            logger.info("old backups are removed another night")


@shared_task(name="tesigo.tasks.watch_backups", ignore_result=True)
def watch_backups() -> None:
    """Looks whether backups, WAL and destinations are as they should be (R-113)."""
    if config.is_configured():
        from tesigo.platform.backup import watching  # as above

        watching.watch()
