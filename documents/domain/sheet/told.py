"""What its owner made of a sheet's lines, for those who plan and write the work (R-17)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from documents.enums import SheetOrigin
from documents.models import SheetLine

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Told:
    """``own`` are the lines that the owner added, or wrote in place of the sheet's words; ``struck`` words of the sheet
    of which every line was taken off the list.
    """

    own: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()

    def left_of(self, text: str) -> str:
        """The text without the words that were struck."""
        for words in self.struck:
            text = _pattern(words).sub(" ", text)
        return text.strip()


def of(document_id: UUID) -> Told:
    """What the owner of this document says of the list, as it is now."""
    lines = list(SheetLine.objects.filter(document=document_id))
    kept = {line.words for line in lines if not line.is_removed}
    struck = dict.fromkeys(line.words for line in lines if line.is_removed and line.words not in kept)
    return Told(own=tuple(_own(lines)), struck=tuple(words for words in struck if _WORD.search(words)))


def _own(lines: Iterable[SheetLine]) -> list[str]:
    return [
        f"{line.asks} (in place of: {line.words})" if line.words else line.asks
        for line in lines
        if line.origin == SheetOrigin.OWNER and not line.is_removed
    ]


def _pattern(words: str) -> re.Pattern[str]:
    """Finds the words whatever the blanks and marks between them, with the marks that end them."""
    said = r"\W+".join(map(re.escape, _WORD.findall(words)))
    return re.compile(rf"(?<!\w){said}(?!\w)[^\w\s]*", re.IGNORECASE)
