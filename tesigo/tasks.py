"""Tasks of the house as a whole."""

from celery import shared_task

from tesigo.platform import alert_mail, alert_telegram, alerts, duty, removals
from tesigo.platform.backup import runs


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
