"""Running text of an editor, made clean: its marks, its citations, white space that nobody sees."""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from tesigo.platform.plain_text import LINE_ENDS, without_unseen
from typesetting.prose.tree import MARKS, Node, ProseError, text_of

_KEY: Final = re.compile(r"[A-Za-z0-9_][\w:.#$%&+?<>~/-]{0,119}")
_ADDRESS: Final = re.compile(r"(?:https?://|mailto:)\S{1,2000}", re.I)


def attrs_of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes of a node or a mark."""
    said = node.get("attrs")
    return said if isinstance(said, dict) else {}


def one_line(value: object, most: int) -> str:
    """Text of one line."""
    if not isinstance(value, str):
        raise ProseError("no text")
    return without_unseen(LINE_ENDS.sub(" ", value).replace("\n", " "))[:most]


def cited(item: Mapping[str, Any]) -> dict[str, Any]:
    """One source of a citation. Raises ProseError."""
    key, passage = item.get("key"), item.get("passage")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise ProseError("no key of a source")
    prefix = " ".join(re.sub(r"[\[\];@]", " ", one_line(item.get("prefix") or "", 1_000)).split())
    suffix = " ".join(re.sub(r"[\[\];]", " ", one_line(item.get("suffix") or "", 1_000)).split())
    return {
        "key": key,
        "prefix": prefix,
        "suffix": suffix,
        "hides": item.get("hides") is True,
        "passage": passage if isinstance(passage, int) and not isinstance(passage, bool) else None,
    }


def marks_of(node: Mapping[str, Any]) -> list[Node]:
    """The marks of a node that there are, in their order."""
    said = node.get("marks")
    found: dict[str, Node] = {}
    for mark in said if isinstance(said, list) else []:
        kind = mark.get("type") if isinstance(mark, dict) else None
        if kind == "link":
            href = attrs_of(mark).get("href")
            if isinstance(href, str) and _ADDRESS.fullmatch(href):
                found["link"] = {"type": "link", "attrs": {"href": without_unseen(href)}}
        elif kind in MARKS:
            found[kind] = {"type": kind}
    return [found[kind] for kind in MARKS if kind in found]


def marked(node: Mapping[str, Any]) -> dict[str, Any]:
    """Marks of what is no text: emphasis goes over it, a link or code does not."""
    marks = [mark for mark in marks_of(node) if mark["type"] not in ("link", "code")]
    return {"marks": marks} if marks else {}


def merged(nodes: list[Node]) -> list[Node]:
    """Texts of the same marks in one, and citations side by side."""
    found: list[Node] = []
    for (is_text, marks), group in groupby(nodes, key=lambda node: (node["type"] == "text", node.get("marks"))):
        if not is_text:
            found += group
        elif words := "".join(node["text"] for node in group):
            found.append(text_of(re.sub(r"[ \t]+", " ", words), marks))
    joined: list[Node] = []
    for node in found:
        if node["type"] == "citation":
            is_gap = len(joined) > 1 and joined[-1]["type"] == "text" and not joined[-1]["text"].strip()
            before = joined[-2] if is_gap else joined[-1] if joined else {}
            if before.get("type") == "citation":
                if is_gap:
                    joined.pop()
                items = [*joined[-1]["attrs"]["items"], *node["attrs"]["items"]]
                joined[-1] = {**joined[-1], "attrs": {"items": items}}
                continue
        joined.append(node)
    return joined


def trimmed(nodes: list[Node]) -> list[Node]:
    """Running text without white space and breaks at its ends and around breaks."""
    lines: list[list[Node]] = [[]]
    for node in nodes:
        if node["type"] == "hardBreak":
            lines.append([])
        else:
            lines[-1].append(node)
    found: list[Node] = []
    for line in lines:
        for end, strip in ((0, str.lstrip), (-1, str.rstrip)):
            while line and line[end]["type"] == "text":
                words = strip(line[end]["text"])
                if words:
                    line[end] = text_of(words, line[end].get("marks"))
                    break
                line.pop(end)
        if line:
            found += [{"type": "hardBreak"}, *line] if found else line
    return found
