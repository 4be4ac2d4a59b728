"""Blocks of an editor → Markdown, and the notes that they point at."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from typesetting.prose.inline import line
from typesetting.prose.reading import Definition
from typesetting.prose.tree import LISTS, Node, identity, walk

_FENCE: Final = re.compile(r"`{3,}")
_BULLET: Final = re.compile(r" {0,3}([-*+])[ \t\n]")
_NUMBER: Final = re.compile(r" {0,3}\d{1,9}([.)])[ \t\n]")
_SIDES: Final = {"left": ":--", "right": "--:", "center": ":-:", None: "---"}


def notes_of(blocks: object) -> Iterator[Node]:
    """The notes of blocks, those within notes as well."""
    for node in walk(blocks):
        if node["type"] == "note":
            yield node
            yield from notes_of(node["attrs"]["blocks"])


def marker(text: str) -> str:
    """The sign by which a list is told apart from one of its kind beside it."""
    found = _BULLET.match(text) or _NUMBER.match(text)
    return found[1] if found else ""


class Writer:
    """Writes blocks, and the notes that they point at."""

    def __init__(self, known: Mapping[str, Definition]) -> None:
        self._known = known
        #: What stands in the notes that were met, by name.
        self.used: dict[str, list[Node]] = {}

    def keep(self, block: Node) -> None:
        """Takes note of the footnotes of a block whose source is kept."""
        for note in notes_of([block]):
            self.used[note["attrs"]["name"]] = note["attrs"]["blocks"]

    def definitions(self) -> list[str]:
        """The lines of all notes that were met."""
        return [self.definition(name) for name in list(self.used)]

    def definition(self, name: str) -> str:
        """The lines of a note."""
        known = self._known.get(name)
        blocks = self.used[name]
        if known and list(map(identity, known.blocks)) == list(map(identity, blocks)):
            return known.source
        body = self._blocks(blocks).replace("\n", "\n    ")
        return re.sub(r"\n +(?=\n)", "\n", f"[^{name}]: {body}")

    def block(self, block: Node, *, beside: str = "") -> str:
        """A block. ``beside`` is the text of one of its kind right before it, from which a list is told apart."""
        self.keep(block)
        kind = block["type"]
        if kind == "paragraph":
            return line(block["content"])
        if kind == "heading":
            return f"{'#' * block['attrs']['level']} {line(block['content'], is_heading=True)}"
        if kind == "blockquote":
            return "\n".join(f"> {one}".rstrip() for one in self._blocks(block["content"]).split("\n"))
        if kind in LISTS:
            return self._list(block, marker(beside))
        if kind == "codeBlock":
            words = block["content"][0]["text"]
            fence = "`" * max([3, *(len(found[0]) + 1 for found in _FENCE.finditer(words))])
            return f"{fence}{block['attrs']['language']}\n{words}\n{fence}"
        if kind == "table":
            return _table(block)
        return str(block["attrs"]["source"])

    def _blocks(self, blocks: list[Node], gap: str = "\n\n") -> str:
        texts: list[str] = []
        for before, block in pairwise([{"type": ""}, *blocks]):
            texts.append(self.block(block, beside=texts[-1] if before["type"] == block["type"] else ""))
        return gap.join(texts)

    def _list(self, block: Node, taken: str) -> str:
        is_tight = block["attrs"]["tight"]
        sign = ("*" if taken == "-" else "-") if block["type"] == "bulletList" else (")" if taken == "." else ".")
        items = []
        for number, item in enumerate(block["content"], start=block["attrs"].get("start", 1)):
            mark = f"{number}{sign} " if block["type"] == "orderedList" else f"{sign} "
            body = self._blocks(item["content"], "\n" if is_tight else "\n\n")
            items.append(mark + re.sub(r"\n(?=[^\n])", "\n" + " " * len(mark), body))
        return ("\n" if is_tight else "\n\n").join(items)


def _table(block: Node) -> str:
    rows = ["| " + " | ".join(_cell(cell) for cell in row["content"]) + " |" for row in block["content"]]
    sides = [_SIDES[cell["attrs"]["align"]] for cell in block["content"][0]["content"]]
    return "\n".join([rows[0], "| " + " | ".join(sides) + " |", *rows[1:]])


def _cell(cell: Node) -> str:
    return line(cell["content"][0].get("content", []), is_heading=True).replace("|", r"\|")
