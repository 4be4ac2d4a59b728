"""Kinds of consent and the words of the audit trail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentKind(models.TextChoices):
    """What a person may allow (R-70). Only ``ESSENTIAL`` is required."""

    ESSENTIAL = "essential", _("Terms and privacy policy")
    ANALYTICS = "analytics", _("Anonymous statistics")
    MARKETING = "marketing", _("News by mail")
