"""Markdown → the tree of an editor, block by block, each with its source."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markdown_it.tree import SyntaxTreeNode

from typesetting.numbering import LABELS
from typesetting.parsing import raw_inline, raw_tree
from typesetting.prose.nodes import cleaned
from typesetting.prose.tree import Node, ProseError, says, text_of

_MARKS: Final = {"em": "italic", "strong": "bold", "s": "strike"}
_ALIGNED: Final = re.compile(r"text-align:(left|right|center)")


@dataclass(frozen=True)
class Definition:
    """A footnote's own lines: what stands in it, its source, and how many blocks stand before it."""

    blocks: list[Node]
    source: str
    behind: int


@dataclass(frozen=True)
class Prose:
    """The blocks of a text; the source of each, what parts it from the one before, and its words as files say them.

    ``cited`` counts the keys that are cited in it.
    """

    blocks: list[Node]
    sources: list[str]
    gaps: list[str]
    said: list[str] = field(default_factory=list)
    definitions: dict[str, Definition] = field(default_factory=dict)
    cited: int = 0

    @property
    def doc(self) -> Node:
        """As an editor takes it."""
        return {"type": "doc", "content": self.blocks or [{"type": "paragraph"}]}


def read(text: str, *, language: str, passages: Sequence[int | None] = ()) -> Prose:
    """The blocks of a text as they are read. ``passages`` are those that its cited keys rest on, in their order."""
    root, environment = raw_tree(text, language=language)
    lines = text.split("\n")
    reader = _Reader(lines, language, environment, passages)
    reader.find_notes(root)
    prose = Prose([], [], [], cited=environment["cited"])
    end = 0
    for node in root.children:
        first, last = node.map or (end, end)
        while last > first and not lines[last - 1].strip():
            last -= 1
        source = "\n".join(lines[first:last])
        if node.type == "footnote_reference":
            name = str(node.meta["label"])
            try:
                blocks = cleaned({"type": "doc", "content": reader.note_blocks(name)})
            except ProseError:
                blocks = []
            # The first of two with one name is printed nowhere: it is kept as it stands.
            if blocks and node is reader.notes.get(name) and name in reader.referred:
                prose.definitions[name] = Definition(blocks, source, len(prose.blocks))
                continue
            made: list[Node] = [{"type": "kept", "attrs": {"source": source}}]
        else:
            made = reader.top(node, source)
        for one in made:
            prose.blocks.append(one)
            prose.sources.append(source)
            prose.said.append(says(one))
            prose.gaps.append("\n" * max(1, first - end + 1) if prose.blocks[1:] else "")
            end = last
    return prose


class _Reader:
    """Turns markdown-it's nodes into those of an editor."""

    def __init__(
        self, lines: list[str], language: str, environment: dict[str, Any], passages: Sequence[int | None]
    ) -> None:
        self.lines = lines
        self.language = language
        self.environment = environment
        self.passages = passages
        self.notes: dict[str, SyntaxTreeNode] = {}
        self.referred: set[str] = set()
        self._open: set[str] = set()
        self._used: set[str] = set()

    def find_notes(self, root: SyntaxTreeNode) -> None:
        """Notes where they are written, and which of them a mark points at."""
        for node in root.walk():
            if node.type == "footnote_reference":
                self.notes[str(node.meta["label"])] = node
            elif node.type == "footnote_ref" and "label" in node.meta:
                self.referred.add(str(node.meta["label"]))

    def top(self, node: SyntaxTreeNode, source: str) -> list[Node]:
        """A block of the text, or its source where the editor has nothing for it."""
        try:
            return cleaned({"type": "doc", "content": self.blocks([node])})
        except ProseError:
            return [{"type": "kept", "attrs": {"source": source}}] if source.strip() else []

    def note_blocks(self, name: str) -> list[Node]:
        """What stands in a note; nothing where it holds a mark that points at itself."""
        if name in self._open or name not in self.notes:
            return []
        self._open.add(name)
        found = self.blocks(self.notes[name].children)
        self._open.discard(name)
        return found

    def blocks(self, nodes: Sequence[SyntaxTreeNode]) -> list[Node]:
        """Blocks in their order. Raises ProseError for one that the editor has nothing for."""
        found = []
        for node in nodes:
            if node.type == "footnote_reference":
                continue
            read = _BLOCKS.get(node.type)
            if read is None:
                raise ProseError(node.type)
            found.append(read(self, node))
        return found

    def _paragraph(self, node: SyntaxTreeNode) -> Node:
        return {"type": "paragraph", "content": self._inside(node)}

    def _caption(self, node: SyntaxTreeNode) -> Node:
        """A caption with the words by which it is one: they are changed as its own."""
        first, last = node.map or (0, 0)
        words = "\n".join(line.strip() for line in self.lines[first:last])
        before = self.environment["cited"]
        self.environment["cited"] = self._cited_before(node)
        found = [
            self._inline(one, []) for one in raw_inline(words, language=self.language, environment=self.environment)
        ]
        self.environment["cited"] = before
        return {"type": "paragraph", "content": [one for nodes in found for one in nodes]}

    def _cited_before(self, node: SyntaxTreeNode) -> int:
        firsts = [one.meta["first"] for one in node.walk() if one.type == "citation"]
        return min(firsts, default=10**6) - 1

    def _heading(self, node: SyntaxTreeNode) -> Node:
        return {"type": "heading", "attrs": {"level": int(node.tag[1:])}, "content": self._inside(node)}

    def _quotation(self, node: SyntaxTreeNode) -> Node:
        return {"type": "blockquote", "content": self.blocks(node.children)}

    def _list(self, node: SyntaxTreeNode) -> Node:
        items = [{"type": "listItem", "content": self.blocks(item.children)} for item in node.children]
        paragraphs = [one for item in node.children for one in item.children if one.type == "paragraph"]
        attrs: dict[str, Any] = {"tight": all(one.hidden for one in paragraphs)}
        if node.type == "bullet_list":
            return {"type": "bulletList", "attrs": attrs, "content": items}
        return {
            "type": "orderedList", "attrs": {**attrs, "start": int(node.attrs.get("start", 1))}, "content": items
        }  # fmt: skip

    def _code(self, node: SyntaxTreeNode) -> Node:
        words = node.content.rstrip("\n")
        return {"type": "codeBlock", "attrs": {"language": node.info.strip()}, "content": [text_of(words)]}

    def _rule(self, node: SyntaxTreeNode) -> Node:
        return {"type": "kept", "attrs": {"source": "---"}}

    def _formula(self, node: SyntaxTreeNode) -> Node:
        label = f" {{#{node.meta['label']}}}" if node.meta["label"] else ""
        return {"type": "kept", "attrs": {"source": f"$$\n{node.content}\n$${label}"}}

    def _table(self, node: SyntaxTreeNode) -> Node:
        rows = [row for part in node.children for row in part.children]
        return {"type": "table", "content": [self._row(row) for row in rows]}

    def _row(self, row: SyntaxTreeNode) -> Node:
        cells = []
        for cell in row.children:
            side = _ALIGNED.match(str(cell.attrs.get("style", "")))
            cells.append({
                "type": "tableHeader" if cell.type == "th" else "tableCell",
                "attrs": {"align": side[1] if side else None},
                "content": [{"type": "paragraph", "content": self._inside(cell)}],
            })  # fmt: skip
        return {"type": "tableRow", "content": cells}

    def _inside(self, node: SyntaxTreeNode) -> list[Node]:
        return [found for inline in node.children for child in inline.children for found in self._inline(child, [])]

    def _inline(self, node: SyntaxTreeNode, marks: list[Node]) -> list[Node]:
        kind = node.type
        if kind == "text":
            return [text_of(node.content, marks)]
        if kind == "text_special":
            # Escaped, a straight quotation mark is printed as it is.
            is_quote = node.content in ("'", '"')
            return [_kept(f"\\{node.content}", marks) if is_quote else text_of(node.content, marks)]
        if kind in _MARKS:
            return self._marked(node, [*marks, {"type": _MARKS[kind]}])
        if kind == "softbreak":
            return [text_of(" ", marks)]
        if kind == "hardbreak":
            return [{"type": "hardBreak"}]
        if kind == "code_inline":
            return [text_of(node.content, [*marks, {"type": "code"}])]
        if kind == "image":
            return [text_of(node.content, marks)]
        if kind == "link":
            return self._link(node, marks)
        if kind == "citation":
            return [self._citation(node, marks)]
        if kind == "footnote_ref":
            return self._note(node)
        if kind == "formula":
            sign = "$$" if node.meta["is_display"] else "$"
            return [_kept(f"{sign}{node.content}{sign}", marks)]
        raise ProseError(kind)

    def _marked(self, node: SyntaxTreeNode, marks: list[Node]) -> list[Node]:
        return [found for child in node.children for found in self._inline(child, marks)]

    def _link(self, node: SyntaxTreeNode, marks: list[Node]) -> list[Node]:
        href = str(node.attrs.get("href", ""))
        if href.startswith(LABELS):
            if node.children:
                raise ProseError("words of a reference")
            return [_kept(f"[]({href})", marks)]
        return self._marked(node, [*marks, {"type": "link", "attrs": {"href": href}}])

    def _citation(self, node: SyntaxTreeNode, marks: list[Node]) -> Node:
        items = [
            {
                "key": one.key,
                "prefix": one.prefix,
                "suffix": one.said,
                "hides": one.hides_author,
                "passage": self.passages[number] if number < len(self.passages) else None,
            }
            for number, one in enumerate(node.meta["items"], start=node.meta["first"] - 1)
        ]
        return {"type": "citation", "attrs": {"items": items}, "marks": marks}

    def _note(self, node: SyntaxTreeNode) -> list[Node]:
        name = node.meta.get("label")
        if name is None:
            inline = self.environment["footnotes"]["list"][node.meta["id"]]["tokens"]
            words = [one for child in SyntaxTreeNode(inline).children for one in self._inline(child, [])]
            blocks: list[Node] = [{"type": "paragraph", "content": words}]
            name = f"note-{node.meta['id'] + 1}"
        elif name in self._used:  # a note is printed once
            return []
        else:
            blocks = self.note_blocks(str(name))
            if not self._open:
                self._used.add(str(name))
        return [{"type": "note", "attrs": {"name": str(name), "blocks": blocks}}]


def _kept(source: str, marks: list[Node]) -> Node:
    return {"type": "keptInline", "attrs": {"source": source}, "marks": marks}


_BLOCKS: Final[dict[str, Callable[[_Reader, SyntaxTreeNode], Node]]] = {
    "paragraph": _Reader._paragraph,
    "caption": _Reader._caption,
    "heading": _Reader._heading,
    "blockquote": _Reader._quotation,
    "bullet_list": _Reader._list,
    "ordered_list": _Reader._list,
    "fence": _Reader._code,
    "code_block": _Reader._code,
    "hr": _Reader._rule,
    "formula_block": _Reader._formula,
    "table": _Reader._table,
}
