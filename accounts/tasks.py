"""Work of the accounts that Celery does."""

from celery import shared_task
from django.utils import timezone

from accounts.domain import bounce_mailbox, inactivity, mail, mail_events
from tesigo.platform import duty


@shared_task(name="accounts.tasks.send_mail", ignore_result=True)
def send_mail(mail_id: str) -> None:
    """Tries to send one mail."""
    mail.deliver(mail_id=mail_id)


@shared_task(name="accounts.tasks.work_mail_event", ignore_result=True)
def work_mail_event(event_id: str) -> None:
    """Applies what was told about one mail."""
    mail_events.work(event_id=int(event_id))


@shared_task(name="accounts.tasks.read_bounce_mailbox", ignore_result=True)
def read_bounce_mailbox() -> None:
    """Reads what mail servers wrote back, where there is a mailbox for it (beat)."""
    bounce_mailbox.read()


@shared_task(name="accounts.tasks.tell_inactive", ignore_result=True)
def tell_inactive() -> None:
    """Notes when accounts were used, and writes to those whose unused account is erased in a month (beat)."""
    inactivity.note_use()
    inactivity.tell(now=timezone.now())


@shared_task(name="accounts.tasks.send_waiting_mails", ignore_result=True)
def send_waiting_mails() -> None:
    """What a site of before mails were duties has asked for."""
    duty.nudge_due()
