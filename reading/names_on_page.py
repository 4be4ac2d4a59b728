"""The authors in the lines below a title; the first lines with names decide, and rows like them."""

import re
from collections.abc import Sequence
from typing import Final

from reading.lines import RAISED_FROM, TypeLine
from reading.names_in_line import EDITED, MAIL, NO_NAME, RAISED, names_in
from reading.people import Name
from reading.signs import BROKEN_WORD

_MAX_LINES: Final = 24
_MAX_NAMES: Final = 60
#: Where names can no longer come: the text begins.
_TEXT_BEGINS: Final = re.compile(
    r"^\W{0,3}(?:abstract|summary|executive summary|zusammenfassung|kurzfassung|résumé|resumen|resumo|"
    r"sommario|riassunto|"
    r"streszczenie|abstrakt|rezumat|samenvatting|key\s?words|schlüssel\w+|mots[- ]clés|palabras clave|introduction|"
    r"einleitung|introducción|introduzione|wstęp|úvod|contents|table of contents|inhalt\w*|1\.?\s+[^\W\d]|"
    r"i\.\s+[^\W\d])",
    re.IGNORECASE,
)
_ENDS_OPEN: Final = re.compile(
    r"(?:[,;&]|\b(?:and|und|et|oraz|y|e|i|von|van|der?|den|dos|das|du|di|della|ten|ter|zu))$"
)
#: The family name alone, behind which its marks stand: its given name ends the line above.
_REST_OF_NAME: Final = re.compile(rf"[^\W\d_]+,?{RAISED_FROM}")
_STARTS_OPEN: Final = re.compile(r"(?:and|und|et|oraz|y|e|i|&)\s")


def text_begins(text: str) -> bool:
    """Whether the line heads an abstract, a list of contents, keywords or the first chapter."""
    return _TEXT_BEGINS.match(text) is not None


def authors_below(lines: Sequence[TypeLine]) -> list[Name]:
    """The persons named in the lines below a title, from top to bottom; the first lines with names decide."""
    names: list[Name] = []
    first: TypeLine | None = None
    at = 0
    lines = lines[:_MAX_LINES]
    while at < len(lines) and len(names) < _MAX_NAMES:
        line = lines[at]
        if text_begins(line.words) or _is_prose(line.words):
            break
        found, used = _names_from(lines, at)
        if found and (first is None or _is_another_row(line, first, lines, at, used)):
            names += [name for name in found if name not in names]
            first = first or line
        at += used
    return names


def editors_in(lines: Sequence[TypeLine]) -> list[Name]:
    """The persons of the line that says who edited the work."""
    for line in lines[:_MAX_LINES]:
        if match := EDITED.match(line.words):
            return names_in(line.words[match.end() :])
    return []


def _names_from(lines: Sequence[TypeLine], at: int) -> tuple[list[Name], int]:
    """Names of the line, or of it and those that continue it; and how many lines that took."""
    text = lines[at].text
    used = 1
    while at + used < len(lines) and used < 8:
        following = lines[at + used]
        is_broken_within_a_name = "," in text and (
            _REST_OF_NAME.match(following.text) is not None or not names_in(text)
        )
        is_open = (
            is_broken_within_a_name
            or _ENDS_OPEN.search(RAISED.sub("", text).strip()) is not None
            or _STARTS_OPEN.match(following.text) is not None
        )
        if not is_open or abs(following.size - lines[at].size) > 0.08 * lines[at].size:
            break
        text = _continued(text, following.text)
        used += 1
    if found := names_in(text):
        return found, used
    if used > 1 and (found := names_in(lines[at].text)):
        return found, 1
    return [], 1


def _continued(text: str, following: str) -> str:
    """The text and the line below it; a name broken between them is whole again."""
    if not text.endswith((BROKEN_WORD, "-", "\u2010")):
        return f"{text} {following}"
    hyphen = "" if following[:1].islower() else "-"
    return f"{text[:-1]}{hyphen}{following}"


def _is_another_row(line: TypeLine, first: TypeLine, lines: Sequence[TypeLine], at: int, used: int) -> bool:
    """Whether a later line of names is a further row of authors and not a town: in their type, or above a body."""
    if abs(line.size - first.size) > 0.08 * first.size or line.is_bold != first.is_bold:
        return False
    above = lines[at - 1]
    if names_in(above.text) or RAISED_FROM in line.text or MAIL.search(above.text):
        return True
    if "\t" in line.text and "\t" in first.text and abs(above.size - line.size) > 0.08 * line.size:
        return True  # authors in columns, their places between the rows in smaller type
    return at + used < len(lines) and NO_NAME.search(lines[at + used].words) is not None


def _is_prose(text: str) -> bool:
    """A line of running text: many words, most of them small, no list of names."""
    words = text.split()
    small = sum(word[:1].islower() for word in words)
    return (
        len(words) >= 9
        and not text.endswith(":")
        and small * 2 > len(words)
        and not NO_NAME.search(" ".join(words[:3]))
    )
