"""A note: what was found about a sentence, why, and what can be done."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generation.editing.notes.text import Said
from generation.enums import NoteKind

#: What its owner can do about a note of each kind.
HELP: Final[dict[NoteKind, Promise]] = {
    NoteKind.UNSOURCED: _("Cite the source that says it, say that it is your own view, or leave it."),
    NoteKind.COPIED: _("Put quotation marks around the words and cite the page, or say it in your own words."),
    NoteKind.UNCHECKED: _("Read the passage beside the sentence, and change the one or cite another."),
    NoteKind.UNRESOLVED: _("Pick one of the sources that are listed here; the text cannot be saved like this."),
    NoteKind.SLIP: _("Correct it, or leave it where it is meant like that."),
    NoteKind.REPEATED: _("Say it where it belongs, and refer to it from the other place."),
    NoteKind.TERM: _("Use one form everywhere: readers take two forms for two things."),
    NoteKind.SHEET: _("Say something about it here, or see on the page of the sheet where else it is met."),
}

#: What is said of one sentence by notes of one kind: what is corrected makes room for the rest.
MOST_REASONS: Final = 10


@dataclass(frozen=True)
class Note:
    """What was found. ``start`` and ``end`` are the sentence's place in the text, in characters from 0.

    ``words`` are those that are meant, ``about`` what is missing where there is no sentence.
    """

    kind: NoteKind
    why: str
    sentence: str = ""
    paragraph: int = 0
    start: int = 0
    end: int = 0
    words: str = ""
    about: str = ""

    @cached_property
    def digest(self) -> str:
        """Names the note by its kind and its sentence: another sentence is another note."""
        return hashlib.sha256(f"{self.kind}\0{self.sentence or self.about}".encode()).hexdigest()

    @property
    def help(self) -> str:
        """What can be done about it."""
        return str(HELP[self.kind])


def note_on(sentence: Said, kind: NoteKind, why: str, words: str = "") -> Note:
    """A note about a sentence."""
    return Note(kind, why, sentence.text, sentence.paragraph.number, sentence.start, sentence.end, words)


def in_order(notes: Iterable[Note]) -> list[Note]:
    """By place in the text, one for each kind and sentence, which says what was found there: ten reasons at most."""
    found: dict[tuple[NoteKind, str], tuple[Note, dict[str, None]]] = {}
    for note in notes:
        # Not by digest: a sentence may be as long as a section and have thousands of slips.
        _first, reasons = found.setdefault((note.kind, note.sentence or note.about), (note, {}))
        if len(reasons) < MOST_REASONS:
            reasons[note.why] = None
    merged = [replace(first, why=" ".join(reasons)) for first, reasons in found.values()]
    return sorted(merged, key=lambda one: (not one.sentence, one.start, one.kind))
