"""Cleans a text before it is checked: removes what no reader sees and what could hide a sentence."""

import re
from html import unescape
from typing import Final

from documents.domain.text import GROUP
from tesigo.platform.plain_text import without_unseen

#: A line set in, which would be read as code; the lines of a list belong to its items.
_SET_IN: Final = re.compile(r"^[ \t]{4,}(?=\S)(?!(?:[-*+]|\d{1,4}[.)])[ \t])", re.M)
#: Quotation marks that nobody would look for: a quotation between them would be taken for the writer's own words.
_MARKS: Final = str.maketrans({"❝": "“", "❞": "”", "〝": "“", "〞": "”", "‟": "“", "＂": '"'})
#: As Markdown reads them: with their semicolon.
_REFERENCE: Final = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});")
_TYPED: Final = re.compile(r"``([^`\n]{1,4000}?)''")


def tidied(markdown: str) -> str:
    """The text without invisible characters, character references and indented lines, each citation on one line."""
    read = _REFERENCE.sub(lambda found: unescape(found[0]), markdown)
    plain = _TYPED.sub(r"“\1”", read.translate(_MARKS))
    text = without_unseen("\n".join(plain.splitlines()))
    return GROUP.sub(lambda group: " ".join(group[0].split()), _SET_IN.sub("", text)).strip()
