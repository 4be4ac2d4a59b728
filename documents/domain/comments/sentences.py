"""The sentences of a section as it is shown, each where it stands in the HTML (R-94).

Their words leave out citations, marks of notes and formulas, as `typesetting.sentences` has it: so a sentence stays
itself in another citation style.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

import lxml.html

from typesetting.sentences import bounds, key, shown

#: Elements that hold running text. Cells of tables do not: what is said of them is said of the caption.
_PARAGRAPHS: Final = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6"})
_CAPTIONS: Final = frozenset({"table-caption", "table-source"})
#: Elements whose text belongs to themselves and to no paragraph around them.
_APART: Final = _PARAGRAPHS | {"ul", "ol", "table", "blockquote", "pre", "div", "section", "math"}
_LEFT_OUT: Final = frozenset({"cite", "citation", "note", "formula", "formula-number"})


@dataclass(frozen=True)
class Piece:
    """A text node: of an element, or behind it; ``start`` is where it begins in its paragraph's words."""

    node: lxml.html.HtmlElement
    is_tail: bool
    start: int
    text: str


@dataclass(frozen=True)
class Sentence:
    """A sentence; ``block`` is the number of its paragraph in the section, ``occurrence`` counts the same words."""

    block: int
    start: int
    end: int
    text: str
    words: str
    occurrence: int

    @property
    def name(self) -> str:
        """What it is called in a form: its words, whatever stands before it by then."""
        return f"{sha256(self.words.encode()).hexdigest()[:24]}-{self.occurrence}"


class Block:
    """A paragraph of a section, or what is like one."""

    def __init__(self, number: int, node: lxml.html.HtmlElement) -> None:
        self.number = number
        self.node = node
        self.pieces: list[Piece] = []
        #: Its words.
        self.text = ""
        self._gather(node)

    def text_parts(self, start: int, end: int) -> list[str]:
        """The words from ``start`` to ``end`` by text nodes: between them may stand what is left out."""
        return [piece.text[max(0, start - piece.start) : max(0, end - piece.start)] for piece in self.pieces]

    def _gather(self, node: lxml.html.HtmlElement) -> None:
        self._add(node, node.text, is_tail=False)
        for child in node:
            if child.tag == "br":
                self.text += " "
            if child.tag not in _APART and not _LEFT_OUT & set(child.get("class", "").split()):
                self._gather(child)
            self._add(child, child.tail, is_tail=True)

    def _add(self, node: lxml.html.HtmlElement, text: str | None, *, is_tail: bool) -> None:
        if text:
            self.pieces.append(Piece(node, is_tail, len(self.text), text))
            self.text += text


class Text:
    """The text of a section as HTML, taken apart."""

    def __init__(self, html: str) -> None:
        self.root = lxml.html.fragment_fromstring(html, create_parent="div")
        nodes = [node for node in self.root.iter() if _is_paragraph(node)]
        made = (Block(number, node) for number, node in enumerate(nodes))
        self.blocks = [block for block in made if key(block.text)]

    @cached_property
    def sentences(self) -> list[Sentence]:
        """All of them in order; those of notes, which are shown behind the text, come last."""
        return list(self._sentences())

    def _sentences(self) -> Iterator[Sentence]:
        seen: Counter[str] = Counter()
        for block in self.blocks:
            text = block.text
            for start, end in bounds(text):
                words = key(text[start:end])
                yield Sentence(block.number, start, end, shown(text[start:end]), words, seen[words])
                seen[words] += 1

    def find(self, sentence: str, occurrence: int) -> Sentence | None:
        """The sentence with the same words, where it is still there."""
        words = key(sentence)
        return next((one for one in self.sentences if (one.words, one.occurrence) == (words, occurrence)), None)

    def named(self, name: str) -> Sentence | None:
        """The sentence that a form names."""
        return next((one for one in self.sentences if one.name == name), None)

    def of_block(self, number: int) -> list[Sentence]:
        """The sentences of one paragraph."""
        return [one for one in self.sentences if one.block == number]


def _is_paragraph(node: lxml.html.HtmlElement) -> bool:
    return node.tag in _PARAGRAPHS or bool(_CAPTIONS & set(node.get("class", "").split()))
