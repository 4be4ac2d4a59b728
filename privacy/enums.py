"""Kinds of consent and the words of the audit trail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentKind(models.TextChoices):
    """What a person may allow (R-70). Only ``ESSENTIAL`` is required."""

    ESSENTIAL = "essential", _("Terms and privacy policy")
    ANALYTICS = "analytics", _("Anonymous statistics")
    MARKETING = "marketing", _("News by mail")


class ExportState(models.TextChoices):
    """How far an export of a person's data got (R-71)."""

    PENDING = "pending", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")
    #: A newer one took its place; its file is gone.
    REPLACED = "replaced", _("replaced by a newer one")


class Answer(models.TextChoices):
    """What a row of consent says. Who says no at first has refused; only what was granted can be withdrawn."""

    GRANTED = "granted", _("allowed")
    REFUSED = "refused", _("not allowed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ErasureState(models.TextChoices):
    """How far an erasure is. Until it works, it can be taken back; from then on it goes to its end."""

    ASKED = "asked", _("asked for")
    WORKING = "working", _("at work")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("taken back")
