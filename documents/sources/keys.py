"""Citation keys such as ``rossi-2021`` or ``debian-policy-2022``: what the writer cites by and pandoc resolves."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from documents.sources.found import plain_title
from tesigo.platform.plain_words import ascii_words

MAX_KEY_CHARACTERS: Final = 48
#: Articles, prepositions and the like of several languages, as ``ascii_words`` writes them: no key is made of them.
_EMPTY_WORDS: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "on",
        "in",
        "for",
        "and",
        "to",
        "with",
        "from",
        "by",
        "at",
        "as",
        "is",
        "are",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "und",
        "von",
        "zu",
        "im",
        "am",
        "des",
        "dem",
        "den",
        "fur",
        "le",
        "la",
        "les",
        "un",
        "une",
        "et",
        "de",
        "du",
        "des",
        "dans",
        "sur",
        "pour",
        "il",
        "lo",
        "gli",
        "i",
        "una",
        "di",
        "da",
        "del",
        "della",
        "e",
        "per",
        "el",
        "los",
        "las",
        "y",
        "en",
        "para",
        "o",
        "a",
        "os",
        "as",
        "um",
        "uma",
        "em",
        "na",
        "no",
        "het",
        "een",
        "van",
        "w",
        "z",
        "i",
        "na",
        "do",
        "o",
        "ve",
        "se",
        "pe",
        "si",
    ]
)


def key_for(item: Mapping[str, Any], taken: Collection[str]) -> str:
    """A key for the CSL-JSON item that is not in ``taken``: family name, or two words of the title, and the year.

    Lower-case ASCII letters, digits and single hyphens, a letter first: safe in pandoc and in a slug field.
    """
    stem = "-".join([*_who(item), *_when(item)])[:MAX_KEY_CHARACTERS].strip("-") or "source"
    if not stem[0].isalpha():
        stem = f"s-{stem}"
    return next(key for key in _variants(stem) if key not in taken)


def _who(item: Mapping[str, Any]) -> list[str]:
    authors = item.get("author") or item.get("editor") or []
    if authors and authors[0].get("family"):
        words = ascii_words(authors[0]["family"])
        if words:
            return ["-".join(words)[:24].strip("-")]
    words = [word for word in ascii_words(plain_title(str(item.get("title", "")))) if word not in _EMPTY_WORDS]
    return [word[:20] for word in words[:2]]


def _when(item: Mapping[str, Any]) -> list[str]:
    parts = (item.get("issued") or {}).get("date-parts") or [[]]
    return [str(parts[0][0])] if parts[0] else []


def _variants(stem: str) -> Iterator[str]:
    yield stem
    for letter in "bcdefghijklmnopqrstuvwxyz":
        yield f"{stem}{letter}" if stem[-1].isdigit() else f"{stem}-{letter}"
    number = 2
    while True:
        yield f"{stem}-n{number}"
        number += 1
