"""Lines of a page joined to paragraphs, from what lines alone show: their length, their ends and their beginnings."""

import re
from typing import Final

_SENTENCE_END: Final = re.compile(r"[.!?:;…][\"'”’»)\]]{0,2}\d{0,2}$")
_ITEM: Final = re.compile(
    r"^(?:[•◦▪‣∙●○■□–—*·]\s|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s|\d{1,2}(?:\.\d{1,3}){1,4}\.?\s)"
)
_STARTS_ANEW: Final = re.compile(r"^[\"“„«‹(\[]?[A-ZÀ-ÖØ-ÞĄ-Ž\d]")
#: A numbered heading: it ends although its line is long.
_SECTION: Final = re.compile(r"^(?:§ ?)?\d{1,2}(?:\.\d{1,3}){1,4}\.?\s[\"“„«]?[A-ZÀ-ÖØ-ÞĄ-Ž]")
#: A line below this share of the usual length may end a paragraph; below the smaller one it is a heading or an item.
_SHORT_SHARE: Final = 0.88
_VERY_SHORT_SHARE: Final = 0.6


def join_lines(lines: list[str]) -> str:
    """The paragraphs, an empty line between them."""
    width = _usual_length(lines)
    paragraphs: list[str] = []
    gathered: list[str] = []
    for at, line in enumerate(lines):
        if line:
            gathered.append(line)
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if gathered and (not line or not following or _ends(line, following, width)):
            paragraphs.append(" ".join(gathered))
            gathered = []
    return "\n\n".join(paragraphs)


def _ends(line: str, following: str, width: int) -> bool:
    if _ITEM.match(following):
        return True
    if len(line) < width * _VERY_SHORT_SHARE and _STARTS_ANEW.match(following):
        return True
    if len(line) < width * _SHORT_SHARE and _SECTION.match(line) and _STARTS_ANEW.match(following):
        return not line.endswith((",", "-"))
    return len(line) < width * _SHORT_SHARE and bool(_SENTENCE_END.search(line)) and bool(_STARTS_ANEW.match(following))


def _usual_length(lines: list[str]) -> int:
    """Length of a full line: nine tenths of the lines are no longer, so that a few long ones do not count."""
    lengths = sorted(len(line) for line in lines if len(line) > 20)
    return lengths[len(lengths) * 8 // 10] if lengths else 0
