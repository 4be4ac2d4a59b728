"""English words that styles have written into them, in the language of the document: ``Available from:``, ``Accessed``.

Styles take most of their words from a locale, which each language has; these stand in their affixes, and a German list
of sources would say "Available at: … (zugegriffen 15 Januar 2024)".
"""

import re
from typing import Final

from lxml import etree

from typesetting.labels import base_language

_AVAILABLE: Final = {
    "de": "verfügbar unter", "it": "disponibile su", "es": "disponible en", "fr": "disponible sur",
    "pl": "dostępne na", "pt": "disponível em", "nl": "beschikbaar op", "cs": "dostupné z", "ro": "disponibil la",
}  # fmt: skip
_ACCESSED: Final = {
    "de": "Zugriff am", "it": "consultato il", "es": "consultado el", "fr": "consulté le", "pl": "dostęp",
    "pt": "consultado em", "nl": "geraadpleegd op", "cs": "cit.", "ro": "accesat la",
}  # fmt: skip
_RETRIEVED: Final = {
    "de": "abgerufen von", "it": "recuperato da", "es": "recuperado de", "fr": "consulté à l’adresse",
    "pl": "pobrano z", "pt": "obtido de", "nl": "geraadpleegd van", "cs": "získáno z", "ro": "preluat de la",
}  # fmt: skip
#: The longest first: of "retrieved from" the date's word is a part.
_SAID: Final = (
    (re.compile(r"\bretrieved from\b", re.I), _RETRIEVED),
    (re.compile(r"\bavailable(?: online)?(?: (?:from|at|in|on))?\b", re.I), _AVAILABLE),
    (re.compile(r"\b(?:date )?(?:last )?(?:accessed|retrieved|viewed)(?: on)?\b", re.I), _ACCESSED),
)
_AFFIXES: Final = ("value", "prefix", "suffix")


def put_in_language(style: "etree._Element", language: str) -> None:
    """Changes the affixes of a style that was written in English; other words stay as they are."""
    base = base_language(language)
    if base not in _AVAILABLE:
        return
    for node in style.iter(etree.Element):
        for affix in _AFFIXES:
            said = node.get(affix)
            if said and any(letter.isalpha() for letter in said):
                node.set(affix, _in_language(str(said), base))


def _in_language(said: str, base: str) -> str:
    for pattern, words in _SAID:
        word = words[base]
        # As a beginning where the English is one.
        begun = f"{word[:1].upper()}{word[1:]}"
        found = list(pattern.finditer(said))
        for hit in reversed(found):
            said = f"{said[: hit.start()]}{begun if hit[0][0].isupper() else word}{said[hit.end() :]}"
    return said
