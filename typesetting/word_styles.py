"""Styles and settings of the DOCX, in ``word_template``: what ``paper.css`` is to the PDF.

The face is named Times New Roman, which every Word has; where it is missing Liberation Serif, of
the same metrics, stands in.
In the files sizes are half-points, lengths twentieths of a point, lines 240ths of the font's own line.
"""

from importlib import resources
from string import Template
from typing import Final

from typesetting.labels import locale

WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PARTS: Final = ("styles.xml", "settings.xml", "fontTable.xml")


def part(name: str, language: str) -> str:
    """One of ``PARTS`` for a document in a language."""
    template = (resources.files("typesetting") / "word_template" / name).read_text(encoding="utf-8")
    return Template(template).substitute(locale=locale(language))
