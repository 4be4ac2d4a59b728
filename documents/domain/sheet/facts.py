"""What a document has now that a sheet may ask for: counted anew at each look, from the text as it stands."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from django.utils.text import Truncator

from documents.domain import page_formats, title_pages
from documents.domain.queries import last_change, sections_in_order
from documents.domain.text import body_characters, without_citations
from documents.enums import DocumentState, ExportFormat, ExportState
from documents.models import Document, Export, Section, Source, TitlePage
from typesetting.page_format import PageFormat

_WORD: Final = re.compile(r"\w+(?:['’-]\w+)*")
#: The line below the head of a table.
_TABLE: Final = re.compile(r"^[ \t]*(?:\|[ \t]*)?:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$", re.MULTILINE)
_SENTENCE_END: Final = re.compile(r"(?<=[^\W\d]{2}[.!?…])[\"”’»)\]]*\s+(?=[„“\"'«(\[]?[^\W\d_a-z])|\n+")
_MARKS: Final = re.compile(r"[*`|]+|^[#>\s-]+|\[\^[^\]]{1,60}\]:?|\{#[\w-]+\}")
_LONG_WORD: Final = re.compile(r"[^\W\d_]{5,}")
#: Letters by which inflected forms count as one word.
_STEM_LETTERS: Final = 6
#: Of a sentence in which a line is met.
MOST_QUOTED_CHARACTERS: Final = 220


@dataclass(frozen=True)
class Place:
    """Where something stands: a section, with a sentence of it where there is one."""

    section: Section
    sentence: str = ""

    @property
    def said(self) -> str:
        """The place in words, for paper: number and title, with the beginning of the sentence."""
        named = f"{self.section.number} {self.section.title}".strip()
        return f"{named}: “{Truncator(self.sentence).chars(MOST_QUOTED_CHARACTERS)}”" if self.sentence else named


@dataclass(frozen=True)
class Facts:
    """A document as it stands. Its text is looked at only where a line asks for it."""

    document: Document
    sections: Sequence[Section]
    cited: Sequence[Source]
    title_page: TitlePage
    page_format: PageFormat
    #: Of the newest PDF: sheets of its body, and when it was made.
    pdf: tuple[int, datetime] | None
    changed_at: datetime | None
    #: When its title page or format was last changed; None where nobody did.
    laid_out_at: datetime | None
    now: datetime
    is_written: bool = field(default=False)
    #: Looked at for a file that is being laid out: nobody has counted its sheets yet.
    is_for_file: bool = field(default=False)

    @cached_property
    def plain(self) -> list[tuple[Section, list[str]]]:
        """The sentences of each section, without citations and marks; what it is to cover where it is not written."""
        return [(section, _sentences(self._text(section))) for section in self.sections]

    def _text(self, section: Section) -> str:
        return without_citations(section.text) if self.is_written else section.covers

    @cached_property
    def words(self) -> int:
        """Words of the text, without its headings, citations and bibliography."""
        return sum(len(_WORD.findall(sentence)) for _section, sentences in self.plain for sentence in sentences)

    @cached_property
    def characters(self) -> int:
        """The same in characters, with blanks."""
        return sum(body_characters(section.text) for section in self.sections)

    @cached_property
    def tables(self) -> list[Place]:
        """A place for each table of the text."""
        return [Place(section) for section in self.sections for _table in _TABLE.finditer(section.text)]

    @property
    def sheets(self) -> int | None:
        """Sheets of the body in the format that was chosen; None where no file has text and format as they are now."""
        if not self.is_written:
            return page_formats.sheets_of(self.document, self.page_format)
        is_older = self.pdf is not None and self.laid_out_at is not None and self.laid_out_at > self.pdf[1]
        return None if self.pdf is None or self.is_changed or is_older else self.pdf[0]

    @property
    def is_changed(self) -> bool:
        """Whether the text changed after its sheets were counted."""
        return self.pdf is not None and self.changed_at is not None and self.changed_at > self.pdf[1]

    def named(self, term: str) -> list[Place]:
        """Where a term stands as it is written, once for each section."""
        part = " ".join(term.split())
        pattern = re.compile(rf"(?<!\w){re.escape(part)}(?!\w)", re.IGNORECASE)
        found = []
        for section, sentences in self.plain:
            sentence = next((one for one in sentences if pattern.search(one)), "")
            if sentence or pattern.search(section.title):
                found.append(Place(section, sentence))
        return found

    def about(self, asks: str) -> list[Place]:
        """The section that has most of the longer words, where it has half of them, with its nearest sentence."""
        wanted = stems(asks)
        best: tuple[int, Place] | None = None
        for section, sentences in self.plain:
            held = [(stems(sentence) & wanted, sentence) for sentence in sentences]
            whole = frozenset[str]().union(stems(section.title) & wanted, *(stem for stem, _sentence in held))
            nearest = max(held, key=lambda one: len(one[0]), default=(frozenset(), ""))
            if best is None or len(whole) > best[0]:
                best = len(whole), Place(section, nearest[1] if nearest[0] else "")
        return [best[1]] if best and wanted and best[0] * 2 >= len(wanted) else []


def of(document: Document, *, now: datetime, is_for_file: bool = False) -> Facts:
    """Reads what lines may ask for.

    ``is_for_file`` where the list goes into the document's own files, which are laid out before it counts as written.
    """
    sections = sections_in_order(document)
    pdf = (
        Export.objects.filter(document=document, format=ExportFormat.PDF, state=ExportState.READY)
        .exclude(body_sheets=None)
        .order_by("-finished_at")
        .values_list("body_sheets", "finished_at")
        .first()
    )
    cited = Source.objects.filter(citations__document=document).distinct().order_by("title", "pk")
    title_page = title_pages.of(document)
    return Facts(
        document=document,
        sections=sections,
        cited=list(cited),
        title_page=title_page,
        page_format=page_formats.of(document),
        pdf=(int(pdf[0] or 0), pdf[1] or now) if pdf else None,
        changed_at=last_change(document),
        laid_out_at=None if title_page._state.adding else title_page.changed_at,
        now=now,
        is_written=is_for_file or document.state == DocumentState.READY,
        is_for_file=is_for_file,
    )


def of_sections(document: Document, sections: Sequence[Section], *, is_written: bool) -> Facts:
    """What lines about words alone ask for: of the texts of some sections, or of their plans."""
    return Facts(
        document=document,
        sections=sections,
        cited=(),
        title_page=TitlePage(),
        page_format=PageFormat(),
        pdf=None,
        changed_at=None,
        laid_out_at=None,
        now=document.updated_at,
        is_written=is_written,
    )


def stems(text: str) -> frozenset[str]:
    """The longer words of a text, by their first letters."""
    return frozenset(word[:_STEM_LETTERS] for word in _LONG_WORD.findall(text.casefold()))


def years(sources: Iterable[Source]) -> list[tuple[Source, int | None]]:
    """Each source with the year that it came out, where that is known."""
    found = []
    for source in sources:
        parts = (source.csl.get("issued") or {}).get("date-parts") or [[]]
        year = str(parts[0][0]) if parts[0] else ""
        found.append((source, int(year) if year.isdecimal() else None))
    return found


def _sentences(text: str) -> list[str]:
    parts = (" ".join(_MARKS.sub(" ", part).split()) for part in _SENTENCE_END.split(text))
    return [part for part in parts if part]
