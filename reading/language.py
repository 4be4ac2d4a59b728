"""The language of a text by its commonest words: enough to choose a dictionary for the full-text index."""

import re
from typing import Final

_SAMPLE_CHARACTERS: Final = 6_000
_WORDS: Final[dict[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to is that for with this are be was which from not",
        "de": "der die und das ist nicht ein eine mit den von zu sich auf werden",
        "it": "il di che la è per un del della con sono gli non una nel",
        "es": "el de que la en los del las por con una para se es su",
        "fr": "le de et les des la est en que une dans pour qui du pas",
        "pl": "w i na z się nie do jest że to o jak oraz przez są",
        "pt": "o de que e do da em um para com não uma os no ao",
        "nl": "de het een en van is dat niet op te met voor zijn aan wordt",
        "cs": "a v se na je že s z do to jako nebo který pro jsou",
        "ro": "și de în la cu este care pe nu o din să pentru mai sunt",
    }.items()
}
#: PostgreSQL's dictionaries; it has none for Polish and Czech.
DICTIONARIES: Final = {
    "en": "english", "de": "german", "it": "italian", "es": "spanish", "fr": "french", "pt": "portuguese",
    "nl": "dutch", "ro": "romanian",
}  # fmt: skip


def language_of(text: str) -> str:
    """The code of the likeliest language, empty where no list of common words fits well."""
    words = re.findall(r"[^\W\d_]+", text[:_SAMPLE_CHARACTERS].lower())
    if len(words) < 20:
        return ""
    shares = {code: sum(word in common for word in words) / len(words) for code, common in _WORDS.items()}
    best = max(shares, key=lambda code: shares[code])
    return best if shares[best] >= 0.08 else ""


def language_of_title(title: str) -> str:
    """The same for a title, which is short: two common words of one language, and of no other as many."""
    words = re.findall(r"[^\W\d_]+", title[:1_000].lower())
    hits = sorted(((len(common.intersection(words)), code) for code, common in _WORDS.items()), reverse=True)
    (most, best), (next_most, _other) = hits[0], hits[1]
    return best if most >= 2 and most > next_most else ""


def dictionary(language: str) -> str:
    """PostgreSQL's text search configuration for a language code."""
    return DICTIONARIES.get(language, "simple")
