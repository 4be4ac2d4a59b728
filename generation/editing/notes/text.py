"""A section's text as notes look at it: paragraphs and sentences with their places in it as it was typed."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from documents.domain.text import GROUP, citation_keys
from generation.writing.sentences import QUOTE, is_caption, is_table, paragraphs, sentences

#: Stands for each letter of what is not its writer's running text, so that places stay as they are.
MASK: Final = "▪"
#: A heading, a note, a quotation set apart, a formula, code, an image, what is set in, a table.
_SET_APART: Final = re.compile(r" {4}|\t| {0,3}(?:#{1,6}[ \t]|\[\^[^\]\s]+\]:|>|\$\$|```|~~~|!\[|\|)")
_FENCED: Final = re.compile(
    r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|\$\$(?:(?!\$\$).){1,4000}\$\$", re.MULTILINE | re.DOTALL
)
#: Code, a formula, an address, the target of a link, a mark of a note, a label: nothing that is read aloud.
_NOTATION: Final = re.compile(
    r"`[^`\n]{1,500}`|(?<![\w$])\$(?![\s$])(?:[^$\n\\]|\\.){1,500}(?<!\s)\$(?![\w$])|\]\([^()\s]{0,500}\)"
    r"|(?:https?://|www\.|doi:|doi\.org/)[^\s<>\"”»)\]]+|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
    r"|\[\^[^\[\]\s]{1,60}\]:?|\{#[\w-]{1,60}\}"
)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a text that begins at its character ``at``; ``plain`` has its citations and formulas masked."""

    number: int
    at: int
    text: str
    is_running: bool

    @cached_property
    def plain(self) -> str:
        """The text with citations, formulas and code masked; as long as it."""
        masked = GROUP.sub(_mask, self.text) if "@" in self.text else self.text
        return _NOTATION.sub(_mask, _FENCED.sub(_mask, masked))

    @cached_property
    def own(self) -> str:
        """The same without quotations: what its writer says in words of their own."""
        return QUOTE.sub(_mask, self.plain)


@dataclass(frozen=True)
class Said:
    """A sentence; ``start`` and ``end`` are its place in the whole text, ``text`` is what stands there."""

    paragraph: Paragraph
    start: int
    end: int
    text: str

    @property
    def own(self) -> str:
        """What its writer says, the rest masked."""
        return self.paragraph.own[self.start - self.paragraph.at : self.end - self.paragraph.at]

    @property
    def is_cited(self) -> bool:
        """Whether it cites anything."""
        return "@" in self.text and bool(citation_keys(self.text))


class Text:
    """A text with its paragraphs and sentences. Line ends are those of Unix, as a browser's field has them."""

    def __init__(self, markdown: str) -> None:
        self.markdown = markdown.replace("\r\n", "\n")
        self.paragraphs = list(self._paragraphs())
        self.sentences = list(self._sentences())

    @cached_property
    def _in_blocks(self) -> str:
        # No control character is in a text: in the whole, one stands for each letter of a block.
        return _FENCED.sub(lambda block: re.sub(r"\S", "\0", block[0]), self.markdown)

    def _paragraphs(self) -> Iterator[Paragraph]:
        at = 0
        has_blocks = "```" in self.markdown or "~~~" in self.markdown or "$$" in self.markdown
        for number, part in enumerate(paragraphs(self.markdown)):
            at = self.markdown.index(part, at)
            is_block = has_blocks and "\0" in self._in_blocks[at : at + len(part)]
            is_apart = is_block or bool(_SET_APART.match(part)) or is_table(part) or is_caption(part)
            yield Paragraph(number, at, part, is_running=not is_apart)
            at += len(part)

    def _sentences(self) -> Iterator[Said]:
        for one in sentences(self.markdown):
            paragraph = self.paragraphs[one.paragraph]
            start = paragraph.at + paragraph.text.index(one.text, one.start)
            yield Said(paragraph, start, start + len(one.text), one.text)

    def sentence_at(self, place: int) -> Said | None:
        """The sentence that holds a place of the text; the one before it where it stands between two."""
        at = bisect_right(self.sentences, place, key=lambda one: one.start)
        return self.sentences[at - 1] if at else None


def _mask(found: re.Match[str]) -> str:
    return MASK * len(found[0])
