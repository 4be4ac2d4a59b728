"""Mails once more, asked for by staff (R-117)."""

from typing import Final

from django.db import transaction

from accounts.domain.mail import send_mail
from accounts.enums import MailState
from accounts.models import Mail, User
from privacy.domain import audit

#: Mails that say the same when they are sent again; what holds a link or a code that works once is asked for anew.
TEMPLATES: Final = frozenset({"ready", "failed", "receipt", "credit_note", "refunded", "retracted", "waiting"})


def can_go_again(mail: Mail) -> bool:
    """Whether the mail has left or was given up, and still says what is true."""
    return mail.user_id is not None and mail.template in TEMPLATES and mail.state != MailState.QUEUED


def send_again(*, mail: Mail, by: User) -> bool:
    """Queues the same mail anew, to the address that the person has now; False where it cannot go again."""
    if mail.user is None or not can_go_again(mail):
        return False
    with transaction.atomic():
        audit.record(action="mail.sent_again", subject=mail, by=by, details={"template": mail.template})
        send_mail(user=mail.user, template=mail.template, context=mail.context)
    return True
