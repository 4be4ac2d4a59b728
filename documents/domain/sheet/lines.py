"""The list of what a sheet asks: read anew where its words change, corrected by its owner (R-17)."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.http import Http404

from documents.domain.sheet import reading
from documents.domain.sheet.wants import Want
from documents.enums import SheetKind, SheetOrigin
from documents.errors import SheetFull
from documents.models import Document, SheetLine
from documents.models.sheet import MOST_ASKED_CHARACTERS, MOST_QUOTED_CHARACTERS
from privacy.domain import audit
from tesigo.platform.plain_text import clean_line

if TYPE_CHECKING:
    from accounts.models import User

MOST_LINES: Final = 80
#: Lines that a model may add.
MOST_FROM_MODEL: Final = 20
_BETWEEN_WORDS: Final = re.compile(r"\W+")


@dataclass(frozen=True)
class ReadByModel:
    """A line as a model proposes it: what is asked, and the sheet's words for it."""

    kind: SheetKind
    asks: str
    words: str


def words_of(document: Document) -> str:
    """All that says what is asked: the assignment sheet, and what its owner typed or pasted."""
    return "\n".join(text for text in (document.assignment_text, document.requirements) if text)


def digest(text: str) -> str:
    """Names the words that were read."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class ReadByRules:
    """What fixed rules read in a text."""

    text: str
    found: list[tuple[Want, str]]


def read(text: str) -> ReadByRules:
    """Reads a text for `renew`, before the transaction: a long sheet takes its time."""
    return ReadByRules(text, reading.read(text)[:MOST_LINES])


def of(document: Document) -> list[SheetLine]:
    """The lines of the list, in the order in which they were read."""
    return list(document.sheet_lines.filter(is_removed=False))


def one(document: Document, line_id: int) -> SheetLine:
    """A line of the document's list. Raises Http404 for any other (R-100)."""
    found: SheetLine | None = document.sheet_lines.filter(pk=line_id, is_removed=False).first()
    if found is None:
        raise Http404
    return found


def renew(*, document_id: UUID, ahead: ReadByRules | None = None) -> None:
    """Reads the sheet anew by fixed rules, in the transaction that changed its words.

    ``ahead`` is what was read before it began; it counts where the words are those that were read. Lines whose words
    are gone from the sheet go; what its owner wrote stays, and what they took off does not come back.
    """
    document = Document.objects.get(pk=document_id)
    text = words_of(document)
    by_rules = ahead if ahead and ahead.text == text else read(text)
    present = {(_key(want), words): want for want, words in by_rules.found}
    standing = _Standing(text)
    known = set()
    corrected = set()
    for line in SheetLine.objects.filter(document=document):
        key = (line.what, line.value, line.least, line.most), line.words
        is_gone = key not in present if line.origin == SheetOrigin.CODE else not standing.has(line.words)
        if line.origin != SheetOrigin.OWNER and is_gone:
            line.delete()
        else:
            known.add((line.what, line.words))
            if line.origin == SheetOrigin.OWNER:
                corrected.add(line.words)
    SheetLine.objects.bulk_create(
        _row(document, want, words=words, origin=SheetOrigin.CODE)
        for (_values, words), want in present.items()
        # A correction may have made another thing of what was read there.
        if (want.what, words) not in known and words not in corrected
    )


def take_from_model(*, document_id: UUID, read: Sequence[ReadByModel], of_words: str) -> None:
    """Adds what a model read out of the sheet whose digest is ``of_words``; nothing where its words changed since.

    A line whose words do not stand in the sheet is left out, as is one that is there already.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        text = words_of(document)
        if digest(text) != of_words:
            return
        renew(document_id=document_id)
        standing = _Standing(text)
        present = list(document.sheet_lines.all())
        known = {(line.kind, _folded(str(line))) for line in present}
        by_rules = {_folded(line.words) for line in present if line.origin == SheetOrigin.CODE}
        # A model says the same thing in other words each time: what the owner settled is known by the sheet's.
        settled = {
            _folded(line.words)
            for line in present
            if line.origin == SheetOrigin.OWNER or (line.is_removed and line.origin == SheetOrigin.MODEL)
        }
        rows = []
        for one in read:
            asks = clean_line(one.asks)[:MOST_ASKED_CHARACTERS]
            words = clean_line(one.words)[:MOST_QUOTED_CHARACTERS]
            key = (one.kind, _folded(asks))
            # What fixed rules read of a sentence is not read by a model once more.
            is_read = _folded(words) in settled or (_folded(words) in by_rules and bool(reading.wants_of(asks)))
            if asks and standing.has(words) and key not in known and not is_read:
                known.add(key)
                rows.append(
                    _row(document, _of_content(one.kind, asks), asks=asks, words=words, origin=SheetOrigin.MODEL)
                )
        SheetLine.objects.bulk_create(rows[:MOST_FROM_MODEL])
        Document.objects.filter(pk=document_id).update(sheet_digest=of_words)


def is_read(document: Document) -> bool:
    """Whether a model has read the words of now, or there are none."""
    text = words_of(document)
    return not text or digest(text) == document.sheet_digest


def add(*, document_id: UUID, asks: str, by: "User") -> list[SheetLine]:
    """Adds what the owner wrote, a line for each thing that fixed rules read in it, else one. Raises SheetFull."""
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        wants = reading.wants_of(asks) or [_in_words(asks)]
        if document.sheet_lines.filter(is_removed=False).count() + len(wants) > MOST_LINES:
            raise SheetFull
        rows = SheetLine.objects.bulk_create(
            _row(document, want, asks=asks, origin=SheetOrigin.OWNER) for want in wants
        )
        audit.record(action="document.sheet_changed", subject=document, by=by)
    return rows


def change(*, line: SheetLine, asks: str, by: "User") -> SheetLine:
    """Takes the owner's words in place of what was read; the sheet's own stay beside them.

    Raises Http404 for one that was taken off the list, or went with its words, meanwhile.
    """
    wants = reading.wants_of(asks)
    want = next((one for one in wants if one.what == line.what), wants[0] if wants else _in_words(asks))
    row = _row(line.document, want, asks=asks, words=line.words, origin=SheetOrigin.OWNER)
    row.pk, row.created_at = line.pk, line.created_at
    with transaction.atomic():
        if not SheetLine.objects.select_for_update().filter(pk=line.pk, is_removed=False):
            raise Http404
        row.save()
        audit.record(action="document.sheet_changed", subject=line.document, by=by)
    return row


def remove(*, line: SheetLine, by: "User") -> None:
    """Takes a line off the list; one that was read is not read again."""
    with transaction.atomic():
        if line.words:
            SheetLine.objects.filter(pk=line.pk).update(is_removed=True)
        else:
            line.delete()
        audit.record(action="document.sheet_changed", subject=line.document, by=by)


def _in_words(asks: str) -> Want:
    return _of_content(SheetKind.TERM if reading.term_of(asks) else SheetKind.POINT, asks)


def _of_content(kind: SheetKind, asks: str) -> Want:
    if kind == SheetKind.TERM:
        return Want(kind, "term", value=(reading.term_of(asks) or asks)[:120])
    return Want(kind, "point")


def _row(document: Document, want: Want, *, origin: SheetOrigin, asks: str = "", words: str = "") -> SheetLine:
    return SheetLine(document=document, **asdict(want), asks=asks, words=words, origin=origin)


def _key(want: Want) -> tuple[str, str, float | None, float | None]:
    return want.what, want.value, want.least, want.most


def _folded(text: str) -> str:
    return " ".join(_BETWEEN_WORDS.split(text.casefold())).strip()


class _Standing:
    """Whether words stand in a text, whatever its blanks and marks."""

    def __init__(self, text: str) -> None:
        self._text = f" {_folded(text)} "

    def has(self, words: str) -> bool:
        return bool(folded := _folded(words)) and f" {folded} " in self._text
