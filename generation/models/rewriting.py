"""Rewritings: paragraphs of a finished section written anew on their owner's order (R-93)."""

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models import Document, Section, Source
from generation.enums import OPEN_REWRITING_STATES, RewritingState, Wish
from generation.models.queue import Job


class Rewriting(models.Model):
    """An order to write paragraphs of a section anew, and what is offered until it is taken or left.

    ``paragraphs`` are their numbers, from 0, in the text of the version ``revision``. ``text`` is all of the section
    with the new words in their place, ``citations`` are its own, as those of a version. Both are emptied when the offer
    is taken or left. ``body_pages`` is what the document fills with it; ``is_over`` says that this is more than was
    paid. ``made`` says which models wrote it, in how many answers, and how many sentences the check took out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="rewritings")
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="rewriting")
    revision = models.PositiveIntegerField()
    paragraphs = models.JSONField()
    wish = models.CharField(max_length=12, choices=Wish)
    words = models.CharField(max_length=500, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12, choices=RewritingState, default=RewritingState.ASKED)
    text = models.TextField(blank=True)
    citations = models.JSONField(default=list, blank=True)
    made = models.JSONField(default=dict, blank=True)
    body_pages = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    is_over = models.BooleanField(default=False)
    failure = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["section"], condition=Q(state__in=OPEN_REWRITING_STATES), name="one_open_rewriting_per_section"
            ),
            models.CheckConstraint(condition=Q(state__in=RewritingState.values), name="rewriting_state_known"),
            models.CheckConstraint(
                condition=~Q(state=RewritingState.OFFERED) | ~Q(text=""), name="rewriting_offers_a_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish} {self.pk}"


class MoreRewritings(models.Model):
    """Rewritings that staff add to those that a document's pages include (R-93)."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="more_rewritings")
    count = models.PositiveSmallIntegerField(_("rewritings more"), validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["document"]
        verbose_name_plural = _("more rewritings")

    def __str__(self) -> str:
        return f"{self.document_id} + {self.count}"
