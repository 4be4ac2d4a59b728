"""What is said of a file that somebody handed in."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from documents.errors import DocumentError


class FileKind(StrEnum):
    """Formats that are let in (R-81)."""

    PDF = "pdf"
    DOCX = "docx"
    TXT = "txt"
    MARKDOWN = "markdown"
    BIBTEX = "bibtex"
    RIS = "ris"


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
