"""Pandoc's document elements, as its JSON writes them.

Only what our texts are made of; see the type ``Pandoc`` of the package pandoc-types.
"""

from collections.abc import Callable, Iterator
from typing import Any

Element = dict[str, Any]
Attr = list[Any]

API_VERSION = [1, 23, 1]
NO_ATTR: Attr = ["", [], []]


def attr(identifier: str = "", *classes: str, **values: str) -> Attr:
    """Attributes of an element."""
    return [identifier, list(classes), [[name.replace("_", "-"), value] for name, value in values.items()]]


def element(kind: str, *content: Any) -> Element:
    """An element with no content, one, or several parts."""
    if not content:
        return {"t": kind}
    return {"t": kind, "c": content[0] if len(content) == 1 else list(content)}


def text(words: str) -> list[Element]:
    """Running text as words and spaces. A no-break space stays inside its word."""
    found: list[Element] = []
    for number, word in enumerate(words.replace("\n", " ").split(" ")):
        if number and (not found or found[-1]["t"] != "Space"):
            found.append({"t": "Space"})
        if word:
            found.append({"t": "Str", "c": word})
    return found


def document(blocks: list[Element]) -> Element:
    """A whole document of these blocks."""
    return {"pandoc-api-version": API_VERSION, "meta": {}, "blocks": blocks}


def walk(node: Any) -> Iterator[Element]:
    """Every element below a node, itself first, in the order of the text."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if "t" in node:
                yield node
            pending.extend(reversed(list(node.values())))
        elif isinstance(node, list):
            pending.extend(reversed(node))


def citations(node: Any) -> Iterator[Element]:
    """Every citation below a node, in the order of the text."""
    return (one for one in walk(node) if one["t"] == "Cite")


def change_inlines(node: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """The same tree with ``change`` applied to every list in it, the innermost first."""
    if isinstance(node, dict):
        return {key: change_inlines(value, change) for key, value in node.items()}
    if isinstance(node, list):
        return change([change_inlines(item, change) for item in node])
    return node


def plain(node: Any) -> str:
    """The words of a tree without any marks."""
    return "".join(
        found["c"] if found["t"] == "Str" else found["c"][1] if found["t"] in ("Code", "CodeBlock", "Math") else " "
        for found in walk(node)
        if found["t"] in ("Str", "Space", "SoftBreak", "LineBreak", "Code", "CodeBlock", "Math")
    )
