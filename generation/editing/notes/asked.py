"""What the assignment sheet asks and the plan puts into a section, where the section does not speak of it (R-17)."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from documents.domain.sheet import facts
from documents.enums import SheetKind
from documents.models import Document, Section, SheetLine
from generation.editing.notes.kinds import Note
from generation.enums import NoteKind


def section_of(line: SheetLine, document: Document, sections: Sequence[Section]) -> Section | None:
    """The section whose title and plan name a question or a term best; None for another kind of line."""
    places = _places(line, facts.of_sections(document, sections, is_written=False))
    return places[0].section if places else None


def notes(lines: Sequence[SheetLine], document: Document, section: Section, *, text: str) -> Iterator[Note]:
    """A note for each line that a section is to meet and does not speak of."""
    section = Section(pk=section.pk, title=section.title, text=text)
    known = facts.of_sections(document, [section], is_written=True)
    for line in lines:
        if not _places(line, known):
            asks = line.value if line.kind == SheetKind.TERM else str(line)
            why = _("The sheet asks for “%(asks)s”, which the plan puts here; the text has hardly a word of it.")
            yield Note(NoteKind.SHEET, why % {"asks": asks}, about=f"{section.pk}\0{asks}")


def _places(line: SheetLine, known: facts.Facts) -> Sequence[facts.Place]:
    if line.kind == SheetKind.TERM:
        return known.named(line.value)
    return known.about(str(line)) if line.kind == SheetKind.POINT else []
