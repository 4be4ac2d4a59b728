"""Running text of an editor → Markdown: escapes, and marks that begin and end at word characters.

Emphasis with punctuation or a blank at its edge is none in CommonMark beside a letter: what no word begins or ends
stands outside of it.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from typesetting.citation_syntax import read_group
from typesetting.prose.tree import Node, group_of, text_of

_DELIMITERS: Final = {"bold": "**", "italic": "*", "strike": "~~"}
_TICKS: Final = re.compile(r"`+")
_PUNCTUATION: Final = re.compile(
    r"([!#-&(-/:-@\[-`{-~])"
)  # a straight quotation mark is another one when it is escaped
_GROUP: Final = re.compile(r"\[([^\[\]]{0,1000}?@[^\[\]]{0,1000})\](?!\()")
_BRACKETS: Final = re.compile(r"\[[^\[\]^@\n]*\](?![(:])")
_ENTITY: Final = re.compile(r"&#?\w{1,40};")
_FIRST: Final = re.compile(r"(?:#{1,6}(?:\s|\Z)|>|[-+](?:\s|\Z)|[-+=|:]+\s*\Z|\|)")
_LATER: Final = re.compile(r"[#>|=+:-]")
_NUMBERED: Final = re.compile(r"(\d{1,9})([.)])(?=\s|\Z)")
#: A text, what is written as it stands, or the end of a line.
_Token = tuple[str, str]
_TEXT, _RAW, _BREAK, _CAREFUL = "text", "raw", "break", "careful"


def line(nodes: Sequence[Node], *, is_heading: bool = False) -> str:
    """Running text; that of a heading or a cell stands on one line."""
    tokens = _merged(_by_link(nodes))
    has_formula = sum(words.count("$") for kind, words in tokens if kind == _TEXT) > 1 or any(
        "$" in words for kind, words in tokens if kind == _RAW
    )
    pieces: list[str] = []
    starts = True
    is_later = False
    for number, (kind, words) in enumerate(tokens):
        if kind == _BREAK:
            pieces.append("\\\n")
            starts = is_later = True
            continue
        before = tokens[number - 1] if number else (_BREAK, "")
        after = tokens[number + 1] if number + 1 < len(tokens) else (_BREAK, "")
        if kind == _CAREFUL:
            words = _PUNCTUATION.sub(r"\\\1", words)
            pieces.append(_begun(words, True) if starts else words)
        elif kind == _TEXT:
            words = _escaped(words, before, after, has_formula)
            pieces.append(_begun(words, is_later) if starts else words)
        else:
            pieces.append(words)
        starts = False
    text = "".join(pieces)
    # Signs at the end of a heading are read as its closing.
    return re.sub(r"(?<=\s)(#+)\Z", r"\\\1", text) if is_heading else text


def _by_link(nodes: Sequence[Node]) -> list[_Token]:
    tokens: list[_Token] = []
    for href, group in groupby(nodes, key=_href):
        found = list(group)
        if href is None:
            tokens += _marked(found, tuple(_DELIMITERS))
        else:
            inside = line([_unmarked(node, "link") for node in found])
            address = href if re.fullmatch(r"[^\s()<>\\]+", href) else "<" + re.sub(r"([<>\\])", r"\\\1", href) + ">"
            tokens.append((_RAW, f"[{inside}]({address})"))
    return tokens


def _marked(nodes: list[Node], marks: tuple[str, ...]) -> list[_Token]:
    """Tokens of nodes with the marks named, the outermost first."""
    if not marks:
        return [_token(node) for node in nodes]
    mark, *others = marks
    tokens: list[_Token] = []
    for is_marked, group in groupby(nodes, key=lambda node: _has(node, mark)):
        found = [_unmarked(node, mark) for node in group]
        if not is_marked:
            tokens += _marked(found, tuple(others))
            continue
        before, inside, behind = _from_word_to_word(found)
        sign = [(_RAW, _DELIMITERS[mark])] if inside else []
        for some, edge in ((before, []), (inside, sign), (behind, [])):
            tokens += [*edge, *_marked(some, tuple(others)), *edge]
    return tokens


def _from_word_to_word(nodes: list[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    """What stands before the first word character, what is between it and the last, and what stands behind."""
    before: list[Node] = []
    behind: list[Node] = []
    inside = list(nodes)
    while inside and not _is_code(inside[0]):
        words = inside[0].get("text", "")
        first = next((at for at, sign in enumerate(words) if _is_of_word(sign)), None)
        if first is None:
            before.append(inside.pop(0))
            continue
        if first:
            before.append(text_of(words[:first], inside[0].get("marks")))
            inside[0] = text_of(words[first:], inside[0].get("marks"))
        break
    while inside and not _is_code(inside[-1]):
        words = inside[-1].get("text", "")
        last = next((at for at in range(len(words), 0, -1) if _is_of_word(words[at - 1])), None)
        if last is None:
            behind.insert(0, inside.pop())
            continue
        if last < len(words):
            behind.insert(0, text_of(words[last:], inside[-1].get("marks")))
            inside[-1] = text_of(words[:last], inside[-1].get("marks"))
        break
    return before, inside, behind


def _token(node: Node) -> _Token:
    kind = node["type"]
    if kind == "text":
        if _is_code(node):
            return _RAW, _code(node["text"])
        return (_CAREFUL if node.get("careful") else _TEXT), node["text"]
    if kind == "hardBreak":
        return _BREAK, ""
    if kind == "citation":
        return _RAW, group_of(node)
    if kind == "note":
        return _RAW, f"[^{node['attrs']['name']}]"
    return _RAW, node["attrs"]["source"]


def _code(words: str) -> str:
    ticks = "`" * (max((len(found) for found in _TICKS.findall(words)), default=0) + 1)
    room = " " if words.startswith(("`", " ")) or words.endswith(("`", " ")) else ""
    return f"{ticks}{room}{words}{room}{ticks}"


def _merged(tokens: list[_Token]) -> list[_Token]:
    found: list[_Token] = []
    for kind, words in tokens:
        if found and kind in (_TEXT, _CAREFUL) and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1] + words)
        elif kind == _BREAK or words:
            found.append((kind, words))
    return found


def _escaped(words: str, before: _Token, after: _Token, has_formula: bool) -> str:
    """Text as Markdown. A citation that somebody typed is one."""
    found: list[str] = []
    at = 0
    while at < len(words):
        sign, left, right = words[at], words[at - 1 : at], words[at + 1 : at + 2]
        if sign == "[" and (group := _typed_group(words, at)):
            found.append(group)
            at += len(group)
            continue
        if sign == "[" and left not in ("^", "!") and (whole := _BRACKETS.match(words, at)):
            found.append("[" + _escaped(whole[0][1:-1], (_TEXT, ""), (_TEXT, ""), has_formula) + "]")
            at = whole.end()
            continue
        is_last, is_first = at + 1 == len(words), at == 0
        is_escaped = (
            sign in "\\`*[]"
            or (sign == "_" and not (left.isalnum() and right.isalnum()))
            or (sign == "~" and "~" in (left, right))
            or (sign == "~" and ((is_first and before[0] == _RAW) or (is_last and after[0] == _RAW)))
            or (sign == "$" and has_formula)
            or (sign == "<" and (right.isalpha() or right in ("/", "!", "?")))
            or (sign == "&" and _ENTITY.match(words, at) is not None)
            or (sign in "!^" and (right == "[" or (is_last and after[0] == _RAW)))
            or (sign in "(:" and is_first and before[0] == _RAW)
        )
        found.append(f"\\{sign}" if is_escaped else sign)
        at += 1
    return "".join(found)


def _typed_group(words: str, at: int) -> str:
    match = _GROUP.match(words, at)
    return match[0] if match and read_group(match[1]) and words[at - 1 : at] not in ("^", "!", "\\") else ""


def _begun(words: str, is_later: bool) -> str:
    """Text at the beginning of a line, where signs would make a heading, a list, a quotation or a table of it."""
    if (_LATER if is_later else _FIRST).match(words):
        return f"\\{words}"
    return _NUMBERED.sub(r"\1\\\2", words, count=1) if _NUMBERED.match(words) else words


def _is_of_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "PSZC"


def _has(node: Node, mark: str) -> bool:
    return any(one["type"] == mark for one in node.get("marks", ()))


def _is_code(node: Node) -> bool:
    return node["type"] == "text" and _has(node, "code")


def _href(node: Node) -> str | None:
    return next((one["attrs"]["href"] for one in node.get("marks", ()) if one["type"] == "link"), None)


def _unmarked(node: Node, mark: str) -> Node:
    left = [one for one in node.get("marks", ()) if one["type"] != mark]
    bare = {name: value for name, value in node.items() if name != "marks"}
    return {**bare, "marks": left} if left else bare
