"""States of a mail on its way."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """How far a mail got (R-54)."""

    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    BOUNCED = "bounced", _("bounced")
    OPENED = "opened", _("link opened")
    FAILED = "failed", _("failed")
