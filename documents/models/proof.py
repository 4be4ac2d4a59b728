"""What a file to take away says of its citations, and what the program that checks it found (R-18)."""

from django.db import models
from django.utils import timezone

from documents.models.export import Export
from tesigo.platform.duty import Duty


class Proof(Duty):
    """The manifest of one file, as it lies beside it. ``findings`` are figures of tesigo-verify; None until it ran."""

    export = models.OneToOneField(Export, on_delete=models.CASCADE, primary_key=True, related_name="proof")
    manifest = models.TextField()
    findings = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"proof of {self.export_id}"
