"""Judges a file that somebody handed in by its content, never by its name alone (R-81, R-84).

An allow-list by container: a file is let in when it is wholly one of the formats of `FileKind`, and refused
otherwise. Only beginnings and ends of PDF, DOCX and ODT are read, and the beginning of plain text, so that neither
time nor memory depends on size; reading it, a worker finds out about the rest.
"""

from pathlib import Path
from typing import Final

from django.template.defaultfilters import filesizeformat
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from documents.uploads import docx, odt, packages, pdf
from documents.uploads.magic import refusal_of
from documents.uploads.names import display_name
from documents.uploads.text import inspect_text
from documents.uploads.verdict import FileKind, FileVerdict, Refused
from reading.probe import needs_password

_HEAD_BYTES: Final = 1024
_EMPTY: Final = _("This file is empty. Choose the file that holds the text.")
_LOCKED: Final = _(
    "This PDF is locked with a password and cannot be read. Remove the password, then choose the file again."
)
_SHIFTED_PDF: Final = _(
    "Something stands in front of this PDF, which is how harmful files are hidden. "
    "Print it to a new PDF and choose that one."
)


def inspect(path: Path, *, name: str, max_size: int) -> FileVerdict:
    """The verdict on the file at ``path``, called ``name`` by its owner; ``max_size`` in bytes."""
    try:
        return FileVerdict(
            accepted=True,
            kind=_kind_of(path, name=display_name(name), max_size=max_size),
        )
    except Refused as refused:
        return FileVerdict(accepted=False, reason=refused.reason)


def _kind_of(path: Path, *, name: str, max_size: int) -> FileKind:
    size = path.stat().st_size
    if size == 0:
        raise Refused(_EMPTY)
    if size > max_size:
        raise Refused(
            format_lazy(
                _("This file is larger than {limit}, the most that is accepted."),
                limit=filesizeformat(max_size),
            )
        )
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if pdf.begins_as_pdf(head):
        if pdf.inspect_pdf(path, size=size) and needs_password(path):
            raise Refused(_LOCKED)
        return FileKind.PDF
    if head.startswith(packages.BEGINNING):
        if odt.begins_as_odt(head):
            odt.inspect_odt(path, size=size)
            return FileKind.ODT
        docx.inspect_docx(path, size=size)
        return FileKind.DOCX
    if (reason := refusal_of(head)) is not None:
        raise Refused(reason)
    if pdf.BEGINNING in head and b"\x00" in head:
        raise Refused(_SHIFTED_PDF)
    return inspect_text(path, name=name)
