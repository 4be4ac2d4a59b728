"""Plain text by its bytes: an encoding that fits, no control bytes, neither page nor script (R-81)."""

from pathlib import Path
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from documents.uploads.lists import list_kind
from documents.uploads.magic import MARKUP
from documents.uploads.names import extension
from documents.uploads.verdict import CHOOSE, FileKind, Refused
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
    "json": FileKind.CSL_JSON,
    "csljson": FileKind.CSL_JSON,
    "enw": FileKind.ENW,
    "xml": FileKind.ENDNOTE_XML,
    "nbib": FileKind.NBIB,
    "ciw": FileKind.WOS,
    "isi": FileKind.WOS,
}

_NOT_TEXT: Final = format_lazy("{} {}", _("This file is not one that can be read here."), CHOOSE)
_MISNAMED: Final = _(
    "The name of this file says one thing and its content another: it holds plain text. "
    "If it is a document, save it again as TXT, DOCX or PDF."
)
_MARKUP: Final = _(
    "This is a web page or a drawing, not a document. Save its text as PDF or TXT, then choose that file."
)
_EMPTY: Final = _("This file is empty. Choose the file that holds the text.")
_DEFINITIONS: Final = _(
    "This XML holds definitions that no reference manager writes and harmful files use. It was not opened."
)
_NO_ENTRIES: Final = {
    FileKind.BIBTEX: _("There is no BibTeX entry in this file. Export it again from your reference manager."),
    FileKind.RIS: _("There is no RIS entry in this file. Export it again from your reference manager."),
    FileKind.CSL_JSON: _("There is no CSL JSON entry in this file. Export it again from your reference manager."),
    FileKind.ENW: _("There is no EndNote entry in this file. Export it again from your reference manager."),
    FileKind.ENDNOTE_XML: _("There is no EndNote entry in this file. Export it again from your reference manager."),
    FileKind.NBIB: _("There is no PubMed entry in this file. Export it again from PubMed."),
    FileKind.WOS: _("There is no Web of Science entry in this file. Export it again from Web of Science."),
}


def inspect_text(path: Path, *, name: str) -> FileKind:
    """The kind of text: a list of references by its structure, Markdown and plain text by the ending of the name.

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
    named = _TEXT_ENDINGS.get(extension(name))
    found = list_kind(head)
    if found is FileKind.ENDNOTE_XML and "<!doctype" in head.lower():
        raise Refused(_DEFINITIONS)
    is_markup = head.lstrip("\ufeff \t\r\n\f")[:64].lower().encode(errors="replace").startswith(MARKUP)
    if is_markup and found is not FileKind.ENDNOTE_XML:
        raise Refused(_MARKUP)
    if named is None:
        raise Refused(_MISNAMED)
    if found is None and named in _NO_ENTRIES:
        found = list_kind(head, expected=named)
        if found is None:
            raise Refused(_NO_ENTRIES[named])
    return found or named
