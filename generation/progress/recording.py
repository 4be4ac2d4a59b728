"""Saves a document's progress and notifies open browsers (R-43).

The database has the state. Channels only sends that it changed.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from documents.models import Document
from generation.enums import OPEN_JOB_STATES, JobKind
from generation.models import Job
from generation.progress import stage_weights, step_counts
from tesigo.platform import live


def group_name(document_id: UUID) -> str:
    """The Channels group of everybody who watches a document."""
    return f"document.{document_id.hex}"


def record(*, document_id: UUID) -> None:
    """Writes the percentage down to the document, never backwards, and tells those who watch once it is committed."""
    job = newest_job(document_id)
    if job is not None and job.state in OPEN_JOB_STATES:
        percent = min(99, stage_weights.percent(step_counts.of_job(job.pk).by_stage))
        Document.objects.filter(pk=document_id).update(progress=Greatest(F("progress"), Value(percent)))
    transaction.on_commit(lambda: announce(document_id))


def announce(document_id: UUID) -> None:
    """Tells every browser that watches the document to look again, soon and without waiting for Redis (R-106)."""
    live.tell(group_name(document_id), {"type": "progress.changed"})


def newest_job(document_id: UUID, kind: JobKind = JobKind.DOCUMENT) -> Job | None:
    """The job of this kind that was opened last for a document."""
    return Job.objects.filter(document_id=document_id, kind=kind).order_by("-created_at").first()


def is_searching(document_id: UUID) -> bool:
    """Whether sources of the document are being looked for before it is paid."""
    job = newest_job(document_id, JobKind.SOURCES)
    return job is not None and job.state in OPEN_JOB_STATES
