"""Text as people and services send it, without the signs that nobody sees.

Controls, zero widths, turns of direction, tags and fillers have no shape of their own: words hide in them or behind
them, a name reads as another one, and an empty title looks filled. They are taken out on the way in, in forms
(`tesigo.platform.forms`), file names, found works and sources, and out of pages whose rows are older than that. An
emoji that joiners hold together falls into its visible parts, and a soft hyphen goes: lines are broken by the layout.

Two of them stay where a script has a place for them (UTS 39; UAX 31, 2.3.1): the joiner and the non-joiner, by which
Persian, Hindi, Malayalam, Sinhala and others tell words apart. In addresses they are refused like all others.
"""

import re
import unicodedata
from typing import Any, Final

import idna

#: Characters without a shape of their own (UTR 36), surrogates and what is no character at all. Tab, line feed and the
#: other ends of lines are none of them.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
NON_JOINER: Final = "\u200c"
JOINER: Final = "\u200d"
_REPEATED: Final = re.compile(f"([{NON_JOINER}{JOINER}])[{NON_JOINER}{JOINER}]+")
_JOINERS: Final = re.compile(f"[{NON_JOINER}{JOINER}]")
#: How far around a joiner letters are looked at: marks stand between it and them.
_AROUND_CHARACTERS: Final = 16
#: Canonical combining class of the signs that take a consonant's vowel away.
_VIRAMA: Final = 9
#: The blank of Braille has the category of a symbol.
_BRAILLE_BLANK: Final = "\u2800"
#: Letters, numbers, punctuation, symbols, and what a font may give a shape of its own.
_SEEN: Final = frozenset({"L", "N", "P", "S"})


def without_unseen(text: str) -> str:
    """The text without signs that nobody sees; joiners stay where a script needs them, one at a time."""
    if not _JOINERS.search(text):
        return INVISIBLE.sub("", text)
    text = INVISIBLE.sub(lambda found: found[0] if found[0] in (NON_JOINER, JOINER) else "", text)
    return _JOINERS.sub(_if_in_place, _REPEATED.sub(r"\1", text))


def clean_lines(text: str) -> str:
    """The text composed (NFC), its lines ended by a line feed, tabs kept; empty where nothing in it can be seen."""
    text = without_unseen(LINE_ENDS.sub("\n", text)).replace(_BRAILLE_BLANK, " ")
    text = unicodedata.normalize("NFC", text)
    return text if is_seen(text) else ""


def clean_line(text: str) -> str:
    """The same on one line, with one blank between words and none around them."""
    return " ".join(clean_lines(text).split())


def is_seen(text: str) -> bool:
    """Whether there is anything in the text that a reader sees; marks without a letter below them are not."""
    return any(
        (unicodedata.category(sign)[0] in _SEEN or unicodedata.category(sign) == "Co")
        and sign != _BRAILLE_BLANK
        and not INVISIBLE.match(sign)
        for sign in text
    )


def _if_in_place(found: re.Match[str]) -> str:
    """The joiner, if it has a place there: by RFC 5892, A.1 and A.2, and by what Unicode says of single scripts."""
    at, text = found.start(), found.string
    before, after = text[max(0, at - _AROUND_CHARACTERS) : at], text[at + 1 : at + 1 + _AROUND_CHARACTERS]
    if not before:
        return ""
    if found[0] == JOINER and after and unicodedata.combining(after[0]) == _VIRAMA:
        # Bengali and Kannada: the letter ra keeps its shape before what follows (Unicode, 12.2 and 12.8).
        return JOINER if before[-1].isalpha() else ""
    if found[0] == NON_JOINER and unicodedata.combining(before[-1]) == _VIRAMA and not after[:1].isalpha():
        # At the end of a word it changes nothing that anybody sees.
        return ""
    try:
        return found[0] if idna.valid_contextj(f"{before}{found[0]}{after}", len(before)) else ""
    except ValueError:
        # Beside what is no character.
        return ""


def cleaned(value: Any) -> Any:
    """A JSON value with every text in it on a clean line; names of fields stay as they are."""
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, dict):
        return {name: cleaned(one) for name, one in value.items()}
    return [cleaned(one) for one in value] if isinstance(value, list) else value
