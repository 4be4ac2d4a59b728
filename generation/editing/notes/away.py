"""Notes that an owner put away: they stay away while their sentence stays as it is."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from documents.models import Document
from generation.enums import NoteKind
from generation.errors import TooManyLeft
from generation.models import LeftNote
from privacy.domain import audit

#: Notes that are put away of one document.
MOST_LEFT: Final = 2_000


def digests(document: Document) -> frozenset[str]:
    """The digests of the notes that were put away."""
    return frozenset(LeftNote.objects.filter(document=document).values_list("digest", flat=True))


def leave(*, document: Document, kind: NoteKind, digest: str, by: User) -> None:
    """Puts a note away; one that is away stays so. Raises TooManyLeft."""
    with transaction.atomic():
        Document.objects.select_for_update(no_key=True).only("pk").get(pk=document.pk)
        rows = LeftNote.objects.filter(document=document)
        if rows.count() >= MOST_LEFT and not rows.filter(digest=digest).exists():
            raise TooManyLeft
        defaults = {"kind": kind, "left_at": timezone.now()}
        _row, is_new = rows.get_or_create(document=document, digest=digest, defaults=defaults)
        if is_new:
            audit.record(action="document.note_left", subject=document, by=by, details={"kind": kind})


def bring_back(*, document: Document, by: User) -> int:
    """Shows all notes of a document again that were put away; returns how many there were."""
    with transaction.atomic():
        count, _each = LeftNote.objects.filter(document=document).delete()
        if count:
            audit.record(action="document.notes_back", subject=document, by=by)
    return count
