"""Work of the accounts that Celery does."""

from celery import shared_task

from accounts.domain import mail
from tesigo.platform import duty


@shared_task(name="accounts.tasks.send_mail", ignore_result=True)
def send_mail(mail_id: str) -> None:
    """Tries to send one mail."""
    mail.deliver(mail_id=mail_id)


@shared_task(name="accounts.tasks.send_waiting_mails", ignore_result=True)
def send_waiting_mails() -> None:
    """What a site of before mails were duties has asked for."""
    duty.nudge_due()
