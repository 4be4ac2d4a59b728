"""Length of text in characters, the measure that budgets go by (R-11)."""

import re
from typing import Final

from typesetting.labels import base_language

# Characters (spaces counted) on a full page of running text: A4, margins of 2.5 cm, Times metrics at 12 pt, lines of
# 1.725, justified, hyphenated, gaps of 6 pt. Measured with this package's own layout; within about 1 % for prose.
_PER_PAGE: Final = {"en": 2770, "de": 2725, "it": 2820, "es": 2786, "fr": 2812, "pl": 2715}
_USUAL_CHARACTERS: Final = 2770

_LINK_TARGET: Final = re.compile(r"\]\([^()\s]{0,500}(?:\s\"[^\"]{0,200}\")?\)")
_LINE_MARK: Final = re.compile(
    r"^[ \t]{0,12}(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+|\d{1,4}[.)][ \t]+|```\w*[ \t]*$)", re.M
)
_EMPHASIS: Final = re.compile(r"\*{1,3}|(?<!\w)_{1,2}|_{1,2}(?!\w)|`+|\\(?=[^\w\s])")
_FOOTNOTE: Final = re.compile(r"\[\^[^\[\]\s]{1,60}\]:?")
_SPACE: Final = re.compile(r"\s+")


def characters_per_page(language: str) -> int:
    """Characters, spaces counted, that fill a page of the body in a language."""
    return _PER_PAGE.get(base_language(language), _USUAL_CHARACTERS)


def body_characters(markdown: str) -> int:
    """Characters as laid out, spaces counted: without the marks of Markdown.

    Citations count as they are written, which is close to what they become in an author-date style.
    """
    text = _FOOTNOTE.sub("", markdown)
    text = _LINK_TARGET.sub("]", text)
    text = _LINE_MARK.sub("", text)
    text = _EMPHASIS.sub("", text)
    return len(_SPACE.sub(" ", text).strip())
