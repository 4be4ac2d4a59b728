"""What this app holds about people, what becomes of it, and for how long (R-71 to R-73)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from documents.enums import DocumentState, UploadState
from documents.models import Document, Export, Upload
from privacy import registry
from privacy.registry import (
    DUTY,
    FACT,
    INNER,
    INNER_LINK,
    LINK,
    SHOWN,
    UNSAID,
    WORDS,
    Erased,
    PersonalData,
    Retention,
    Rows,
    house,
)
from tesigo.platform import removals


def register() -> None:
    """Declares documents with all that hangs on them. What was paid for stays until its owner or erasure removes it."""
    registry.register(
        PersonalData(
            app="documents",
            rows=_ROWS,
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


_OWNED = "document__owner"
_ROWS = {
    "Document": Rows(
        {
            "id": LINK,
            "owner": LINK,
            "kind": FACT,
            "title": WORDS.cleared,
            "topic": WORDS.cleared,
            "language": FACT,
            "level": FACT,
            "pages": FACT,
            "citation_style": FACT,
            "requirements": WORDS.cleared,
            "search_for_sources": FACT,
            "author_name": WORDS.cleared,
            "assignment_text": WORDS.cleared,
            "state": SHOWN,
            "progress": SHOWN,
            "failure": SHOWN.cleared,
            "outline_wish": WORDS.cleared,
            "outline_error": SHOWN.cleared,
            "body_pages": SHOWN,
            "bibliography_html": WORDS.cleared,
            "rendered_style": INNER,
            "search": UNSAID.cleared,
            "session_id": INNER,
            "seed": INNER,
            "ordered_at": SHOWN,
            "frozen_at": SHOWN,
            "made_from": INNER.cleared,
            "created_at": SHOWN,
            "updated_at": SHOWN,
        },
        of="owner",
        erased=Erased.KEPT,
        why="What was ordered, without a word of it: the books point at it. Others are deleted.",
    ),
    "DocumentEvent": Rows(
        {
            "id": SHOWN,
            "document": LINK,
            "from_state": SHOWN,
            "to_state": SHOWN,
            "cause": SHOWN,
            "actor_id": INNER_LINK,
            "at": SHOWN,
        },
        of=_OWNED,
        erased=Erased.KEPT,
        why="States and ids of an order; goes with its document.",
    ),
    "Section": Rows(
        {
            "id": SHOWN,
            "document": LINK,
            "parent": SHOWN,
            "position": SHOWN,
            "title": WORDS,
            "covers": WORDS,
            "leaves_out": WORDS,
            "pages": FACT,
            "text": WORDS,
            "html": UNSAID,
            "revision": SHOWN,
            "provenance": SHOWN,
            "written_at": SHOWN,
        },
        of=_OWNED,
    ),
    "SectionRevision": Rows(
        {
            "id": SHOWN,
            "section": LINK,
            "revision": SHOWN,
            "text": WORDS,
            "reason": SHOWN,
            "provenance": SHOWN,
            "created_at": SHOWN,
        },
        of="section__document__owner",
    ),
    "Source": Rows(
        {
            "id": SHOWN,
            "document": LINK,
            "key": SHOWN,
            "origin": SHOWN,
            "upload": SHOWN,
            "title": WORDS,
            "csl": WORDS,
            "doi": WORDS,
            "url": WORDS,
            "page_count": SHOWN,
            "created_at": SHOWN,
            "retracted_at": SHOWN,
            "retracted_by": SHOWN,
            "notices": SHOWN,
            "looked_up_at": INNER,
        },
        of=_OWNED,
    ),
    "Passage": Rows(
        {
            "id": SHOWN,
            "source": LINK,
            "page": SHOWN,
            "page_label": SHOWN,
            "position": SHOWN,
            "text": WORDS,
            "search": UNSAID,
        },
        of="source__document__owner",
    ),
    "Citation": Rows(
        {
            "id": SHOWN,
            "document": LINK,
            "section": LINK,
            "position": SHOWN,
            "source": SHOWN,
            "passage": SHOWN,
            "sentence": WORDS,
            "check_result": SHOWN,
            "check_note": SHOWN,
            "created_at": SHOWN,
        },
        of=_OWNED,
    ),
    "Upload": Rows(
        {
            "id": SHOWN,
            "document": LINK,
            "purpose": SHOWN,
            "name": WORDS,
            "stored_as": INNER,
            "size": SHOWN,
            "sha256": INNER,
            "format": SHOWN,
            "state": SHOWN,
            "verdict": SHOWN,
            "pages_total": SHOWN,
            "pages_read": SHOWN,
            "token": INNER,
            "created_at": SHOWN,
            **DUTY,
        },
        of=_OWNED,
        files=("stored_as",),
    ),
    "Export": Rows(
        {
            "id": SHOWN,
            "document": LINK,
            "format": SHOWN,
            "with_ai_statement": SHOWN,
            "citation_style": SHOWN,
            "fingerprint": INNER,
            "state": SHOWN,
            "stored_as": INNER,
            "size": SHOWN,
            "created_at": SHOWN,
            "finished_at": SHOWN,
            **DUTY,
        },
        of=_OWNED,
        files=("stored_as",),
    ),
    "Rendering": Rows({"id": INNER, "document": LINK, "created_at": INNER, **DUTY}, of=_OWNED),
    "SearchService": house("name asked_at answered_at failing_since failure"),
}
