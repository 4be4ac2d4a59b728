"""What weighs in a passage: its numbers, its names and its negations, with where each stands.

Of a part of a passage that programs read differently they have to be the same. The manifest has them sealed with the
part beside: who has the source can make the seal, who has the manifest alone can guess nothing from it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

_SEAL_DIGITS: Final = 16
_NUMBER: Final = re.compile(r"[<>≤≥±€£¥-]*\d[\d.:/+-]*[%‰]?")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’]t\b)?")
#: A word that a line end parts in two is one.
_LINE_END: Final = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\s*\n\s*(?=[^\W\d_])")
#: In the ten languages that documents are written in; Czech and Polish write theirs before a verb as one word.
_NEGATIONS: Final = frozenset(
    re.findall(
        r"\w+",
        "no not none nor never neither without nicht kein keine keinen keinem keiner keines nie niemals weder "
        "ohne ni ne pas aucun aucune jamais sans non nessun nessuno nessuna mai senza ningún ninguna ninguno "
        "nunca jamás sin não nem nenhum nenhuma sem niet geen nooit zonder bez nigdy żaden żadna żadne ani "
        "nikdy žádný žádná žádné nu fără niciun nicio niciodată",
    )
)
_JOINED: Final = ("ne", "nie")


class Weights:
    """The weighty tokens of a text, by their places in its folded form."""

    def __init__(self, text: str, folded: str, fold: Callable[[str], str]) -> None:
        tokens = [(found.start(), found[0]) for found in _NUMBER.finditer(folded)]
        text = _LINE_END.sub("", text)
        at = reached = 0
        for word in _WORD.finditer(text):
            if _weighs(word[0]):
                # Added up from word to word: a letter at the cut lets no sign before it stay.
                at, reached = at + len(fold(text[reached : word.start()])), word.start()
                tokens.append((at, fold(word[0])))
        tokens.sort()
        self._places = [place for place, _token in tokens]
        self._tokens = [token for _place, token in tokens]

    def within(self, begin: int, end: int) -> Sequence[str]:
        """Those that begin there."""
        return self._tokens[bisect_left(self._places, begin) : bisect_left(self._places, end)]


def seal(key: str, tokens: Sequence[str]) -> str:
    """A short hash of tokens that nobody can make or guess without the folded text ``key``."""
    return sha256("\n".join((key, *tokens)).encode()).hexdigest()[:_SEAL_DIGITS]


def _weighs(word: str) -> bool:
    small = word.casefold()
    return word[0].isupper() or small in _NEGATIONS or small.endswith(("'t", "’t")) or small.startswith(_JOINED)
