"""What this app holds about people, and for how long (R-73)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from documents.domain import removals
from documents.enums import DocumentState, UploadState
from documents.models import Document, Export, Upload
from privacy import registry
from privacy.registry import DUTY, Holds, PersonalData, Retention

P, L, N = Holds.PERSONAL, Holds.LINK, Holds.PLAIN


def register() -> None:
    """Declares documents with all that hangs on them. What was paid for stays until its owner or erasure removes it."""
    registry.register(
        PersonalData(
            app="documents",
            fields=_FIELDS,
            retention=(
                Retention(
                    "documents.Document",
                    _("Descriptions and outlines that were never ordered"),
                    timedelta(days=30),
                    since="updated_at",
                    only=Q(state__in=[DocumentState.DRAFT, DocumentState.OUTLINED], ordered_at=None),
                    forget=_forget_documents,
                ),
                Retention(
                    "documents.Export",
                    _("Files to take away, which can be made again"),
                    timedelta(days=30),
                    only=Q(due_at=None),
                    forget=_forget_exports,
                ),
                Retention(
                    "documents.Upload",
                    _("Notes on files that could not be used"),
                    timedelta(days=7),
                    only=Q(state=UploadState.REJECTED),
                ),
            ),
        )
    )


def _forget_documents(documents: QuerySet[Model]) -> int:
    """Deletes drafts and has their files deleted."""
    with transaction.atomic():
        # Locked: one that is ordered at this moment stays.
        ids = list(documents.select_for_update().values_list("pk", flat=True))
        for model in (Upload, Export):
            removals.note(*model._default_manager.filter(document__in=ids).values_list("stored_as", flat=True))
        _total, by_model = Document.objects.filter(pk__in=ids).delete()
    return by_model.get(Document._meta.label, 0)


def _forget_exports(exports: QuerySet[Model]) -> int:
    """Deletes rows and has their files deleted."""
    with transaction.atomic():
        rows = Export.objects.select_for_update().filter(pk__in=exports.values("pk"), due_at=None)
        found = list(rows.values_list("pk", "stored_as"))
        removals.note(*(name for _pk, name in found))
        _total, by_model = Export.objects.filter(pk__in=[pk for pk, _name in found]).delete()
    return by_model.get(Export._meta.label, 0)


_FIELDS = {
    "Document": {
        "id": N, "owner": L, "kind": P, "title": P, "topic": P, "language": P, "level": P, "pages": P,
        "citation_style": P, "requirements": P, "search_for_sources": P, "author_name": P, "assignment_text": P,
        "state": N, "progress": N, "failure": N, "outline_wish": P, "outline_error": N, "body_pages": N,
        "bibliography_html": P, "rendered_style": N, "search": P, "session_id": N, "seed": N, "ordered_at": N,
        "frozen_at": N, "made_from": N, "created_at": N, "updated_at": N,
    },
    "DocumentEvent": {
        "id": N, "document": L, "from_state": N, "to_state": N, "cause": N, "actor_id": L, "at": N,
    },
    "Section": {
        "id": N, "document": L, "parent": N, "position": N, "title": P, "covers": P, "leaves_out": P, "pages": N,
        "text": P, "html": P, "revision": N, "provenance": N, "written_at": N,
    },
    "SectionRevision": {
        "id": N, "section": L, "revision": N, "text": P, "reason": N, "provenance": N, "created_at": N,
    },
    "Source": {
        "id": N, "document": L, "key": N, "origin": N, "upload": N, "title": P, "csl": P, "doi": P, "url": P,
        "page_count": N, "created_at": N, "retracted_at": N, "retracted_by": N, "notices": N, "looked_up_at": N,
    },
    "SearchService": {"name": N, "asked_at": N, "answered_at": N, "failing_since": N, "failure": N},
    "Passage": {"id": N, "source": L, "page": N, "page_label": N, "position": N, "text": P, "search": P},
    "Citation": {
        "id": N, "document": L, "section": L, "position": N, "source": N, "passage": N, "sentence": P,
        "check_result": N, "check_note": N, "created_at": N,
    },
    "Upload": {
        "id": N, "document": L, "purpose": N, "name": P, "stored_as": N, "size": N, "sha256": N, "format": N,
        "state": N, "verdict": N, "pages_total": N, "pages_read": N, "token": N, "created_at": N,
        **DUTY,
    },
    "Export": {
        "id": N, "document": L, "format": N, "with_ai_statement": N, "citation_style": N, "fingerprint": N, "state": N,
        "stored_as": N, "size": N, "created_at": N, "finished_at": N, **DUTY,
    },
    "Removal": {"id": N, "stored_as": N, "created_at": N, **DUTY},
    "TypedBrief": {"document": L, "values": P, "saved_at": N},
    "Rendering": {"id": N, "document": L, "created_at": N, **DUTY},
}  # fmt: skip
