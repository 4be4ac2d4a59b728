"""Which sources of a document its owner wants, and in which order (R-97)."""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import ngettext

from documents.domain import outline
from documents.enums import DocumentState, SourceUse
from documents.errors import NotEditable, TooManyWanted
from documents.models import Document, Source, Upload
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User

#: Sources that have to be cited, for each page ordered, and at least. Each wants room in the text.
MUST_PER_PAGE: Final = 2
MUST_AT_LEAST: Final = 5
#: Shown of what was thrown away.
MOST_THROWN_AWAY: Final = 100


def locked(document_id: UUID) -> Document:
    """The document, held until the transaction ends. Raises NotEditable once it was paid for.

    Its row is what adds sources, joins and corrects them one after the other.
    """
    document = Document.objects.select_for_update(no_key=True).only("pk", "state", "pages").get(pk=document_id)
    if not document.is_editable:
        raise NotEditable(document.state)
    return document


def most_wanted(document: Document) -> int:
    """How many sources may have to be cited."""
    return max(MUST_AT_LEAST, document.pages * MUST_PER_PAGE)


def choose(*, source: Source, use: SourceUse, by: "User") -> None:
    """Says whether a source may, must or must not be cited. Raises NotEditable, TooManyWanted.

    What is banned is offered to no writer and found by no search again; its owner can take it back at any time. One
    that was thrown away is on the desk again by that.
    """
    with transaction.atomic():
        document = locked(source.document_id)
        if use == SourceUse.MUST:
            _room(document, source)
        changed = Source.objects.filter(pk=source.pk).exclude(use=use, thrown_away_at=None)
        if changed.update(use=use, thrown_away_at=None):
            audit.record(action="source.chosen", subject=source, by=by, details={"use": use.value})


def throw_away(*, source: Source, by: "User", now: datetime | None = None) -> None:
    """Takes a source off the desk, for 30 days in which its owner can bring it back (R-89). Raises NotEditable.

    What is joined to it goes and comes back with it.
    """
    with transaction.atomic():
        locked(source.document_id)
        there = Source.objects.filter(pk=source.pk, joined_to=None, thrown_away_at=None)
        if there.update(use=SourceUse.BANNED, thrown_away_at=now or timezone.now()):
            audit.record(action="source.thrown_away", subject=source, by=by)


def want_again(source: Source) -> None:
    """Whoever names a source that they threw away wants it back (R-89). With the document locked."""
    if source.thrown_away_at is not None:
        source.use, source.thrown_away_at = SourceUse.MAY, None
        source.save(update_fields=["use", "thrown_away_at"])


def want_file_again(upload: Upload) -> None:
    """Whoever hands in a file again wants those of its sources back that they threw away (R-89)."""
    with transaction.atomic():
        document = Document.objects.select_for_update(no_key=True).get(pk=upload.document_id)
        of_it = Source.objects.filter(Q(upload=upload) | Q(joined__upload=upload), document=document)
        if document.is_editable:
            of_it.exclude(thrown_away_at=None).update(use=SourceUse.MAY, thrown_away_at=None)


def thrown_away(document: Document) -> list[Source]:
    """What can be brought back, the newest first."""
    gone = Source.objects.filter(document=document, joined_to=None).exclude(thrown_away_at=None)
    return list(gone.order_by("-thrown_away_at", "pk")[:MOST_THROWN_AWAY])


def _room(document: Document, source: Source) -> None:
    wanted = Source.objects.filter(document=document, use=SourceUse.MUST, joined_to=None).exclude(pk=source.pk).count()
    most = most_wanted(document)
    if wanted >= most:
        words = ngettext(
            "In %(pages)d page at most %(most)d sources can be made to be cited. Let another one go first.",
            "In %(pages)d pages at most %(most)d sources can be made to be cited. Let another one go first.",
            document.pages,
        )
        raise TooManyWanted(words % {"pages": document.pages, "most": most})


def only_own(*, document_id: UUID, wished: bool, by: "User", now: datetime | None = None) -> None:
    """With ``wished`` nothing is searched, and nothing cited that a search found. Raises NotEditable."""
    with transaction.atomic():
        document = locked(document_id)
        changed = Document.objects.filter(pk=document_id, search_for_sources=wished)
        if changed.update(search_for_sources=not wished, updated_at=now or timezone.now()):
            audit.record(action="document.changed", subject=document, by=by)
            if document.state == DocumentState.OUTLINED:
                outline.tell_settled(document_id)


def move(*, source: Source, up: bool, by: "User") -> None:
    """Puts a source one place up or down in the document's list; at its end nothing happens. Raises NotEditable.

    Where the list is in its usual order, each source is given its place first.
    """
    with transaction.atomic():
        document = locked(source.document_id)
        mine = Source.objects.filter(document=document, joined_to=None, thrown_away_at=None)
        if mine.filter(place=None).exists():
            _number(document.pk)
        place = mine.filter(pk=source.pk).values_list("place", flat=True).first()
        if place is None:
            return  # joined to another in the meantime, or gone
        beside = mine.filter(place__lt=place) if up else mine.filter(place__gt=place)
        other = beside.order_by("-place" if up else "place").only("pk", "place").first()
        if other is None:
            return
        Source.objects.filter(pk=other.pk).update(place=place)
        Source.objects.filter(pk=source.pk).update(place=other.place)
        audit.record(action="sources.ordered", subject=document, by=by)


def as_usual(*, document_id: UUID, by: "User") -> None:
    """Gives up the order made by hand. Raises NotEditable."""
    with transaction.atomic():
        document = locked(document_id)
        if Source.objects.filter(document=document).exclude(place=None).update(place=None):
            audit.record(action="sources.ordered", subject=document, by=by)


def _number(document_id: UUID) -> None:
    """Each source its place in the list as it is shown: 1, 2, …"""
    table = connection.ops.quote_name(Source._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET place = listed.place FROM (SELECT id, "  # noqa: S608  # names of ours
            f"row_number() OVER (ORDER BY place, rank, title, id) AS place FROM {table} "
            "WHERE document_id = %s AND joined_to_id IS NULL) AS listed "
            f"WHERE {table}.id = listed.id AND {table}.place IS DISTINCT FROM listed.place",
            [document_id],
        )
