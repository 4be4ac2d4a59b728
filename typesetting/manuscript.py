"""What goes into the typesetter and what comes out: plain values, no database behind them."""

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from typesetting.front_matter import FrontMatter
from typesetting.page_format import STANDARD, PageFormat

#: Who stands in a reference, by CSL's names.
NAME_ROLES: Final = ("author", "editor", "translator", "container-author", "collection-editor")


@dataclass(frozen=True)
class ManuscriptSection:
    """One heading and the text below it. ``level`` is 1 for a chapter, 2 for a section of one.

    ``markdown`` is CommonMark with pipe tables, footnotes, pandoc citations such as ``[@smith2020, p. 4]``, and
    formulas in TeX: ``$E = mc^2$``, or ``$$ … $$`` on lines of their own, with ``{#eq-name}`` for references
    ``[](#eq-name)``.
    """

    id: str
    level: int
    title: str
    markdown: str


@dataclass(frozen=True)
class Said:
    """What somebody wrote beside the text, and when (ISO 8601)."""

    author: str
    at: str
    text: str


@dataclass(frozen=True)
class WordComment(Said):
    """A comment for the DOCX, on a sentence of a section; ``occurrence`` counts the same words from 0.

    ``elsewhere`` is what it says where the sentence is not in the text; without a ``sentence`` it is about the section.
    """

    section: str
    sentence: str
    occurrence: int
    elsewhere: Said
    answers: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Manuscript:
    """A whole document. ``references`` are CSL-JSON items whose ``id`` is the key that the text cites.

    ``language`` is a BCP 47 tag, ``csl_style`` a style's file name without ending (R-96), ``notice`` a line for the
    margin of every page, ``labels`` words that replace those of ``typesetting.labels``, ``own_style`` the text of a
    style of the student's, which is then taken whatever ``csl_style`` says. ``topic`` stands below the title.
    ``own_template`` is that of a Word template of the student's (`typesetting.own_template`), for the DOCX alone, and
    so are ``comments``.
    """

    title: str
    kind: str
    topic: str
    author: str
    date: date
    language: str
    csl_style: str
    sections: tuple[ManuscriptSection, ...]
    references: tuple[dict[str, Any], ...]
    ai_statement: str | None = None
    notice: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    own_style: str = ""
    front: FrontMatter = field(default_factory=FrontMatter)
    page_format: PageFormat = STANDARD
    own_template: str = ""
    comments: tuple[WordComment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for the way into the child process."""
        return {**asdict(self), "date": self.date.isoformat()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Manuscript":
        """The manuscript that ``to_json`` wrote."""
        return cls(
            **{
                **values,
                "date": date.fromisoformat(values["date"]),
                "sections": tuple(ManuscriptSection(**section) for section in values["sections"]),
                "references": tuple(values["references"]),
                "front": FrontMatter.from_json(values["front"]),
                "page_format": PageFormat.from_json(values["page_format"]),
                "comments": tuple(map(_comment, values["comments"])),
            }
        )


def _comment(values: dict[str, Any]) -> WordComment:
    answers = tuple(Said(**one) for one in values["answers"])
    return WordComment(**{**values, "elsewhere": Said(**values["elsewhere"]), "answers": answers})


@dataclass(frozen=True)
class Fallbacks:
    """Where a style left something out that a document needs, by the keys of the sources.

    ``text`` were cited by title because the style printed nothing, ``entries`` are listed in APA because it lists
    nothing for them; ``has_list`` is false where it has no list of sources at all. ``formulas`` are those that cannot
    be read, printed as they were typed; ``labels`` are referred to, and nothing has them (R-17).
    """

    text: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    has_list: bool = True
    formulas: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measurement:
    """Length as laid out (R-11). ``body_pages`` leaves out title page, contents and bibliography.

    ``section_pages`` is the space from a section's heading to the next one (a chapter without its sections);
    together they are the body. ``first_pages`` is the number printed on the page where each section begins, and
    where ``bibliography`` and the other parts of ``typesetting.front_parts.NAMES`` do. ``page_texts`` are the letters
    and digits of each page, as `tesigo_verify.folding` has them.
    """

    body_pages: Decimal
    total_pages: int
    section_pages: dict[str, Decimal]
    first_pages: dict[str, int]
    fallbacks: Fallbacks = Fallbacks()
    page_texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """How long a body should be: ``least`` to ``most`` pages, and of its last page at least a fraction filled."""

    least: Decimal
    most: Decimal
    last_page: Decimal = Decimal(0)

    def is_met_by(self, body_pages: Decimal) -> bool:
        """Whether a body of ``body_pages`` pages is as long as it should be."""
        return self.least <= body_pages <= self.most and not 0 < body_pages % 1 < self.last_page


@dataclass(frozen=True)
class Keep:
    """Where the files of a measured document go, if its body is as long as wanted."""

    pdf: Path
    docx: Path
    wanted: Wanted


@dataclass(frozen=True)
class PdfResult:
    """A finished PDF; ``size`` in bytes."""

    body_pages: Decimal
    total_pages: int
    size: int
    first_pages: dict[str, int]
    fallbacks: Fallbacks = Fallbacks()
    page_texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocxResult:
    """A finished DOCX; ``size`` in bytes."""

    size: int
    fallbacks: Fallbacks = Fallbacks()


@dataclass(frozen=True)
class FileResult:
    """A finished file (`typesetting.formats`); ``size`` in bytes; pages are those of a PDF."""

    size: int
    fallbacks: Fallbacks = Fallbacks()
    first_pages: dict[str, int] = field(default_factory=dict)
    body_pages: Decimal | None = None
    page_texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReaderHtml:
    """The document for the screen, cleaned (R-101).

    ``sections`` by section id. Each citation is a ``span.citation``; its ``data-occurrence`` numbers the first of its
    ``data-keys``, counting cited keys over the whole document from 1. ``citation_count`` is the number of cited keys.
    """

    sections: dict[str, str]
    bibliography_html: str
    bibliography_entries: dict[str, str]
    citation_count: int
    fallbacks: Fallbacks = Fallbacks()
