"""Files people take away."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from documents.enums import ExportFormat, ExportState
from documents.models.document import Document
from tesigo.platform.duty import Duty


class Export(Duty):
    """One file of a document as it stood: ``fingerprint`` is the hash of everything that shapes it.

    While a document is being written its step makes the files, and ``due_at`` is empty: nobody else may.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="exports")
    format = models.CharField(max_length=12, choices=ExportFormat)
    with_ai_statement = models.BooleanField(default=False)
    with_comments = models.BooleanField(default=False, db_default=False)
    citation_style = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.PENDING)
    stored_as = models.CharField(max_length=200, blank=True)
    #: What was printed in place of the style (`typesetting.Fallbacks`).
    fallbacks = models.JSONField(default=dict, db_default={}, blank=True)
    #: Pages on which its sections begin, by their id: where it was laid out, for the contents of others of that text.
    first_pages = models.JSONField(default=dict, db_default={}, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    #: Sheets that its text takes, title page, contents and bibliography left out; known of PDFs.
    body_sheets = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]
        constraints = [
            *Duty.Meta.constraints,
            models.UniqueConstraint(fields=["document", "format", "fingerprint"], name="export_made_once"),
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.pk}"


class Rendering(Duty):
    """A document's text for the screen, to be rendered in the citation style that the document has by then."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="rendering")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"rendering {self.pk}"
