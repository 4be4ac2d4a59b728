"""Plain text by its bytes: one of three encodings, no control bytes, neither page nor script (R-81)."""

import re
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from documents.uploads.magic import MARKUP
from documents.uploads.names import extension
from documents.uploads.verdict import FileKind, Refused
from reading.encoding import NotTextError, decoded, encoding_of

#: Bytes that are judged while somebody waits; the worker that reads the file judges all of it (R-106).
_LOOKED_AT_BYTES: Final = 2 * 1024 * 1024
_HEAD_CHARACTERS: Final = 64 * 1024
#: Endings under which text is taken as a document. Text has no first bytes to be known by: the list is closed.
_TEXT_ENDINGS: Final = {
    "": FileKind.TXT,
    "txt": FileKind.TXT,
    "text": FileKind.TXT,
    "md": FileKind.MARKDOWN,
    "markdown": FileKind.MARKDOWN,
    "bib": FileKind.BIBTEX,
    "bibtex": FileKind.BIBTEX,
    "ris": FileKind.RIS,
}
_BIBTEX_ENTRY: Final = re.compile(
    r"^\s{0,20}@[A-Za-z]{2,30}\s{0,20}[{(]\s{0,20}[^\s,{}()\"=]{1,200}\s{0,20},",
    re.MULTILINE,
)
# At the beginning of a line, or after a comma: programs write an entry on one line.
_BIBTEX_FIELD: Final = re.compile(r"(?:^|,)[ \t]{0,40}[A-Za-z][\w-]{0,40}\s{0,20}=\s{0,20}[\"{\w]", re.MULTILINE)
_RIS_BEGIN: Final = re.compile(r"^TY  ?- ?[A-Z]{2,10}\s*$", re.MULTILINE)
_RIS_END: Final = re.compile(r"^ER  ?-", re.MULTILINE)

_NOT_TEXT: Final = _(
    "This file is not one that can be read here. Choose a PDF, DOCX, TXT, Markdown, BibTeX or RIS file."
)
_MISNAMED: Final = _(
    "The name of this file says one thing and its content another: it holds plain text. "
    "If it is a document, save it again as TXT, DOCX or PDF."
)
_MARKUP: Final = _(
    "This is a web page or a drawing, not a document. Save its text as PDF or TXT, then choose that file."
)
_EMPTY: Final = _("This file is empty. Choose the file that holds the text.")
_NO_ENTRIES_BIBTEX: Final = _("There is no BibTeX entry in this file. Export it again from your reference manager.")
_NO_ENTRIES_RIS: Final = _("There is no RIS entry in this file. Export it again from your reference manager.")


def inspect_text(path: Path, *, name: str) -> FileKind:
    """The kind of text: a bibliography by its structure, Markdown and plain text by the ending of the name.

    Raises:
        Refused: for what is not text, is a page, a drawing or source code, or is empty.
    """
    try:
        encoding = encoding_of(path, most_bytes=_LOOKED_AT_BYTES)
        pieces = decoded(path, encoding, most_bytes=_LOOKED_AT_BYTES)
    except NotTextError:
        raise Refused(_NOT_TEXT) from None
    head = ""
    blank = True
    for piece in pieces:
        blank = blank and not piece.strip()
        if len(head) < _HEAD_CHARACTERS:
            head += piece[: _HEAD_CHARACTERS - len(head)]
        if not blank and len(head) >= _HEAD_CHARACTERS:
            break
    if blank:
        raise Refused(_EMPTY)
    if head.lstrip("\ufeff \t\r\n\f")[:64].lower().encode(errors="replace").startswith(MARKUP):
        raise Refused(_MARKUP)
    kind = _TEXT_ENDINGS.get(extension(name))
    if kind is None:
        raise Refused(_MISNAMED)
    return _bibliography(head, kind)


def _bibliography(head: str, kind: FileKind) -> FileKind:
    first = next(
        (line for line in head.splitlines() if line.strip() and not line.lstrip().startswith("%")),
        "",
    )
    has_bibtex = bool(_BIBTEX_ENTRY.search(head) and _BIBTEX_FIELD.search(head))
    has_ris = bool(_RIS_BEGIN.search(head))
    if kind is FileKind.BIBTEX and not has_bibtex:
        raise Refused(_NO_ENTRIES_BIBTEX)
    if kind is FileKind.RIS and not (has_ris and _RIS_END.search(head)):
        raise Refused(_NO_ENTRIES_RIS)
    if has_bibtex and first.lstrip().startswith("@"):
        return FileKind.BIBTEX
    if has_ris and _RIS_BEGIN.match(first):
        return FileKind.RIS
    return kind
