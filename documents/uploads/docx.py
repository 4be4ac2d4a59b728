"""A DOCX by its structure: its content types name one Word document, no macros and no embedded objects (R-81)."""

import zipfile
from functools import partial
from pathlib import Path
from typing import Final

from documents.uploads.packages import EMBEDDED, MACROS, NOT_TEXT, PASTED, each_element, inspect_package
from documents.uploads.verdict import Refused

MAIN_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TEMPLATE_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
CONTENT_TYPES: Final = "[Content_Types].xml"


def inspect_docx(path: Path, *, size: int) -> None:
    """Refuses every ZIP that is not a plain Word document.

    Raises:
        Refused: with the reason in the owner's words.
    """
    inspect_package(path, size=size, declares=_check_types)


def inspect_template(path: Path, *, size: int) -> None:
    """As ``inspect_docx``; it may be a DOTX as well."""
    inspect_package(path, size=size, declares=partial(_check_types, mains=(MAIN_TYPE, TEMPLATE_TYPE)))


def _check_types(package: zipfile.ZipFile, *, mains: tuple[str, ...] = (MAIN_TYPE,)) -> None:
    types: list[str] = []
    each_element(package, CONTENT_TYPES, lambda _name, attributes: types.append(attributes.get("ContentType", "")))
    lowered = [kind.lower() for kind in types]
    if any("macroenabled" in kind or "vbaproject" in kind or "activex" in kind for kind in lowered):
        raise Refused(MACROS)
    if any("oleobject" in kind for kind in lowered) and any(
        "/embeddings/" in name and not PASTED.fullmatch(name.lower()) for name in package.namelist()
    ):
        raise Refused(EMBEDDED)
    if sum(map(lowered.count, mains)) != 1:
        raise Refused(NOT_TEXT)
