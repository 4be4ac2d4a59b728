"""What each file to take away is: what it is for, how its name ends, and what is in it (journey step 7)."""

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.domain import styles
from documents.enums import ExportFormat

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from documents.models import Document, Export

_MOST_OF_TITLE = 60
_MOST_OF_STYLE = 40
#: Letters that have no other form in ASCII that Unicode knows of.
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | {"Æ": "Ae", "Œ": "Oe", "Ø": "O", "Ł": "L", "Đ": "D", "’": "-", "'": "-", "–": "-", "—": "-", "/": "-"}
)


class Group(enum.Enum):
    """What a file is for."""

    READING = gettext_lazy("For reading")
    EDITING = gettext_lazy("For editing")
    LATEX = gettext_lazy("For LaTeX")
    SOURCES = gettext_lazy("The sources")
    PROOF = gettext_lazy("As proof")

    @property
    def label(self) -> str:
        """Its name for people."""
        return str(self.value)


@dataclass(frozen=True)
class Kind:
    """A kind of file. ``variant`` stands in its name; ``is_text`` where it holds the document's text.

    ``has_pages`` where its contents name pages.
    """

    group: Group
    ending: str
    content_type: str
    about: "_StrPromise"
    is_text: bool = True
    has_pages: bool = False
    variant: "_StrPromise | str" = ""


_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS: Final = {
    ExportFormat.PDF: Kind(
        Group.READING, "pdf", "application/pdf", gettext_lazy("To print and to hand in."), has_pages=True
    ),
    ExportFormat.EPUB: Kind(Group.READING, "epub", "application/epub+zip", gettext_lazy("For e-book readers.")),
    ExportFormat.HTML: Kind(
        Group.READING, "html", "text/html; charset=utf-8", gettext_lazy("One page for any browser, without a network.")
    ),
    ExportFormat.DOCX: Kind(
        Group.EDITING, "docx", _DOCX, gettext_lazy("For Word and other word processors."), has_pages=True
    ),
    ExportFormat.ODT: Kind(
        Group.EDITING,
        "odt",
        "application/vnd.oasis.opendocument.text",
        gettext_lazy("For LibreOffice."),
        has_pages=True,
    ),
    ExportFormat.MARKDOWN: Kind(
        Group.EDITING, "md", "text/markdown; charset=utf-8", gettext_lazy("Plain text with marks.")
    ),
    ExportFormat.ZOTERO: Kind(
        Group.EDITING, "docx", _DOCX,
        gettext_lazy("With Zotero's plugin for Word, citation style and sources can be changed in the file."),
        has_pages=True, variant="zotero",
    ),
    ExportFormat.WORD: Kind(
        Group.EDITING, "docx", _DOCX,
        gettext_lazy("Word's own list of sources is in the file; Word can set the citations in its own styles."),
        has_pages=True, variant="word",
    ),
    ExportFormat.LATEX: Kind(
        Group.LATEX, "zip", "application/zip", gettext_lazy("The text with a list of its sources, ready to compile."),
        variant="latex",
    ),
    ExportFormat.BIBLATEX: Kind(
        Group.SOURCES, "bib", "application/x-bibtex", gettext_lazy("For LaTeX with biblatex."), is_text=False,
        variant="biblatex",
    ),
    ExportFormat.BIBTEX: Kind(
        Group.SOURCES, "bib", "application/x-bibtex", gettext_lazy("For LaTeX with BibTeX."), is_text=False,
        variant="bibtex",
    ),
    ExportFormat.RIS: Kind(
        Group.SOURCES, "ris", "application/x-research-info-systems", gettext_lazy("For EndNote, Citavi and Mendeley."),
        is_text=False, variant=gettext_lazy("sources"),
    ),
    ExportFormat.CSL_JSON: Kind(
        Group.SOURCES, "json", "application/vnd.citationstyles.csl+json", gettext_lazy("For Zotero and for programs."),
        is_text=False, variant=gettext_lazy("sources"),
    ),
    ExportFormat.REPORT_PDF: Kind(
        Group.PROOF, "pdf", "application/pdf", gettext_lazy("Each citation with the passage it rests on."),
        is_text=False, variant=gettext_lazy("citation report"),
    ),
    ExportFormat.REPORT_CSV: Kind(
        Group.PROOF, "csv", "text/csv; charset=utf-8", gettext_lazy("The same as a table for spreadsheets."),
        is_text=False, variant=gettext_lazy("citation report"),
    ),
}  # fmt: skip
REPORTS: Final = frozenset({ExportFormat.REPORT_PDF, ExportFormat.REPORT_CSV})
#: Those that can be asked for, in the order of the page.
OFFERED: Final = tuple((one.value, one.label) for one in ExportFormat if one in KINDS)


def file_name(export: "Export", document: "Document") -> str:
    """What a file is called: the document's name or title, its style, what it is, the day it was made.

    In the document's language, without accents, and cut between words.
    """
    kind = KINDS[ExportFormat(export.format)]
    with translation.override(document.language):
        parts = [
            _slug(document.name, _MOST_OF_TITLE) or slugify(_("document")) or "document",
            _slug(_style_of(export), _MOST_OF_STYLE) if kind.is_text else "",
            _slug(str(kind.variant), _MOST_OF_STYLE),
            _slug(_("with statement of AI use"), _MOST_OF_STYLE) if export.with_ai_statement else "",
            _slug(_("with comments"), _MOST_OF_STYLE) if export.with_comments else "",
            f"{export.finished_at or export.created_at:%Y-%m-%d}",
        ]
    return f"{'-'.join(filter(None, parts))}.{kind.ending}"


def _style_of(export: "Export") -> str:
    """The style's name in the package, or the title of an own one."""
    is_own = export.citation_style.startswith(styles.OWN)
    return styles.title(export.citation_style) if is_own else export.citation_style


def _slug(words: str, most: int) -> str:
    """Words with hyphens between, cut where a word ends; a single long word is cut within."""
    whole = slugify(words.translate(_LETTERS))
    if len(whole) <= most:
        return whole
    return whole[: most + 1].rpartition("-")[0].strip("-") or whole[:most]
