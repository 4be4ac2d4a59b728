"""How long documents and what hangs on them are kept (R-73, R-77). What was paid for stays until erasure removes it."""

from datetime import datetime, timedelta
from typing import Final, cast

from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from documents.domain import past_briefs
from documents.enums import OWNERS_REASONS, DocumentState, SourceOrigin, UploadState
from documents.models import Document, Export, FilePart, SectionRevision, Source, Upload
from privacy.registry import Retention
from tesigo.platform import removals

#: Texts of a section that are kept however old they are.
KEPT_REVISIONS: Final = 10


#: How long a draft can be brought back: throwing it away is its last change (R-89).
THROWN_AWAY_KEPT: Final = timedelta(days=30)


#: How long a row of an outline that was thrown away can be brought back (R-89).
DROPPED_KEPT: Final = timedelta(days=30)


#: How long a source that was thrown away can be brought back (R-89).
SOURCES_KEPT: Final = timedelta(days=30)


class _Revisions(Retention):
    """Earlier texts of a section but for the newest, the one that was delivered, and those that a check took from.

    What it took is counted in the citation report.
    """

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose time is over, oldest first."""
        old = SectionRevision.objects.filter(
            created_at__lte=now - self.keep, revision__lte=F("section__revision") - KEPT_REVISIONS, name=""
        )
        # The last that was not its owner's is what was delivered: a complaint is looked at beside it.
        ours = SectionRevision.objects.exclude(reason__in=OWNERS_REASONS)
        later = ours.filter(section=OuterRef("section"), revision__gt=OuterRef("revision"))
        old = old.filter(Q(reason__in=OWNERS_REASONS) | Exists(later))
        # Of a version without a count nothing is greater, nor not.
        taken = Q(provenance__has_key="removed") & Q(provenance__removed__gt=0)
        return cast("QuerySet[Model]", old.exclude(taken).order_by("created_at"))


def _forget_documents(documents: QuerySet[Model]) -> int:
    """Deletes drafts and has their files deleted."""
    with transaction.atomic():
        # Locked: one that is ordered at this moment stays.
        ids = list(documents.select_for_update().values_list("pk", flat=True))
        for model in (Upload, Export):
            removals.note(*model._default_manager.filter(document__in=ids).values_list("stored_as", flat=True))
        parts = FilePart.objects.filter(joins__document__in=ids)
        removals.note(*parts.values_list("stored_as", flat=True))
        past_briefs.count_in(Document.objects.filter(pk__in=ids))
        _total, by_model = Document.objects.filter(pk__in=ids).delete()
    return by_model.get(Document._meta.label, 0)


def _forget_sources(sources: QuerySet[Model]) -> int:
    """Deletes sources with what is joined to them, and the files that were handed in for them."""
    with transaction.atomic():
        # Locked: one that is brought back at this moment stays.
        rows = Source.objects.select_for_update().filter(pk__in=sources.values("pk")).exclude(thrown_away_at=None)
        ids = list(rows.values_list("pk", flat=True))
        gone = Source.objects.filter(Q(pk__in=ids) | Q(joined_to__in=ids))
        uploads = Upload.objects.filter(sources__in=gone, sources__origin=SourceOrigin.UPLOAD)
        files = dict(uploads.values_list("pk", "stored_as"))
        removals.note(*files.values())
        gone.delete()
        Upload.objects.filter(pk__in=files).delete()
    return len(ids)


def _forget_exports(exports: QuerySet[Model]) -> int:
    """Deletes rows and has their files deleted."""
    with transaction.atomic():
        rows = Export.objects.select_for_update().filter(pk__in=exports.values("pk"), due_at=None)
        found = list(rows.values_list("pk", "stored_as"))
        removals.note(*(name for _pk, name in found))
        _total, by_model = Export.objects.filter(pk__in=[pk for pk, _name in found]).delete()
    return by_model.get(Export._meta.label, 0)


def _forget_files(uploads: QuerySet[Model]) -> int:
    """Has the files deleted; what was read from them stays with the document, which cites it."""
    with transaction.atomic():
        rows = Upload.objects.select_for_update().filter(pk__in=uploads.values("pk"), due_at=None)
        found = list(rows.values_list("pk", "stored_as"))
        removals.note(*(name for _pk, name in found))
        # They take no room any more.
        return Upload.objects.filter(pk__in=[pk for pk, _name in found]).update(stored_as="", size=0)


RULES: Final = (
    Retention(
        "documents.UnsavedText",
        _("Text that was typed into a section and not saved"),
        timedelta(days=30),
        since="saved_at",
    ),
    Retention(
        "documents.Document",
        _("Descriptions and outlines that were never ordered"),
        THROWN_AWAY_KEPT,
        since="updated_at",
        # What is put away is kept, unless it was thrown away.
        only=Q(state__in=[DocumentState.DRAFT, DocumentState.OUTLINED], ordered_at=None)
        & (Q(archived_at=None) | ~Q(thrown_away_at=None)),
        forget=_forget_documents,
        ends=False,
    ),
    Retention(
        "documents.DroppedSection",
        _("Rows of outlines that you threw away"),
        DROPPED_KEPT,
        since="dropped_at",
        ends=False,
    ),
    Retention(
        "documents.Source",
        _("Sources that you threw away, with their files; not what a text cites"),
        SOURCES_KEPT,
        since="thrown_away_at",
        only=Q(citations=None, joined__citations=None),
        forget=_forget_sources,
        ends=False,
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
        _("Files that you handed in, after the order; what was read from them stays with the document"),
        timedelta(days=90),
        since="document__ordered_at",
        only=Q(document__state__in=[DocumentState.READY, DocumentState.FAILED], due_at=None) & ~Q(stored_as=""),
        forget=_forget_files,
        ends=False,
    ),
    Retention(
        "documents.Upload",
        _("Notes on files that could not be used"),
        timedelta(days=7),
        only=Q(state=UploadState.REJECTED),
        ends=False,
    ),
    _Revisions(
        "documents.SectionRevision",
        _(
            "Earlier texts of a section, beyond the newest ten, the one that was delivered, and those out of which a "
            "check took something"
        ),
        timedelta(days=30),
        ends=False,
    ),
    Retention(
        "documents.ReviewLink",
        _("Links for supervisors that are over; comments stay with the document until you delete them"),
        timedelta(days=30),
        since="expires_at",
    ),
    Retention(
        "documents.DocumentEvent", _("When a document went from one state to the next"), timedelta(days=400), since="at"
    ),
)
