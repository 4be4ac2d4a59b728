"""An ODT by its structure: a package that says first of all that it is a text, without macros or a password (R-81)."""

import zipfile
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from documents.uploads.packages import MACROS, NOT_TEXT, each_element, inspect_package
from documents.uploads.verdict import Refused

#: Name of the first part, which lies unpacked behind the 30 bytes of its header.
_FIRST: Final = b"mimetype"
_TYPE: Final = b"application/vnd.oasis.opendocument.text"
_MANIFEST: Final = "META-INF/manifest.xml"
_MACRO_FOLDERS: Final = ("basic/", "scripts/")
_LOCKED: Final = _(
    "This document is locked with a password and cannot be read. Remove the password, then choose the file again."
)


def begins_as_odt(head: bytes) -> bool:
    """Whether a ZIP with these first bytes says that it is an OpenDocument file."""
    return head[30 : 30 + len(_FIRST)] == _FIRST


def inspect_odt(path: Path, *, size: int) -> None:
    """Refuses every ZIP that is not a plain OpenDocument text.

    Raises:
        Refused: with the reason in the owner's words.
    """
    inspect_package(path, size=size, declares=_check_declared)


def _check_declared(package: zipfile.ZipFile) -> None:
    with package.open(_FIRST.decode()) as stream:
        if stream.read(len(_TYPE) + 1).strip() != _TYPE:
            raise Refused(NOT_TEXT)
    names: list[str] = []
    each_element(package, _MANIFEST, lambda name, _attributes: names.append(name.rpartition(":")[2]))
    if "encryption-data" in names:
        raise Refused(_LOCKED)
    if "content.xml" not in package.namelist():
        raise Refused(NOT_TEXT)
    if any(part.filename.lower().startswith(_MACRO_FOLDERS) and not part.is_dir() for part in package.infolist()):
        raise Refused(MACROS)
