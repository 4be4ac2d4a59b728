"""Formulas in Markdown: ``$E = mc^2$`` in a line, ``$$ … $$`` on lines of their own (TeX, R-17).

Strict, so that money is never a formula: nothing stands close before the first mark or behind the last one, no blank
inside them, and a number with words behind it is an amount.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_MOST_CHARACTERS: Final = 2_000
_MOST_LINES: Final = 40
_IN_LINE: Final = re.compile(r"(\$\$?)((?:[^$\\]|\\.){1,2000}?)\1(?![\w$])", re.S)
_BLOCK_END: Final = re.compile(r"\$\$[ \t]*(?:\{#(?P<label>eq-[\w-]{1,60})\})?[.,;]?[ \t]*\Z")
#: What is no prose: commands, and words that TeX is told to set upright.
_COMMANDS: Final = re.compile(
    r"\\(?:text|mathrm|operatorname|mathit|textit|textrm)\s*\{[^{}]*\}|\\[A-Za-z]+|[_^]\{[^{}]*\}"
)
_AMOUNT: Final = re.compile(r"\s*\d[\d.,]*(?![\d.,])")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_LABELS: Final = re.compile(r"\\(?:label|tag\*?)\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")


def without_labels(tex: str) -> str:
    """TeX without labels and numbers of its own: ours are set by the typesetter."""
    return _LABELS.sub("", tex).strip()


def _is_money(tex: str) -> bool:
    return bool(_AMOUNT.match(tex) and _WORD.search(_COMMANDS.sub(" ", tex)))


def _in_line(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "$":
        return False
    before = state.src[start - 1] if start else " "
    match = _IN_LINE.match(state.src, start, state.posMax)
    if match is None or before.isalnum() or before == "$":
        return False
    is_display = match[1] == "$$"
    if not is_display and (match[2] != match[2].strip() or _is_money(match[2])):
        return False
    if not without_labels(match[2]):
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = without_labels(match[2])
        token.meta = {"is_display": is_display}
    state.pos = match.end()
    return True


def _on_lines(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    begin = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not state.src.startswith("$$", begin):
        return False
    lines: list[str] = []
    for number in range(first, min(last, first + _MOST_LINES)):
        line = state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]
        line = line.removeprefix("$$") if number == first else line
        at = line.find("$$")
        if at < 0 and (line.strip() or number == first) and state.sCount[number] >= state.blkIndent:
            lines.append(line)
            continue
        end = _BLOCK_END.match(line, at) if at >= 0 else None
        tex = without_labels("\n".join([*lines, line[: max(0, at)]]))
        if end is None or not tex or len(tex) > _MOST_CHARACTERS:
            return False
        if not silent:
            token = state.push("formula_block", "", 0)
            token.content, token.meta = tex, {"label": end["label"] or ""}
            token.map = [first, number + 1]
            state.line = number + 1
        return True
    return False


def formula_plugin(parser: MarkdownIt) -> None:
    """Teaches a parser formulas: tokens ``formula`` with ``meta["is_display"]``, ``formula_block`` with a label."""
    parser.inline.ruler.before("escape", "formula", _in_line)
    parser.block.ruler.before(
        "fence", "formula_block", _on_lines, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
