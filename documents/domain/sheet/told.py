"""What its owner made of a sheet's lines, for those who plan and write the work (R-17)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from documents.domain.sheet import reading
from documents.enums import SheetOrigin
from documents.models import SheetLine
from documents.models.sheet import MOST_QUOTED_CHARACTERS

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Told:
    """``own`` are the lines that the owner added, or wrote in place of the sheet's words. ``struck`` are words of the
    sheet whose every line was taken off the list.
    """

    own: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()

    def left_of(self, text: str) -> str:
        """The text without the sentences and lines that were struck. Of a longer one nothing is taken out: what is
        left of it would ask for something else.
        """
        if not self.struck:
            return text.strip()
        pieces = reading.pieces(text)
        said = [reading.words_of(piece) for piece, _after in pieces]
        gone = {at for words in self.struck for at in _standing(said, words)}
        # A line that is gone does not make one of those around it.
        left = (
            ("\n" if "\n" in after else "") if at in gone else piece + after for at, (piece, after) in enumerate(pieces)
        )
        return "".join(left).strip()


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


def _standing(said: Sequence[list[str]], struck: str) -> Iterator[int]:
    """Where the words stand as whole sentences or lines, one or several; never within a longer one."""
    wanted = [word for piece, _after in reading.pieces(struck) for word in reading.words_of(piece)]
    is_cut = len(struck) >= MOST_QUOTED_CHARACTERS
    for first in range(len(said)):
        run: list[str] = []
        for last in range(first, len(said)):
            run += said[last]
            if run and (run == wanted or (is_cut and " ".join(run).startswith(" ".join(wanted)))):
                yield from range(first, last + 1)
                break
            if not run or run != wanted[: len(run)]:
                break
