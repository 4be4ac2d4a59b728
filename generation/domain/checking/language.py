"""Is a text in the language that was ordered? By its commonest words; short texts prove nothing."""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_ENOUGH_WORDS: Final = 40
#: Another language has to be so much more likely before a text counts as foreign.
_MARGIN: Final = 1.25
_COMMON: Final[dict[str, frozenset[str]]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the of and to in is that for with this are be was which from not as on by it an at or their has can",
        "de": "der die und das ist nicht ein eine mit den von zu sich auf werden im dem des für als auch wird an es",
        "it": "il di che la è per un del della con sono gli non una nel si dei le da in e come dalla al questo più",
        "es": "el de que la en los del las por con una para se es su y un al como más lo no entre esta a",
        "fr": "le de et les des la est en que une dans pour qui du pas un par sur au plus ne se ce il avec l d",
        "pl": "w i na z się nie do jest że to o jak oraz przez są od po dla a lub które który tym być za",
        "pt": "o de que e do da em um para com não uma os no ao a se na por mais as dos como é das",
        "nl": "de het een en van is dat niet op te met voor zijn aan wordt in die door worden om als bij ook of",
        "cs": "a v se na je že s z do to jako nebo který pro jsou i o k ve za od tak není byla podle",
        "ro": "și de în la cu este care pe nu o din să pentru mai sunt a un al ca se prin între sau fi ale",
    }.items()
}


def is_foreign(text: str, *, language: str) -> bool:
    """Whether a text is clearly in another language than ``language``."""
    words = _WORD.findall(text.lower())
    if len(words) < _ENOUGH_WORDS or language not in _COMMON:
        return False
    shares = {code: sum(word in common for word in words) / len(words) for code, common in _COMMON.items()}
    best = max(shares, key=lambda code: shares[code])
    return best != language and shares[best] > shares[language] * _MARGIN
