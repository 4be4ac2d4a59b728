"""Putting a text in order before it is looked at: nothing that no reader sees, nothing that hides a sentence."""

import re
from typing import Final

from documents.domain.text import GROUP
from generation.prompts.fencing import INVISIBLE

#: A line set in, which would be read as code; the lines of a list belong to its items.
_SET_IN: Final = re.compile(r"^[ \t]{4,}(?=\S)(?!(?:[-*+]|\d{1,4}[.)])[ \t])", re.M)


def tidied(markdown: str) -> str:
    """The text without invisible characters and indented lines, each citation on one line."""
    text = INVISIBLE.sub("", "\n".join(markdown.splitlines()))
    return GROUP.sub(lambda group: " ".join(group[0].split()), _SET_IN.sub("", text)).strip()
