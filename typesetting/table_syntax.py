"""Captions of tables in Markdown: ``Table: words {#tbl-name}`` behind or before it, ``Source: words`` behind (R-17).

Either may begin with the document's own word, and with a number, which is not taken: tables are numbered as they come.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as table_rule
from markdown_it.rules_block.table import escapedSplit, getLine

_LABEL: Final = re.compile(r"[ \t]*\{#(tbl-[\w-]{1,60})\}[ \t]*\Z")
#: "Table: …", "Table 1: …" or "Table 1. …"; "Table. …" begins a sentence.
_BEGINNING: Final = re.compile(r"(?P<word>[^\W\d_]+)(?:[ \u00a0]\d[\d.]{0,8}[ \u00a0]?[:.]|[ \u00a0]?:)[ \t\u00a0]")
_MOST_LINES: Final = 20
#: Cells beyond that many stand in the last one.
_MOST_COLUMNS: Final = 40


def table_plugin(parser: MarkdownIt, *, table: str, source: str) -> None:
    """Teaches a parser tokens ``caption`` with ``meta``: ``kind`` (``caption`` or ``source``), ``label`` and where."""
    kinds = {"Table": "caption", table: "caption", "Source": "source", source: "source"}

    def rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
        begin = state.bMarks[first] + state.tShift[first]
        match = _beginning(state, first)
        kind = kinds.get(match["word"]) if match else None
        if match is None or kind is None or state.is_code_block(first):
            return False
        if silent:  # the line ends a table that stands right above
            return True
        end = first + 1
        while end < min(last, first + _MOST_LINES) and not state.isEmpty(end) and not _begins_table(state, end):
            if (beginning := _beginning(state, end)) and beginning["word"] in kinds:
                break
            end += 1
        taken = _taken(state)
        is_behind = taken is not None and kind not in taken
        if not is_behind and not (kind == "caption" and _stands_before_table(state, end, last)):
            return False
        words = state.getLines(first, end, state.blkIndent, False).strip()[match.end() - begin :]
        label = _LABEL.search(words)
        token = state.push("caption_open", "caption", 1)
        token.meta = {
            "kind": kind,
            "label": label[1] if label else "",
            "is_behind": is_behind,
        }
        token.map = [first, end]
        inline = state.push("inline", "", 0)
        inline.content, inline.children, inline.map = words[: label.start()] if label else words, [], [first, end]
        state.push("caption_close", "caption", -1)
        state.line = end
        return True

    parser.block.ruler.at("table", _whole_table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.before("table", "caption", rule, {"alt": ["blockquote"]})


def _whole_table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The parser's own rule, which drops cells beyond the head's columns: here they are kept."""
    before = len(state.tokens)
    if not table_rule(state, first, last, silent):
        return False
    tokens, state.tokens[before:] = state.tokens[before:], []
    cells: list[str] = []
    for token in tokens:
        if token.type == "tr_open":
            cells = _cells(getLine(state, token.map[0])) if token.map else []
        elif token.type in ("th_open", "td_open") and cells:
            cells.pop(0)
        elif token.type == "tr_close":
            _push_cells(state, cells)
        state.tokens.append(token)
    return True


def _cells(line: str) -> list[str]:
    """The cells of a row, as the parser parts them."""
    cells = escapedSplit(line.strip())
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    if len(cells) > _MOST_COLUMNS:
        cells[_MOST_COLUMNS - 1 :] = [" ".join(cells[_MOST_COLUMNS - 1 :])]
    return cells


def _push_cells(state: StateBlock, cells: list[str]) -> None:
    for cell in cells:
        state.push("td_open", "td", 1)
        inline = state.push("inline", "", 0)
        inline.content, inline.children = cell.strip(), []
        state.push("td_close", "td", -1)


def _taken(state: StateBlock) -> set[str] | None:
    """Kinds of captions that the table right above has; nothing where there is no table. A caption is three tokens."""
    tokens, at = state.tokens, len(state.tokens) - 1
    taken: set[str] = set()
    while at >= 2 and tokens[at].type == "caption_close" and tokens[at - 2].meta["is_behind"]:
        taken.add(tokens[at - 2].meta["kind"])
        at -= 3
    if at < 0 or tokens[at].type != "table_close":
        return None
    while tokens[at].type != "table_open":
        at -= 1
    if at >= 3 and tokens[at - 1].type == "caption_close" and not tokens[at - 3].meta["is_behind"]:
        taken.add(tokens[at - 3].meta["kind"])
    return taken


def _beginning(state: StateBlock, line: int) -> re.Match[str] | None:
    return _BEGINNING.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])


def _begins_table(state: StateBlock, line: int) -> bool:
    return state.src.startswith("|", state.bMarks[line] + state.tShift[line])


def _stands_before_table(state: StateBlock, line: int, last: int) -> bool:
    while line < last and state.isEmpty(line):
        line += 1
    # What only looks like a table would leave a caption that nothing prints.
    return line < last and _begins_table(state, line) and table_rule(state, line, last, True)
