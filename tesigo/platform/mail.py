"""SMTP behind a breaker: a mail server that hangs holds one task for its time limit, and not every worker (R-31)."""

from collections.abc import Sequence
from smtplib import SMTPServerDisconnected
from typing import Final

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from tesigo.platform.breaker import Breaker
from tesigo.platform.measuring import OPERATION, measured

#: Seconds without a try after a time-out; longer than a try takes: `EMAIL_TIMEOUT` for each of a handful of answers.
_PAUSE_SECONDS: Final = 15.0
_LONGEST_SECONDS: Final = 60.0

breaker: Final = Breaker("Mail", pause=_PAUSE_SECONDS, longest=_LONGEST_SECONDS)


class GuardedEmailBackend(EmailBackend):
    """Django's own, which raises ServiceAway (an OSError) at once where the server did not answer a moment ago."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Sends them; returns how many left."""
        with measured(OPERATION, "mail"), breaker.guarding(TimeoutError, SMTPServerDisconnected):
            return super().send_messages(email_messages) or 0
