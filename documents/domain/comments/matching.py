"""Finds the sentence that a comment of a Word file is about.

A paragraph of the file has citations where ours leave them out: a sentence is in it when its stretches between
citations stand there one behind the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from documents.domain.comments.sentences import Sentence, Text
from documents.models import Section
from reading.protocol import Remark
from typesetting.sentences import key

#: Letters and digits that a sentence must have to be known by them.
_LEAST_SIGNS: Final = 8


@dataclass(frozen=True)
class Match:
    """Where a comment belongs; without a sentence to the section, without a section to the document."""

    section: Section | None
    sentence: Sentence | None = None


@dataclass(frozen=True)
class _Known:
    section: Section
    sentence: Sentence
    stretches: tuple[str, ...]

    @cached_property
    def sign(self) -> str:
        """The first letters of its longest stretch: a paragraph without them has not this sentence."""
        return max(self.stretches, key=len, default="")[:_LEAST_SIGNS]


class Matcher:
    """The sentences of a document, to look comments up in."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._by_title = {key(section.title): section for section in sections}
        self._by_numbered = {key(f"{section.number} {section.title}"): section for section in sections}
        self._known: list[_Known] = []
        self._spans: dict[str, list[tuple[_Known, tuple[int, int]]]] = {}
        for section in sections:
            if section.html.strip():
                text = Text(section.html)
                blocks = {block.number: block for block in text.blocks}
                for sentence in text.sentences:
                    stretches = _stretches(blocks[sentence.block].text_parts(sentence.start, sentence.end))
                    self._known.append(_Known(section, sentence, stretches))

    def find(self, remark: Remark) -> Match:
        """The sentence in which the commented words begin, else the section that they stand in."""
        paragraph = key(remark.paragraph)
        begins, signs = len(key(remark.paragraph[: remark.begins])), len(key(remark.words))
        if not signs:  # a point, or a mark: it belongs to what stands before it
            begins = max(0, begins - 1)
        ends = begins + max(1, signs)
        heading = key(remark.heading)
        titled = self._by_numbered.get(heading) or self._by_title.get(heading)
        best: tuple[tuple[bool, int], _Known] | None = None
        beside: _Known | None = None
        for known, span in self._in(paragraph):
            beside = beside or known
            shared = min(ends, span[1]) - max(begins, span[0])
            if shared > 0:
                # The same words may stand in two sections: then that of the heading above is meant.
                rank = (known.section == titled, shared)
                if best is None or rank > best[0]:
                    best = rank, known
        if best is not None:
            return Match(best[1].section, best[1].sentence)
        return Match(titled or (beside.section if beside else None))

    def _in(self, paragraph: str) -> list[tuple[_Known, tuple[int, int]]]:
        """The sentences that stand in a paragraph, and where. Each paragraph is looked at once."""
        if paragraph not in self._spans:
            signs = {paragraph[at : at + _LEAST_SIGNS] for at in range(len(paragraph))}
            self._spans[paragraph] = [
                (known, span)
                for known in self._known
                if (len(known.sign) < _LEAST_SIGNS or known.sign in signs)
                and (span := _span(known.stretches, paragraph)) is not None
            ]
        return self._spans[paragraph]


def _stretches(parts: Sequence[str]) -> tuple[str, ...]:
    found = tuple(words for words in map(key, parts) if words)
    return found if sum(map(len, found)) >= _LEAST_SIGNS else ()


def _span(stretches: Sequence[str], paragraph: str) -> tuple[int, int] | None:
    """From where to where a sentence stands in a paragraph, in letters; None where it does not."""
    start: int | None = None
    at = 0
    for words in stretches:
        found = paragraph.find(words, at)
        if found < 0:
            return None
        start = found if start is None else start
        at = found + len(words)
    return None if start is None else (start, at)
