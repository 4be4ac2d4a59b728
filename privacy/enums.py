"""Kinds of consent and the words of the audit trail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentKind(models.TextChoices):
    """What a person may allow (R-70). Only ``ESSENTIAL`` is required."""

    ESSENTIAL = "essential", _("Terms and privacy policy")
    ANALYTICS = "analytics", _("Anonymous statistics")
    MARKETING = "marketing", _("News by mail")


class Answer(models.TextChoices):
    """What a row of consent says. Who says no at first has refused; only what was granted can be withdrawn."""

    GRANTED = "granted", _("allowed")
    REFUSED = "refused", _("not allowed")
    WITHDRAWN = "withdrawn", _("withdrawn")
