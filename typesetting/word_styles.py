"""Styles and settings of the DOCX, in ``word_template``: what ``paper.css`` is to the PDF.

The face is named Times New Roman, which every Word has; where it is missing Liberation Serif, of
the same metrics, stands in.
In the files sizes are half-points, lengths twentieths of a point. Lines of the text are at least 20.7 pt, which is
Word's "1.5 lines" of 12 pt: named as such, LibreOffice would set 34 lines on a page where Word and the PDF have 33.
Other lines are 240ths of the font's own line.
"""

from importlib import resources
from string import Template
from typing import Final

from typesetting.labels import base_language, locale

WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PARTS: Final = ("styles.xml", "settings.xml", "fontTable.xml")


def part(name: str, language: str) -> str:
    """One of ``PARTS`` for a document in a language."""
    template = (resources.files("typesetting") / "word_template" / name).read_text(encoding="utf-8")
    # Whoever writes a comma in numbers parts lists by semicolons.
    decimal, separator = (".", ",") if base_language(language) == "en" else (",", ";")
    return Template(template).substitute(locale=locale(language), decimal=decimal, separator=separator)
