"""Work of the accounts that Celery does."""

from celery import shared_task
from django.utils import timezone

from accounts.domain import mail


@shared_task(name="accounts.tasks.send_mail", ignore_result=True)
def send_mail(mail_id: str) -> None:
    """Tries to send one mail."""
    mail.deliver(mail_id=mail_id)


@shared_task(name="accounts.tasks.send_waiting_mails", ignore_result=True)
def send_waiting_mails() -> None:
    """Hands out the mails whose next try is due: those whose first nudge was lost, and those that failed for now."""
    for mail_id in mail.due_mails(now=timezone.now()):
        send_mail.delay(mail_id)
