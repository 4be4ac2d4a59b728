"""Names of people and bodies as CSL-JSON has them. Nothing is guessed that the text does not say."""

import re
from typing import Final

Name = dict[str, str]

_PARTICLES: Final = frozenset(
    [
        "von",
        "van",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "les",
        "ten",
        "ter",
        "zu",
        "zur",
        "zum",
        "af",
        "av",
        "el",
        "bin",
        "ibn",
        "al",
        "y",
        "e",
    ]
)
#: Words by which a body is known from a person.
_BODY: Final = re.compile(
    r"\b(list|team|project|group|committee|council|commission|university|universit\w+|institut\w*|school|department|"
    r"ministry|ministerium|foundation|stiftung|society|association|organi[sz]ation|company|corporation|agency|office|"
    r"consortium|community|developers|contributors|editors|authors|inc|ltd|gmbh|llc|e\.?v|s\.?p\.?a|bank|press|center|"
    r"centre|laboratory|bureau|federation|union|government|the|of|and|für|der|des|per|pour)\b",
    re.IGNORECASE,
)
_NOT_A_NAME: Final = re.compile(
    r"^(admin\w*|user\w*|unknown|unbekannt|root|owner|default|author|none|n/?a|anonymous|microsoft.*|python-docx|"
    r".*\bscanner\b.*|.*@.*|\W*|\d+)$",
    re.IGNORECASE,
)


def people(text: str) -> list[Name]:
    """The names in a metadata field such as ``"Anna Rossi; Jan Novák"``; empty where it names nobody.

    A body, or whatever does not look like a person's name, is kept whole as ``literal``.
    """
    text = " ".join(text.split()).strip(" ,;")
    if not text or _NOT_A_NAME.match(text):
        return []
    return [name for part in _split(text) if (name := person(part))]


def person(text: str) -> Name | None:
    """One name: ``Family, Given``, ``Given Family``, or a body as ``literal``; None where it is no name."""
    text = " ".join(text.split()).strip(" ,;")
    if not text or _NOT_A_NAME.match(text):
        return None
    if text.count(",") == 1 and not _names_a_body(text.replace(",", "")):
        family, given = (part.strip() for part in text.split(","))
        return {"family": family, "given": given} if given else {"family": family}
    words = text.split()
    if "," in text or not 2 <= len(words) <= 5 or _names_a_body(text) or not _all_capitalised(words):
        return {"literal": text}
    first_of_family = next(
        (at for at, word in enumerate(words[1:], 1) if word in _PARTICLES),
        len(words) - 1,
    )
    return {
        "family": " ".join(words[first_of_family:]),
        "given": " ".join(words[:first_of_family]),
    }


def _names_a_body(text: str) -> bool:
    inner = " ".join(word for word in text.split() if word not in _PARTICLES)
    return bool(_BODY.search(inner)) or any(sign.isdigit() for sign in text)


def _all_capitalised(words: list[str]) -> bool:
    return all(word[:1].isupper() or word in _PARTICLES for word in words)


def _split(text: str) -> list[str]:
    if ";" in text:
        return [part.strip() for part in text.split(";") if part.strip()]
    parts = re.split(r"\s+(?:and|und|&)\s+", text)
    if len(parts) > 1 and not any(_names_a_body(part) for part in parts):
        return [piece.strip() for part in parts for piece in _split_commas(part)]
    return _split_commas(text) if len(parts) == 1 else [text]


def _split_commas(text: str) -> list[str]:
    """``A B, C D`` are two people; ``Family, Given`` is one."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > 1 and all(len(part.split()) > 1 for part in parts) and not _names_a_body(text):
        return parts
    return [text]
