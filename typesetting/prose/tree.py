"""The tree of an editor as our code sees it: its nodes, what they say, and citations as Markdown."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from typesetting.errors import ExportError

Node = dict[str, Any]

#: Marks in the order in which they are written, the outermost first. In code there is nothing else.
MARKS: Final = ("link", "bold", "italic", "strike", "code")
LISTS: Final = ("bulletList", "orderedList")
_BETWEEN_GROUPS: Final = re.compile(r"\](?:\s|\ufffc)*\[(?=[^\[\]]*@)")


class ProseError(ExportError):
    """What was sent is no tree of an editor; the message is for programmers."""


def identity(node: object) -> str:
    """What a node says, as a word: two with the same one print the same. Which passage it rests on is left out."""
    return json.dumps(_without_passages(node), sort_keys=True, ensure_ascii=False)


def says(blocks: object) -> str:
    """The words of a tree without white space and marks, its citations and notes in their places."""
    pieces: list[str] = []
    for node in walk(blocks):
        kind = node["type"]
        if kind == "text":
            pieces.append(node["text"])
        elif kind == "citation":
            pieces.append(group_of(node))
        elif kind in ("kept", "keptInline"):
            pieces.append(node["attrs"]["source"])
        elif kind == "note":
            pieces.append("^(" + says(node["attrs"]["blocks"]) + ")")
        elif kind in ("codeBlock", "listItem", "tableRow"):
            pieces.append("\ufffc")
    return "".join(_BETWEEN_GROUPS.sub(";", "".join(pieces)).replace("\ufffc", "").split())


def walk(blocks: object) -> Iterator[Node]:
    """Every node in the order of the text; the blocks of a note are not gone into."""
    pending = [blocks]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += reversed(node)
        elif isinstance(node, dict):
            yield node
            pending.append(node.get("content", []))


def group_of(citation: Node) -> str:
    """A citation as Markdown: ``[see @smith2020, p. 4; -@doe]``."""
    return "[" + "; ".join(map(_item, citation["attrs"]["items"])) + "]"


def text_of(words: str, marks: list[Node] | None = None) -> Node:
    """Running text."""
    return {"type": "text", "text": words, **({"marks": marks} if marks else {})}


def _item(item: Mapping[str, Any]) -> str:
    said = item["suffix"]
    behind = said if not said or said.startswith(",") else f" {said}"
    return f"{item['prefix']} ".lstrip() + ("-" if item["hides"] else "") + f"@{item['key']}{behind}"


def _without_passages(node: object) -> object:
    if isinstance(node, dict):
        return {name: _without_passages(value) for name, value in node.items() if name != "passage"}
    return [_without_passages(one) for one in node] if isinstance(node, list) else node
