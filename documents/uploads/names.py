"""The name a file had on its owner's machine, made safe to show. It never names anything in storage (R-80)."""

import re
import unicodedata
from typing import Final

from tesigo.platform.plain_text import JOINER, NON_JOINER, without_unseen

MAX_NAME_CHARACTERS: Final = 255
# Control and format characters, among them the right-to-left override that makes "exe.pdf" out of "fdp.exe".
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

#: Left where a script needs them.
_JOINERS: Final = frozenset({JOINER, NON_JOINER})


def display_name(name: str) -> str:
    """The last part of the path, composed (NFC), on one line, at most 255 characters with its ending kept."""
    text = without_unseen(unicodedata.normalize("NFC", name))
    text = "".join(sign for sign in text if sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN)
    text = re.split(r"[/\\]", text)[-1]
    text = " ".join(text.split()).strip(". ") or "file"
    if len(text) <= MAX_NAME_CHARACTERS:
        return text
    ending = extension(text)
    tail = f".{ending}" if 0 < len(ending) <= 16 else ""
    return text[: MAX_NAME_CHARACTERS - len(tail)] + tail


def extension(name: str) -> str:
    """The ending without its dot, in lower case; empty where there is none."""
    stem, dot, ending = name.rpartition(".")
    return ending.strip().lower() if dot and stem else ""


def title_words(name: str) -> str:
    """The name without its ending, its joints turned into spaces: the last resort for a title."""
    shown = display_name(name)
    ending = extension(shown)
    stem = shown[: -len(ending) - 1] if ending else shown
    return " ".join(re.sub(r"[_\-.+]+|%20", " ", stem).split()) or shown
