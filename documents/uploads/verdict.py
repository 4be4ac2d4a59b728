"""What is said of a file that somebody handed in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.errors import DocumentError

#: The formats in words, for all who are told what to choose.
CHOOSE: Final = _(
    "Choose a PDF, DOCX, ODT, TXT or Markdown file, or a list of references: "
    "BibTeX, RIS, EndNote, PubMed, Web of Science or CSL JSON."
)


class FileKind(StrEnum):
    """Formats that are let in (R-81)."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    TXT = "txt"
    MARKDOWN = "markdown"
    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl_json"
    ENW = "enw"
    ENDNOTE_XML = "endnote_xml"
    NBIB = "nbib"
    WOS = "wos"

    @property
    def is_reference_list(self) -> bool:
        """Whether it lists works, rather than being one."""
        return self not in (FileKind.PDF, FileKind.DOCX, FileKind.ODT, FileKind.TXT, FileKind.MARKDOWN)


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """Whether a file is let in and as what; ``reason`` says in plain words why it is not (R-84)."""

    accepted: bool
    kind: FileKind | None = None
    reason: str | Promise = ""


class Refused(DocumentError):
    """The file is not let in; carries the reason in words for its owner."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason
