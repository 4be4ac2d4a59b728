"""Putting a text in order before it is looked at: nothing that no reader sees, nothing that hides a sentence."""

import re
from typing import Final

from documents.domain.text import GROUP

#: Characters without a shape of their own: controls, zero widths, turns of direction, tags, fillers (UTR 36).
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
#: A line set in, which would be read as code; the lines of a list belong to its items.
_SET_IN: Final = re.compile(r"^[ \t]{4,}(?=\S)(?!(?:[-*+]|\d{1,4}[.)])[ \t])", re.M)


def tidied(markdown: str) -> str:
    """The text without invisible characters and indented lines, each citation on one line."""
    text = INVISIBLE.sub("", markdown.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    return GROUP.sub(lambda group: " ".join(group[0].split()), _SET_IN.sub("", text)).strip()
