"""Paragraphs of a section that may be written anew, cut out of it and put back (R-93)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from generation.writing.sentences import is_caption, is_table, paragraphs

#: What is no running text: a heading, a note, a quotation set apart, a formula, code, an image.
_SET_APART: Final = re.compile(r" {0,3}(?:#{1,6}[ \t]|\[\^[^\]\s]+\]:|>|\$\$|```|~~~|!\[|\|)")
#: The mark of a note: no model knows what stands in it.
_MARK: Final = re.compile(r"\[\^[^\]\s]+\]")
_BETWEEN: Final = "\n\n"


@dataclass(frozen=True)
class Stretch:
    """Paragraphs of a text, and what stands before and after them."""

    before: str
    text: str
    after: str

    def with_new(self, text: str) -> str:
        """The whole with other words in their place."""
        return _BETWEEN.join(part for part in (self.before, text, self.after) if part)


def running(markdown: str) -> list[tuple[int, str]]:
    """The paragraphs of a text that may be written anew, each with its number from 0."""
    return [
        (number, one)
        for number, one in enumerate(paragraphs(markdown))
        if not (_SET_APART.match(one) or _MARK.search(one) or is_table(one) or is_caption(one))
    ]


def cut(markdown: str, numbers: Sequence[int]) -> Stretch:
    """The paragraphs from the first to the last of ``numbers``, with what stands around them."""
    parts = paragraphs(markdown)
    first, last = numbers[0], numbers[-1] + 1
    return Stretch(*(_BETWEEN.join(some) for some in (parts[:first], parts[first:last], parts[last:])))
