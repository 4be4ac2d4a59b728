"""Tasks of the house as a whole."""

from smtplib import SMTPException

from celery import shared_task

from tesigo.platform import alerts


@shared_task(
    name="tesigo.tasks.mail_alert",
    ignore_result=True,
    autoretry_for=(SMTPException, OSError),
    retry_backoff=5,
    max_retries=5,
)
def mail_alert(subject: str, text: str) -> None:
    """Mails an alert to staff; tried again while the mail server is away."""
    alerts.mail(subject=subject, text=text)
