"""The typefaces: Liberation Serif, of the metrics of Times New Roman (R-11); Sans and Mono, of Arial and Courier New.

No package on PyPI carries it, so it comes from the system: ``fonts-liberation`` on Debian and Ubuntu.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Final

from typesetting.errors import ExportError

DEBIAN_PACKAGE: Final = "fonts-liberation"
_FILES: Final = tuple(
    f"Liberation{family}-{face}.ttf"
    for family in ("Serif", "Sans", "Mono")
    for face in ("Regular", "Bold", "Italic", "BoldItalic")
)  # fmt: skip
_PLACES: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/Library/Fonts"),
)


@lru_cache(maxsize=1)
def missing_fonts() -> tuple[str, ...]:
    """Font files that the layout needs and this machine lacks."""
    found = {
        name
        for place in _PLACES
        if place.is_dir()
        for _, _, names in os.walk(place, followlinks=True)
        for name in names
    }
    return tuple(name for name in _FILES if name not in found)


def require_fonts() -> None:
    """Refuses to lay out with another face, which would change what a page is. Raises ExportError."""
    if missing_fonts():
        raise ExportError(
            f"The typefaces Liberation are missing on this machine. Install the system package {DEBIAN_PACKAGE}."
        )
