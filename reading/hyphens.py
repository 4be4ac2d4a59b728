"""Words broken at the end of a line made whole, by the document's own spelling."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from reading.signs import BROKEN_WORD

#: The engine's sign, or a hyphen (U+002D, or U+2010 as browsers set it) at the end of a line.
BREAK: Final = re.compile(rf"{BROKEN_WORD}[ \t]*\n?|[-\u2010]\n")
#: What stands before and after a break. Bounded: a page that is one word of 100,000 letters takes no longer.
_BEFORE: Final = re.compile(r"(?:\w+-){0,4}\w+\Z")
_AFTER: Final = re.compile(rf"(\w+)((?:-\w+){{0,3}}[^\s{BROKEN_WORD}]{{0,20}})[ \t]?")
_WORD_MAX_LETTERS: Final = 60
_WORD: Final = re.compile(r"\w+(?:-\w+)*")
#: "1890–" at a line's end and "1935" on the next.
_RANGE_BREAK: Final = re.compile(r"(?<=\d)–\n(?=\d)")
#: After these a hyphen stands for a word that follows: "Ein- und Ausgabe", "pre- and post-war".
_JOINING: Final = frozenset({"und", "oder", "bzw", "sowie", "and", "oraz"})
#: The same, where the word may also be the end of another one.
_PERHAPS_JOINING: Final = frozenset({"or", "to", "bis", "et", "ou", "y", "e", "o", "i", "lub", "a"})
#: Small words inside of hyphenated ones: "text-to-speech", "state-of-the-art".
_INSIDE: Final = frozenset(
    {"to", "of", "the", "in", "on", "by", "and", "or", "for", "at", "up", "as", "und", "de", "la", "à", "a"}
)

#: Whether a word, in small letters, stands in the document.
Knows = Callable[[str], bool]


def words_of(text: str) -> set[str]:
    """The words of a text in small letters, hyphened ones whole, without the pieces of broken ones."""
    words: set[str] = set()
    pieces = BREAK.split(text)
    for at, piece in enumerate(pieces):
        found = _WORD.findall(piece.casefold())
        start = 1 if at and piece[:1].isalnum() else 0
        end = len(found) - (1 if at < len(pieces) - 1 and piece[-1:].isalnum() else 0)
        words.update(found[start:end])
    return words


def mended(text: str, knows: Knows) -> str:
    """The text with its broken words whole; the line ends behind the word, since its length tells of paragraphs."""
    pieces: list[str] = []
    done = 0
    for match in BREAK.finditer(text):
        start, end = match.span()
        if start < done:
            continue  # broken twice: the second break was taken with the first
        before = _BEFORE.search(text[max(done, start - _WORD_MAX_LETTERS) : start])
        after = _AFTER.match(text[end : end + _WORD_MAX_LETTERS])
        if before is None or after is None or not _is_break(text[start], before.group(), after.group(1)):
            pieces.append(text[done:start] + match.group().replace(BROKEN_WORD, "-"))
            done = end
            continue
        following = text[end + after.end() : end + after.end() + _WORD_MAX_LETTERS]
        word = _joined(before.group(), after.group(1), after.group(2), following, knows)
        pieces.append(f"{text[done : start - len(before.group())]}{word}{after.group(2)}\n")
        done = end + after.end()
    return "".join([*pieces, text[done:]])


def joined_lines(lines: Iterable[str]) -> str:
    """Lines of a title as one, spelled by themselves."""
    text = _RANGE_BREAK.sub("–", "\n".join(line.strip() for line in lines))
    known = words_of(text)
    return " ".join(mended(text, known.__contains__).split())


def _is_break(sign: str, left: str, right: str) -> bool:
    """A hyphen before a line end breaks words, not ranges of numbers; the engine's own sign is always a break."""
    return sign == BROKEN_WORD or (left[-1].isalpha() and right[0].isalpha())


def _joined(left: str, right: str, rest: str, following: str, knows: Knows) -> str:
    """``left`` and ``right`` as one word, as one with a hyphen, or as two with the hyphen at the first."""

    def is_known(word: str) -> bool:
        return knows(word.casefold())

    *outer, inner = left.split("-")
    if is_known(left + right) or (outer and is_known(inner + right)):
        return left + right
    if is_known(f"{left}-{right}") or is_known(f"{left}-{right}{rest}") or not right[0].islower():
        return f"{left}-{right}"
    if _is_suspended(left, right, rest, following, is_known):
        return f"{left}- {right}"
    # In a word that has a hyphen already, one more parts words where both are words of the document or small ones.
    if outer and (inner.casefold() in _INSIDE or (is_known(inner) and is_known(right))):
        return f"{left}-{right}"
    if rest.startswith("-") and right.casefold() in _INSIDE:
        return f"{left}-{right}"
    return left + right


def _is_suspended(left: str, right: str, rest: str, following: str, is_known: Knows) -> bool:
    if rest[:1].isalnum() or rest.startswith("-"):
        return False
    if right.casefold() in _JOINING:
        return True
    next_word = following.split(maxsplit=1)[0] if following.split() else ""
    return right.casefold() in _PERHAPS_JOINING and not rest and ("-" in next_word.strip("-") or is_known(left))
