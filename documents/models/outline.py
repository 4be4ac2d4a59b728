"""Outline, sections and what was written in them."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.enums import RevisionReason
from documents.models.document import Document


class Section(models.Model):
    """A chapter (no parent) or a section of a chapter.

    A section without children is a leaf: it is written, and its ``pages`` (tenths of a page) count; those of a
    chapter with sections are their sum and stored as 0. ``text`` is Markdown with pandoc citation keys and equals
    the newest revision's; ``html`` is its rendering for the screen, already cleaned.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sections")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    position = models.PositiveSmallIntegerField(help_text=_("Order over the whole document, depth first."))
    title = models.CharField(_("title"), max_length=300)
    covers = models.TextField(_("what it covers"), max_length=2_000, blank=True)
    leaves_out = models.TextField(_("what it leaves to others"), max_length=2_000, blank=True)
    pages = models.DecimalField(_("pages"), max_digits=5, decimal_places=1, default=Decimal(0))
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    provenance = models.JSONField(default=dict, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)

    # Set by documents.domain.queries.sections_in_order: "2.1" and 2, say.
    number: str
    level: int

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "position"],
                name="section_position_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(pages__gte=0), name="section_pages_not_negative"),
            models.CheckConstraint(condition=~Q(title=""), name="section_title_not_empty"),
        ]

    def __str__(self) -> str:
        return self.title


class DroppedSection(models.Model):
    """A row of an outline that was thrown away; its owner can bring it back for 30 days (R-89).

    ``chapter`` is the title of the chapter that it stood in; empty for one of its own.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="dropped_sections")
    title = models.CharField(max_length=300)
    covers = models.TextField(blank=True)
    leaves_out = models.TextField(blank=True)
    pages = models.DecimalField(max_digits=5, decimal_places=1)
    chapter = models.CharField(max_length=300, blank=True)
    dropped_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-dropped_at", "-pk"]
        indexes = [models.Index(fields=["dropped_at"], name="section_dropped_at")]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="dropped_section_title_not_empty"),
        ]

    def __str__(self) -> str:
        return self.title


class SectionRevision(models.Model):
    """One committed text of a section; one commit per (section, revision) is the promise of R-12.

    One with a ``name`` is kept for good (R-91). ``citations`` are those of its text, each a list of the passage's id,
    the sentence, how that was checked and the note; empty in texts of an earlier time.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="revisions")
    revision = models.PositiveIntegerField()
    text = models.TextField()
    reason = models.CharField(max_length=12, choices=RevisionReason)
    name = models.CharField(_("name"), max_length=80, blank=True, default="", db_default="")
    citations = models.JSONField(default=list, db_default=[], blank=True)
    provenance = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["section", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["section", "revision"], name="one_commit_per_section_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.section_id} r{self.revision}"
