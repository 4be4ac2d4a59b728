"""A document's owner lets staff look at what changed in it, for a complaint (R-118)."""

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models import Document

MOST_WORDS_CHARACTERS: Final = 500


class Disclosure(models.Model):
    """Leave of a document's owner that staff see its versions and what changed between them, until it ends.

    ``words`` say what the complaint is about. ``is_current`` is the newest leave of its document that was not taken
    back: another one takes its place once it has ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="disclosures", verbose_name=_("document")
    )
    words = models.CharField(_("What it is about"), max_length=MOST_WORDS_CHARACTERS)
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["-given_at"]
        verbose_name = _("document shown for a complaint")
        verbose_name_plural = _("documents shown for a complaint")
        indexes = [models.Index(fields=["ends_at"], name="disclosure_ends")]
        constraints = [
            models.UniqueConstraint(fields=["document"], condition=Q(is_current=True), name="one_open_disclosure"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(is_current=False), name="disclosure_withdrawn_or_current"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("given_at")), name="disclosure_ends_later"),
            models.CheckConstraint(condition=~Q(words=""), name="disclosure_words_not_empty"),
        ]

    def __str__(self) -> str:
        return f"document shown for a complaint {self.pk}"
