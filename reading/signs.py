"""Signs as they are taken out of a file, made plain: composed letters, no ligatures, nothing that nobody sees."""

import re
import unicodedata
from typing import Final

from tesigo.platform.plain_text import without_unseen

#: pdfium puts this where a word was broken at the end of a line (U+FFFE in its raw text).
BROKEN_WORD: Final = "\x02"
_PLAIN: Final = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st",
    "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\ufffe": BROKEN_WORD,
    "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n",
}  # fmt: skip
#: What is replaced by `_PLAIN` or dropped: controls, soft hyphens, zero-width signs, private-use glyphs.
_ODD: Final = re.compile(
    r"[ﬀ-ﬆ\u00a0\u202f\u2007\u00ad\u200b\ufeff\u2028\u2029"
    r"\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufffe\uffff]"
)
_SPACES: Final = re.compile(r"[ \t]{2,}|\t")
#: Accents that old TeX fonts set as signs of their own in front of their letter: "Andr´e", "M¨uller".
_ACCENTS: Final = {
    "´": "\u0301", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "ˇ": "\u030c", "˚": "\u030a", "¸": "\u0327",
}  # fmt: skip
_ACCENTED: Final = re.compile(r"([´¨ˆ˜ˇ˚¸]) ?([A-Za-zı])")

#: The cedilla is set behind its letter: "Franc¸ois".
_WITH_CEDILLA: Final = re.compile(r"([cCsStT])¸")


def plain(text: str) -> str:
    """Composed letters, no ligatures, no signs that nobody sees, one blank at a time; keeps `BROKEN_WORD`."""
    text = _ODD.sub(lambda match: _PLAIN.get(match.group(), ""), text)
    text = BROKEN_WORD.join(without_unseen(part) for part in text.split(BROKEN_WORD))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", with_accents(text)))


def with_accents(text: str) -> str:
    """Letters together with the accents that stand in front of them, and the cedillas behind them."""
    if not any(accent in text for accent in _ACCENTS):
        return text
    text = _WITH_CEDILLA.sub(lambda match: unicodedata.normalize("NFC", match.group(1) + "\u0327"), text)
    return _ACCENTED.sub(_composed, text)


def _composed(match: re.Match[str]) -> str:
    letter = match.group(2).replace("ı", "i")
    composed = unicodedata.normalize("NFC", letter + _ACCENTS[match.group(1)])
    return composed if len(composed) == 1 else match.group()
