"""Words of plain letters, by which titles, names and keys are compared."""

import re
import unicodedata
from typing import Final

_PLAIN: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "Oe", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
     "ð": "d", "þ": "th", "ı": "i", "'": "", "’": ""}
)  # fmt: skip


def ascii_words(text: str) -> list[str]:
    """Lower-case words of plain letters and digits."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN)).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", plain.lower())


def folded_words(text: str) -> list[str]:
    """Lower-case words of letters and digits of any script, without accents."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return re.findall(r"[^\W_]+", "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold())
