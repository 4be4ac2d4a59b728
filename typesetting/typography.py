"""Typographic manners: dashes, ellipses, and spaces at which no line may break. Nothing here adds length."""

import re
from typing import Any, Final

from typesetting.labels import base_language, words

NO_BREAK: Final = "\u00a0"
_NARROW: Final = "\u202f"
# What XML cannot carry or a page cannot show: controls, lone surrogates, non-characters, marks that turn text round.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069\ufeff]"
)

_RULES: Final = (
    (re.compile(r"(?<!-)---(?!-)"), "—"),
    (re.compile(r"(?<!-)--(?!-)"), "–"),
    (re.compile(r"(?<!\.)\.\.\.(?!\.)"), "…"),
    # 5 %, § 3, 12 km: a number and its unit; Fig. 3, No. 7, p. 12: an abbreviation and its number.
    (re.compile(r"(?<=\d) (?=[%‰°€£$]|(?:k?m|cm|mm|k?g|mg|[KMGT]i?B|ms|kWh?|MW|GHz|MHz)\b)"), NO_BREAK),
    (re.compile(r"(?<=[§¶]) (?=\d)"), NO_BREAK),
    (re.compile(r"(?<=\b[psSn]\.) (?=\d)|(?<=\b(?:pp|No|Nr|Bd|cf|ch)\.) (?=\d)"), NO_BREAK),
    (re.compile(r"(?<=\b(?:Fig|Abb|Tab|vol|Vol|Kap|cap|art|Art|sec)\.) (?=\d)|(?<=\bS\.) (?=\d)"), NO_BREAK),
    # Initials and abbreviations of two letters: J. R. Smith, z. B., d. h.
    (re.compile(r"(?<=\b[A-Za-zÀ-ž]\.) (?=[A-Za-zÀ-ž]\.)"), NO_BREAK),
)  # fmt: skip
#: Marks around words; those behind numbers that have no partner are inches and minutes.
_DOUBLE: Final = re.compile(r'(?<![\w"])"(?=[^\s"])([^"]*[^\s"])"(?!\w)')
_SINGLE: Final = re.compile(r"(?<![\w'])'(?=[^\s'\d])((?:[^']|(?<=\w)'(?=\w))*[^\s'])'(?!\w)")
_APOSTROPHE: Final = re.compile(r"(?<=[^\W\d])'|'(?=[^\W\d])|(?<![\w'])'(?=\d\d)")
_FRENCH: Final = (
    (re.compile(r"(?<=\S) (?=[;!?])"), _NARROW),
    (re.compile(r"(?<=\S) (?=[:»])"), NO_BREAK),
    (re.compile(r"(?<=«) (?=\S)"), NO_BREAK),
)
# A preposition or conjunction of one letter does not stand at the end of a line.
_SLAVIC: Final = ((re.compile(r"(?<![^\s(„«\u00a0])([aAiIoOuUwWzZkKsSvV]) (?=\S)"), rf"\1{NO_BREAK}"),)


def printable(text: str) -> str:
    """Text without the characters that no format can carry, with the line ends of Unix."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def polish(text: str, language: str) -> str:
    """Running text as a typesetter of that language would set it."""
    rules: tuple[tuple[re.Pattern[str], str], ...] = _RULES
    if base_language(language) == "fr":
        rules += _FRENCH
    elif base_language(language) in ("pl", "cs"):
        rules += _SLAVIC
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def one_line(text: str, language: str) -> str:
    """A title, name or the like on one line, with the quotation marks of the language for those of a keyboard."""
    line = " ".join(printable(text).split())
    opening, closing, inner_opening, inner_closing = words(language).quotes
    line = _DOUBLE.sub(rf"{opening}\1{closing}", line)
    line = _APOSTROPHE.sub("’", _SINGLE.sub(rf"{inner_opening}\1{inner_closing}", line))
    return polish(line, language)


def bind_numbers(inlines: list[Any]) -> list[Any]:
    """Words of a citation with ``p. 12`` bound together, over pandoc's separate words and spaces."""
    bound: list[Any] = []
    for item in inlines:
        if len(bound) > 1 and _is(item, "Str") and _is(bound[-1], "Space") and _is(bound[-2], "Str"):
            label = bound[-2]["c"]
            if item["c"][:1].isalnum() and _LABEL.search(label):
                bound[-2:] = [{"t": "Str", "c": f"{label}{NO_BREAK}{item['c']}"}]
                continue
        bound.append(item)
    return bound


_LABEL: Final = re.compile(r"(?:^|[\s(\[,])(?:pp?|[sS]|str|pág|pag|vol|no|Nr|Bd)\.$")


def _is(node: Any, kind: str) -> bool:
    return isinstance(node, dict) and node.get("t") == kind
