"""Comments of Word's on sentences of the text (R-94), put into the tree before pandoc writes it.

A comment begins and ends between the elements of a paragraph. One within a footnote makes a file that LibreOffice
refuses: it stands at the paragraph that has the note's mark.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from typesetting.elements import Element, attr, element, text
from typesetting.manuscript import Said, WordComment
from typesetting.sentences import bounds, key

_PARAGRAPHS: Final = ("Para", "Plain", "Header")
#: What is no part of a sentence's words.
_LEFT_OUT: Final = ("Cite", "Note", "Math")


@dataclass(frozen=True)
class _Stretch:
    """A sentence: the paragraph's inlines, and the first and last of them that it is in."""

    inlines: list[Element]
    first: int
    last: int


def commented(sections: Mapping[str, list[Element]], comments: Iterable[WordComment]) -> None:
    """Puts comments into the blocks of sections, which are changed.

    One whose sentence is not there any more stands at the first paragraph of its section, and says which it was about;
    where the section has none, at the first paragraph of the text.
    """
    by_section = defaultdict(list)
    for comment in comments:
        by_section[comment.section].append(comment)
    if not by_section:
        return
    anywhere = next((one for blocks in sections.values() for one in _paragraphs(blocks)), None)
    wanted: dict[int, _Wanted] = {}
    number = 0
    for section, said in by_section.items():
        blocks = sections.get(section, [])
        places = _sentences(blocks)
        start = next(_paragraphs(blocks), anywhere)
        for comment in said:
            place = places.get((key(comment.sentence), comment.occurrence)) if comment.sentence else None
            if place is None and start is None:
                continue
            found = place or _Stretch(start or [], 0, len(start or []) - 1)
            put = wanted.setdefault(id(found.inlines), _Wanted(found.inlines))
            for one in [comment if place else comment.elsewhere, *comment.answers]:
                put.add(found, one, str(number))
                number += 1
    for put in wanted.values():
        put.insert()


@dataclass
class _Wanted:
    """What is to be put into one paragraph: before and behind which of its elements."""

    inlines: list[Element]
    starts: dict[int, list[Element]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[int, list[Element]] = field(default_factory=lambda: defaultdict(list))

    def add(self, at: _Stretch, said: Said, name: str) -> None:
        values = attr("", "comment-start", id=name, author=said.author, date=said.at)
        self.starts[at.first].append(element("Span", values, _words(said.text)))
        self.ends[at.last].append(element("Span", attr("", "comment-end", id=name), []))

    def insert(self) -> None:
        self.inlines[:] = [
            one
            for number, inline in enumerate(list(self.inlines))
            for one in [*self.starts[number], inline, *self.ends[number]]
        ]


def _words(said: str) -> list[Element]:
    found: list[Element] = []
    for line in said.split("\n"):
        found += [*([element("LineBreak")] if found else []), *text(line)]
    return found


def _sentences(blocks: list[Element]) -> dict[tuple[str, int], _Stretch]:
    """Every sentence by its words and by which of the same words it is; those of notes behind all others."""
    found: dict[tuple[str, int], _Stretch] = {}
    seen: Counter[str] = Counter()

    def add(words: str, stretch: _Stretch) -> None:
        found[words, seen[words]] = stretch
        seen[words] += 1

    notes: list[tuple[Element, list[Element], int]] = []
    for inlines in _paragraphs(blocks):
        said, owners = _flat(inlines)
        for begin, end in bounds(said):
            add(key(said[begin:end]), _Stretch(inlines, owners[begin], owners[end - 1]))
        notes += [(note, inlines, at) for at, one in enumerate(inlines) for note in _notes(one)]
    for note, inlines, at in notes:
        said = " ".join(_flat(part)[0] for part in _paragraphs(note["c"]))
        for begin, end in bounds(said):
            add(key(said[begin:end]), _Stretch(inlines, at, at))
    return found


def _paragraphs(node: Any) -> Iterator[list[Element]]:
    """The inlines of each paragraph below a node, in the order of the text; cells of tables are none."""
    if isinstance(node, list):
        for one in node:
            yield from _paragraphs(one)
    elif isinstance(node, dict) and node.get("t") in _PARAGRAPHS:
        inlines = node["c"][2] if node["t"] == "Header" else node["c"]
        if inlines:
            yield inlines
    elif isinstance(node, dict) and node.get("t") != "Table":
        yield from _paragraphs(node.get("c"))


def _notes(node: Any) -> Iterator[Element]:
    if isinstance(node, dict) and node.get("t") == "Note":
        yield node
    elif isinstance(node, dict | list):
        for one in node.values() if isinstance(node, dict) else node:
            yield from _notes(one)


def _flat(inlines: list[Element]) -> tuple[str, list[int]]:
    """The words of a paragraph, and for each sign the inline that it comes from."""
    pieces = [_said(one) for one in inlines]
    return "".join(pieces), [number for number, piece in enumerate(pieces) for _sign in piece]


def _said(node: Any) -> str:
    if isinstance(node, list):
        return "".join(map(_said, node))
    if not isinstance(node, dict) or node.get("t") in _LEFT_OUT:
        return ""
    kind, content = node.get("t"), node.get("c")
    if kind == "Str":
        return str(content)
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind == "Code" and content:
        return str(content[1])
    return _said(content)
