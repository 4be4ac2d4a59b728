"""Files people hand in."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.enums import Recognising, UploadPurpose, UploadState
from documents.models.document import Document
from tesigo.platform.duty import Duty


class Upload(Duty):
    """A file handed in: ``name`` is what its owner calls it, ``stored_as`` the random name in storage (R-80).

    ``verdict`` says in plain words why a rejected file cannot be used (R-84). While it arrives, ``due_at`` is when we
    stop waiting for it, and ``size`` how many bytes it will have where that was said. What a worker writes while it
    reads counts only while ``token`` is the one it was given.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="uploads")
    purpose = models.CharField(max_length=12, choices=UploadPurpose)
    name = models.CharField(max_length=255)
    stored_as = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    format = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=12, choices=UploadState, default=UploadState.RECEIVING)
    verdict = models.CharField(max_length=500, blank=True)
    pages_total = models.PositiveIntegerField(default=0)
    pages_read = models.PositiveIntegerField(default=0)
    token = models.PositiveIntegerField(default=0, editable=False, help_text=_("Grows with each try to read the file."))
    #: Bytes that have come of a file that comes in several goes; empty for others, and once all have come.
    arrived = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    #: Whether bytes past ``arrived`` count only once their checksum was right.
    is_checked = models.BooleanField(default=False, db_default=False, editable=False)
    metadata = models.CharField(max_length=2000, blank=True, default="", db_default="", editable=False)
    #: The header by which parts are joined into it (`FilePart`): `final;` and their addresses. Empty for others.
    concat = models.TextField(blank=True, default="", db_default="", editable=False)
    #: Of one that arrives in S3: the upload's id, the tags of its parts, and the bytes in them. What is more is a tail.
    in_storage = models.JSONField(null=True, blank=True, editable=False)
    #: Until when somebody who sends to S3 holds it. What they write counts only while it is still theirs.
    held_until = models.DateTimeField(null=True, blank=True, editable=False)
    #: Of a scan: whether it waits for its turn to be recognised. Empty for others.
    recognition = models.CharField(
        max_length=8, choices=Recognising, blank=True, default="", db_default="", editable=False
    )
    due_at = models.DateTimeField(null=True, blank=True, editable=False, db_column="lease_until")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Duty.Meta):
        ordering = ["created_at"]
        constraints = [
            *Duty.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_known"),
            models.CheckConstraint(condition=Q(arrived=None) | Q(arrived__lte=F("size")), name="upload_arrived_fits"),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"


class FilePart(models.Model):
    """A part of a file whose parts come side by side, until it is joined (R-80; concatenation in tus 1.0.0).

    Which document the file is for is said when its parts are joined. Its fields are those of `Upload`; ``joins`` is the
    file that it becomes the ``place``-th part of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="file_parts")
    stored_as = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    arrived = models.PositiveBigIntegerField(default=0)
    is_checked = models.BooleanField(default=False)
    metadata = models.CharField(max_length=2000, blank=True, default="")
    joins = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.CASCADE, related_name="parts")
    place = models.PositiveSmallIntegerField(default=0)
    in_storage = models.JSONField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(arrived__lte=F("size")), name="file_part_arrived_fits"),
            models.CheckConstraint(condition=Q(joins=None) | Q(arrived=F("size")), name="file_part_joined_whole"),
        ]

    def __str__(self) -> str:
        return f"file part {self.pk}"
