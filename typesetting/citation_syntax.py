"""Citations in Markdown: ``[see @smith2020, p. 4; -@doe]`` (pandoc's syntax, in brackets only).

Pandoc's own Markdown readers are not used: one takes minutes on hostile brackets, the safe one knows no citations.
"""

import re
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_GROUP: Final = re.compile(r"\[(?P<inside>[^\[\]]{0,1000}?@[^\[\]]{0,1000})\]")
_ITEM: Final = re.compile(
    r"(?P<prefix>(?:[^@]*\s)?)(?P<hidden>-?)@(?P<key>[A-Za-z0-9_][\w:.#$%&+?<>~/-]*?)(?P<suffix>(?:[\s,]|\.?\Z).*)?",
    re.S,
)
_BLANK: Final = re.compile(r"\s*(?=\[)")
# Labels of a page in the languages that we write in. What follows is one page, a range or a list, arabic or roman.
_PAGES: Final = re.compile(
    r"\s*,?\s*(?:pp?|pgs?|pages?|[Ss]|SS|Seiten?|págs?|pags?|pagg|str|strony|strana)\b\.?\s*(?P<pages>[\w.–—-]+(?:\s*,\s*\d[\w–-]*)*)\s*\Z"
)


@dataclass(frozen=True)
class CitedItem:
    """One source in a citation. ``pages`` is the page named, else ``suffix`` holds whatever follows the key.

    ``said`` is what follows it in either case, as it was written.
    """

    key: str
    prefix: str
    pages: str
    suffix: str
    hides_author: bool
    said: str = ""


def read_group(inside: str) -> list[CitedItem] | None:
    """The sources cited between two brackets; nothing where the text is no citation."""
    items = []
    for part in inside.split(";"):
        match = _ITEM.fullmatch(part.strip())
        if match is None:
            return None
        suffix = (match["suffix"] or "").strip()
        pages = _PAGES.match(suffix)
        items.append(
            CitedItem(
                key=match["key"],
                prefix=match["prefix"].strip(),
                pages=pages["pages"].strip(".") if pages else "",
                suffix="" if pages else suffix,
                hides_author=bool(match["hidden"]),
                said=suffix,
            )
        )
    return items


def _rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    items, end = _read(state, state.pos)
    # Side by side they are one citation: ``1`` and ``2`` would read as source 12, and two notes would have two marks.
    while beside := _BLANK.match(state.src, end, state.posMax):
        more, its_end = _read(state, beside.end()) if items else ([], end)
        if not more:
            break
        items, end = [*items, *more], its_end
    if not items:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.content = state.src[state.pos : end]
        token.meta = {"items": items, "first": state.env.setdefault("cited", 0) + 1}
        state.env["cited"] += len(items)
    state.pos = end
    return True


def _read(state: StateInline, start: int) -> tuple[list[CitedItem], int]:
    """The sources cited in the brackets that begin at a place, and where those end; none where it is no citation."""
    match = _GROUP.match(state.src, start, state.posMax)
    if match is None or state.src[match.end() : match.end() + 1] == "(":
        return [], start
    return read_group(match["inside"]) or [], match.end()


def citation_plugin(parser: MarkdownIt) -> None:
    """Teaches a parser citations: tokens ``citation`` with ``meta["items"]``.

    ``meta["first"]`` numbers the first of them in the order of the source, notes included.
    """
    parser.inline.ruler.before("link", "citation", _rule)
