"""Paragraphs of a section that may be written anew, cut out of it and put back (R-93)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from generation.writing.sentences import is_caption, is_table, paragraphs

#: What is no running text: a heading, a note, a quotation set apart, a formula, code, an image, what is set in.
_SET_APART: Final = re.compile(r" {4}|\t| {0,3}(?:#{1,6}[ \t]|\[\^[^\]\s]+\]:|>|\$\$|```|~~~|!\[|\|)")
#: The mark of a note: no model knows what stands in it.
_MARK: Final = re.compile(r"\[\^[^\]\s]+\]")
#: Code and formulas that go on over empty lines: their parts look like running text.
_BLOCK: Final = re.compile(
    r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|\$\$(?:(?!\$\$).)*\$\$", re.MULTILINE | re.DOTALL
)
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
    found = enumerate(zip(paragraphs(markdown), _are_in_blocks(markdown), strict=True))
    return [
        (number, one)
        for number, (one, is_in_block) in found
        if not (is_in_block or _SET_APART.match(one) or _MARK.search(one) or is_table(one) or is_caption(one))
    ]


def _are_in_blocks(markdown: str) -> list[bool]:
    """Of each paragraph whether any of it is code, or a formula set apart."""
    # No control character is in a text: in the whole, one stands for each letter of a block.
    whole = _BLOCK.sub(lambda block: re.sub(r"\S", "\0", block[0]), markdown.replace("\r\n", "\n"))
    return ["\0" in one for one in paragraphs(whole)]


def cut(markdown: str, numbers: Sequence[int]) -> Stretch:
    """The paragraphs from the first to the last of ``numbers``, with what stands around them."""
    parts = paragraphs(markdown)
    first, last = numbers[0], numbers[-1] + 1
    return Stretch(*(_BETWEEN.join(some) for some in (parts[:first], parts[first:last], parts[last:])))
