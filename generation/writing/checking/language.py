"""Detects a text in the wrong language, by common words and script. A few words are not enough to decide."""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN_END: Final = 0x24F
_LATIN_MORE: Final = range(0x1E00, 0x1F00)
#: A text of ``_ENOUGH_WORDS`` words is judged by shares: it is foreign when it has more than ``_MARGIN`` times as many
#: common words of another language as of ours, or when the share of ours is below ``_HARDLY_ANY``.
_ENOUGH_WORDS: Final = 40
_MARGIN: Final = 1.25
_HARDLY_ANY: Final = 0.08
#: A shorter one, a sentence or paragraph, is foreign when it has at least ``_ENOUGH_COMMON`` common words of another
#: language, and more than ``_TIMES_OURS`` times as many as of ours.
_ENOUGH_COMMON: Final = 4
_TIMES_OURS: Final = 3
#: A text with at least this many letters of another script, and more than this share of them, is foreign whatever its
#: words.
_ENOUGH_LETTERS: Final = 8
_OTHER_SCRIPT: Final = 0.3
_COMMON: Final[dict[str, frozenset[str]]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the of and to in is that for with this are be was which from not as on by it an at or their has can "
        "have been were its also these they more than other between such when who had but one no into only will all",
        "de": "der die und das ist nicht ein eine mit den von zu sich auf werden im dem des für als auch wird an es "
        "wurde sind dass bei nach aus durch einer einem einen oder hat wie über nur noch zur zum kann aber vor sie er",
        "it": "il di che la è per un del della con sono gli non una nel si dei le da in e come dalla al questo più "
        "anche alla delle nella lo degli ha essere o dal i a ma se questa tra stato loro sua suo ai nelle cui",
        "es": "el de que la en los del las por con una para se es su un al como más lo no entre esta a y o "
        "fue son este ha sus también ser pero sin sobre desde cuando muy hasta donde estos están era porque",
        "fr": "le de et les des la est en que une dans pour qui du pas un par sur au plus ne se ce il avec l d "
        "sont aux cette son ses ont être été comme ou mais leur entre sans deux fait elle aussi ces y à où",
        "pl": "w i na z się nie do jest że to o jak oraz przez są od po dla a lub które który tym być za "
        "ich jego która tej tego jako co ze także był była było były nad między więc przy może czy tylko ale",
        "pt": "o de que e do da em um para com não uma os no ao a se na por mais as dos como é das "
        "foi são ser pela pelo sua seu também entre sobre ou nos nas está à tem mas sem até quando muito",
        "nl": "de het een en van is dat niet op te met voor zijn aan wordt in die door worden om als bij ook of "
        "werd deze dit naar maar uit over er was nog dan tot meer hun hebben heeft kan tussen ze hij zich geen",
        "cs": "a v se na je že s z do to jako nebo který pro jsou i o k ve za od tak není byla podle "
        "která které také jeho při po u ale jsme byl bylo byly mezi však ze více jen až si mohou být této tento",
        "ro": "și de în la cu este care pe nu o din să pentru mai sunt a un al ca se prin între sau fi ale "
        "au fost ce după cele cel lor această acest dar fără unei unui către asupra ei iar dintre era",
    }.items()
}


def is_foreign(text: str, *, language: str) -> bool:
    """Whether a text is clearly in another language than ``language``; decided for short texts, too, where it shows."""
    if _is_other_script(text):
        return True
    words = _WORD.findall(text.lower())
    if language not in _COMMON:
        return False
    found = {code: sum(word in common for word in words) for code, common in _COMMON.items()}
    best = max(found, key=lambda code: found[code])
    if len(words) < _ENOUGH_WORDS:
        return found[best] >= _ENOUGH_COMMON and found[best] > found[language] * _TIMES_OURS
    return found[best] > found[language] * _MARGIN or found[language] < len(words) * _HARDLY_ANY


def function_words(language: str) -> frozenset[str]:
    """The commonest words of a language: they tell nothing of what a sentence says."""
    return _COMMON.get(language, frozenset())


def _is_other_script(text: str) -> bool:
    """All of our languages are written in Latin letters."""
    letters = [letter for letter in text if letter.isalpha()]
    others = sum(ord(letter) > _LATIN_END and ord(letter) not in _LATIN_MORE for letter in letters)
    return others >= _ENOUGH_LETTERS and others > len(letters) * _OTHER_SCRIPT
