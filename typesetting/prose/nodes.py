"""The tree of an editor, made clean: which nodes there are, what stands in which, and what each may say."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from tesigo.platform.plain_text import LINE_ENDS, without_unseen
from typesetting.citation_syntax import read_group
from typesetting.prose.runs import attrs_of, cited, marked, marks_of, merged, one_line, trimmed
from typesetting.prose.tree import Node, ProseError, group_of, text_of

#: Characters of all texts and attributes together; nodes; and how deep they stand in each other.
MOST_CHARACTERS: Final = 400_000
_MOST_NODES: Final = 60_000
_DEEPEST: Final = 16
#: Cells of a table when all of its rows are as wide as the widest.
_MOST_CELLS: Final = 10_000
_NAME: Final = re.compile(r"[^\s\[\]^]{1,60}")
_INFO: Final = re.compile(r"[^\s`~]{0,40}")
#: Blocks whose content is running text.
_LINES: Final = ("paragraph", "heading")


def cleaned(doc: object) -> list[Node]:
    """The blocks of a document as an editor sends it, with what it may say and nothing else. Raises ProseError."""
    if not isinstance(doc, dict) or doc.get("type") != "doc":
        raise ProseError("no document")
    return _Cleaner().blocks(doc.get("content"), 0)


class _Cleaner:
    """Goes through a tree once and counts what it meets."""

    def __init__(self) -> None:
        self.characters = self.nodes = 0

    def blocks(self, content: object, depth: int) -> list[Node]:
        """The blocks of a list; what is empty is left out."""
        found = []
        for node in self._children(content, depth):
            kind = node.get("type")
            clean = _BLOCKS.get(kind) if isinstance(kind, str) else None
            if clean is None:
                raise ProseError(f"{kind!r} is no block")
            made = clean(self, node, depth + 1)
            if made is not None:
                found.append(made)
        return found

    def _children(self, content: object, depth: int) -> list[Mapping[str, Any]]:
        if content is None:
            return []
        if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
            raise ProseError("no list of nodes")
        if depth > _DEEPEST:
            raise ProseError("too deep")
        self._add(len(content))
        return content

    def _add(self, count: int) -> None:
        self.nodes += count
        if self.nodes > _MOST_NODES:
            raise ProseError("too many nodes")

    def _count(self, words: str) -> str:
        self.characters += len(words)
        if self.characters > MOST_CHARACTERS:
            raise ProseError("too long")
        return words

    def line(self, node: Mapping[str, Any], depth: int) -> Node | None:
        """A paragraph or a heading."""
        content = self._inline(node.get("content"), depth, breaks=node["type"] == "paragraph")
        if not content:
            return None
        if node["type"] == "paragraph":
            return {"type": "paragraph", "content": content}
        level = attrs_of(node).get("level")
        if not isinstance(level, int) or not 1 <= level <= 6:
            raise ProseError("no level of a heading")
        return {"type": "heading", "attrs": {"level": level}, "content": content}

    def quotation(self, node: Mapping[str, Any], depth: int) -> Node | None:
        """A quotation set apart."""
        content = self.blocks(node.get("content"), depth)
        return {"type": "blockquote", "content": content} if content else None

    def items(self, node: Mapping[str, Any], depth: int) -> Node | None:
        """A list; it stands close where nothing but lists follows the first paragraph of its items."""
        items = []
        for item in self._children(node.get("content"), depth):
            if item.get("type") != "listItem":
                raise ProseError("no item of a list")
            if content := self.blocks(item.get("content"), depth + 1):
                items.append({"type": "listItem", "content": content})
        if not items:
            return None
        said = attrs_of(node)
        attrs: dict[str, Any] = {"tight": said.get("tight") is not False and all(map(_is_tight, items))}
        if node["type"] == "orderedList":
            start = said.get("start")
            attrs["start"] = start if isinstance(start, int) and 0 <= start < 10**9 else 1
        return {"type": node["type"], "attrs": attrs, "content": items}

    def code(self, node: Mapping[str, Any], depth: int) -> Node | None:
        """A block of code, whose lines are kept."""
        words = "".join(str(one.get("text", "")) for one in self._children(node.get("content"), depth))
        words = self._count(without_unseen(LINE_ENDS.sub("\n", words))).rstrip("\n")
        language = str(attrs_of(node).get("language") or "")
        if not words.strip():
            return None
        attrs = {"language": language if _INFO.fullmatch(language) else ""}
        return {"type": "codeBlock", "attrs": attrs, "content": [text_of(words)]}

    def table(self, node: Mapping[str, Any], depth: int) -> Node | None:
        """A table of rows of equal width, whose first one is its head."""
        rows = [self._row(row, depth) for row in self._children(node.get("content"), depth)]
        rows = [row for row in rows if row]
        width = max(map(len, rows), default=0)
        if width * len(rows) > _MOST_CELLS:
            raise ProseError("too large a table")
        self._add(width * len(rows) - sum(map(len, rows)))
        if not width or not any(cell["content"][0].get("content") for row in rows for cell in row):
            return None
        sides = [attrs_of(cell).get("align") for cell in rows[0]]
        sides += [None] * (width - len(sides))
        made = []
        for number, row in enumerate(rows):
            row += [_cell([]) for _missing in range(width - len(row))]
            kind = "tableCell" if number else "tableHeader"
            cells = [{**cell, "type": kind, "attrs": {"align": side}} for cell, side in zip(row, sides, strict=True)]
            made.append({"type": "tableRow", "content": cells})
        return {"type": "table", "content": made}

    def _row(self, row: Mapping[str, Any], depth: int) -> list[Node]:
        if row.get("type") != "tableRow":
            raise ProseError("no row of a table")
        cells = []
        for cell in self._children(row.get("content"), depth):
            if cell.get("type") not in ("tableCell", "tableHeader"):
                raise ProseError("no cell of a table")
            words: list[Node] = []
            for block in self._children(cell.get("content"), depth):
                if block.get("type") not in _LINES:
                    raise ProseError("more than a line in a cell")
                more = self._inline(block.get("content"), depth, breaks=False)
                words += [text_of(" "), *more] if words and more else more
            side = attrs_of(cell).get("align")
            wide = attrs_of(cell).get("colspan")
            cells.append(_cell(merged(words), side if side in ("left", "center", "right") else None))
            # Joined cells cannot be written: their words stand in the first.
            more_cells = max(min(wide, 40) - 1, 0) if isinstance(wide, int) else 0
            self._add(more_cells)
            cells += [_cell([]) for _more in range(more_cells)]
        return cells

    def kept(self, node: Mapping[str, Any], depth: int) -> Node | None:
        """What is shown as its source."""
        source = attrs_of(node).get("source")
        if not isinstance(source, str):
            raise ProseError("nothing is kept")
        source = self._count(without_unseen(LINE_ENDS.sub("\n", source))).strip("\n")
        return {"type": "kept", "attrs": {"source": source}} if source.strip() else None

    def _inline(self, content: object, depth: int, *, breaks: bool) -> list[Node]:
        found: list[Node] = []
        for node in self._children(content, depth):
            kind = node.get("type")
            if kind == "text":
                words = self._count(one_line(node.get("text"), MOST_CHARACTERS + 1))
                found.append(text_of(re.sub(r"[ \t]+", " ", words), marks_of(node)))
            elif kind == "hardBreak":
                found.append({"type": "hardBreak"} if breaks else text_of(" "))
            elif kind == "citation":
                found.append(self._citation(node))
            elif kind == "note":
                found += self._note(node, depth)
            elif kind == "keptInline":
                source = self._count(one_line(attrs_of(node).get("source"), 4_000)).strip()
                found += [{"type": "keptInline", "attrs": {"source": source}, **marked(node)}] if source else []
            else:
                raise ProseError(f"{kind!r} does not stand in a line")
        return trimmed(merged(found))

    def _citation(self, node: Mapping[str, Any]) -> Node:
        items = [cited(item) for item in self._children(attrs_of(node).get("items"), 0)]
        made: Node = {"type": "citation", "attrs": {"items": items}}
        group = self._count(group_of(made))
        if not items or "[" in group[1:-1] or "]" in group[1:-1] or len(group) > 1_000:
            raise ProseError("no citation")
        read = read_group(group[1:-1])
        if read is None or [one.key for one in read] != [item["key"] for item in items]:
            raise ProseError("no citation")
        return {**made, **marked(node)}

    def _note(self, node: Mapping[str, Any], depth: int) -> list[Node]:
        name = attrs_of(node).get("name")
        blocks = self.blocks(attrs_of(node).get("blocks"), depth + 1)
        attrs = {"name": name if isinstance(name, str) and _NAME.fullmatch(name) else "", "blocks": blocks}
        return [{"type": "note", "attrs": attrs}] if blocks else []


def _cell(words: list[Node], side: str | None = None) -> Node:
    paragraph: Node = {"type": "paragraph", **({"content": words} if words else {})}
    return {"type": "tableCell", "attrs": {"align": side}, "content": [paragraph]}


def _is_tight(item: Node) -> bool:
    first, *others = item["content"]
    return first["type"] == "paragraph" and all(
        one["type"] == "bulletList" or (one["type"] == "orderedList" and one["attrs"]["start"] == 1) for one in others
    )


_BLOCKS: Final[dict[str, Callable[[_Cleaner, Mapping[str, Any], int], Node | None]]] = {
    "paragraph": _Cleaner.line,
    "heading": _Cleaner.line,
    "blockquote": _Cleaner.quotation,
    "bulletList": _Cleaner.items,
    "orderedList": _Cleaner.items,
    "codeBlock": _Cleaner.code,
    "table": _Cleaner.table,
    "kept": _Cleaner.kept,
}
