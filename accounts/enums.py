"""States of a mail on its way, and what is told about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """How far a mail got (R-54). Delivered only where the provider tells."""

    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    OPENED = "opened", _("link opened")
    BOUNCED = "bounced", _("bounced")
    COMPLAINED = "complained", _("reported as spam")
    #: The address is one that is not written to, or was written to as often as may be (R-53).
    WITHHELD = "withheld", _("withheld")
    FAILED = "failed", _("failed")


class StopReason(models.TextChoices):
    """Why an address is not written to."""

    BOUNCED = "bounced", _("does not exist")
    COMPLAINED = "complained", _("reports our mails as spam")


class MailEventKind(models.TextChoices):
    """What a provider, or a report in the mailbox, says of a mail."""

    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("bounced")
    COMPLAINED = "complained", _("reported as spam")
    #: The provider asks whether we want its reports.
    CONFIRM = "confirm", _("asks to be confirmed")
    OTHER = "other", _("something else")


class ApiScope(models.TextChoices):
    """What a token lets a program do (R-58). Each route of the API asks for those that it needs."""

    DOCUMENTS_READ = "documents:read", _("see documents, their texts and files")
    DOCUMENTS_WRITE = "documents:write", _("make, change and delete documents")
    ORDERS_WRITE = "orders:write", _("order: this costs money")
    PAYMENTS_READ = "payments:read", _("see payments and receipts")
    ACCOUNT_READ = "account:read", _("see the account and what was agreed to")
    ACCOUNT_WRITE = "account:write", _("change the account and ask for its data")
    STATS_READ = "stats:read", _("see the house's figures (staff only)")


class SignInEnd(models.TextChoices):
    """Why the sign-in of a program was ended before its time."""

    SIGNED_OUT = "signed_out", _("signed out")
    REUSED = "reused", _("a refresh token was used twice")
