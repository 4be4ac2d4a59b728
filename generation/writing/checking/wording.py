"""Compares the words of a sentence and a passage: equal or nearly equal. Knows phrases that introduce a quotation."""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import Final

from documents.domain.text import without_citations
from generation.writing.checking.language import function_words
from generation.writing.sentences import sentences
from tesigo.platform.plain_text import INVISIBLE

_MARKS: Final = str.maketrans(
    {
        **dict.fromkeys("“”„«»″‟", '"'),
        **dict.fromkeys("‘’‚‛′`´‹›", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        "\u00ad": None,
    }
)
_BROKEN_WORD: Final = re.compile(r"(?<=\w)-\s+(?=[a-zß-öø-ÿ])")
_EMPHASIS: Final = re.compile(r"[*_\\]")
_LONGER_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_CONTENT_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_ANY_WORD: Final = re.compile(r"[^\W\d_]+")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_WORD_OR_NUMBER: Final = re.compile(rf"{_CONTENT_WORD.pattern}|{_NUMBER.pattern}")
_THOUSANDS: Final = re.compile(r"(?<=\d)[.,' ](?=\d{3}(?!\d))")
_CONTRACTED: Final = re.compile(r"n't\b")
#: An omission, or a word of the one who quotes, inside a quotation: "…", "[...]", "[the keepers]".
_GAP: Final = re.compile(r"\[?\s*(?:…|\.\.\.)\s*\]?|\[[^\[\]]{2,80}\]")
_STOP: Final = re.compile(r"[.!?…]['»«)\]]*\s")
#: "[t]he": a letter changed to fit the sentence.
_CHANGED_LETTER: Final = re.compile(r"\[(\w)\](?=\w)")
#: Passages whose words are kept at hand: those of the sections under check, and not those of a whole document.
_KEPT_PASSAGES: Final = 128
#: Letters by which inflected forms count as one word.
_STEM_LETTERS: Final = 6
#: A sentence of fewer telling words could be anybody's.
_FEWEST_WORDS: Final = 3
#: How much of the passage's sentence a sentence takes up.
_TAKEN_UP_SHARE: Final = 0.5
_NEGATIONS: Final = frozenset(
    word
    for words in (
        "not no never none cannot nor neither without nobody nothing nowhere hardly scarcely barely",
        "nicht kein keine keinen keiner keinem keines nie niemals niemand nichts weder ohne kaum",
        "non nessun nessuna nessuno mai niente nulla né senza",
        "no nunca sin ningún ninguna ninguno nadie nada tampoco ni",
        "ne pas jamais sans aucun aucune personne rien ni",
        "nie bez żaden żadna żadne nikt nic nigdy ani",
        "não nunca sem nenhum nenhuma ninguém nada nem",
        "niet geen nooit zonder niemand niets noch nauwelijks",
        "ne není nikdy bez žádný žádná nikdo nic ani nebyl nebyla nebylo nebyli nemá nelze",
        "nu niciodată fără niciun nicio nimeni nimic nici",
    )
    for word in words.split()
)
#: For each language words about texts and saying, by which quotations are led in. Nothing that judges what is quoted.
_INTRODUCING: Final = {
    "en": "source text passage author authors writer wording words word terms sentence page chapter article study "
    "report book work says said say writes wrote written states stated puts put reads read notes noted "
    "describes described explains explained observes observed adds added according point explicit clear "
    "becomes means meant question full worth quoting quoted quotes quote where here there follows following "
    "itself this that these those same what how makes made sums also further again",
    "de": "quelle text stelle passage autor autorin verfasser wortlaut worte wort worten satz seite kapitel werk "
    "studie bericht buch sagt sagte schreibt schrieb heißt hieß lautet liest steht formuliert beschreibt "
    "erklärt bemerkt fügt ergänzt laut zufolge punkt ausdrücklich deutlich klar zeigt gemeint betreffende "
    "ganzen lohnt anzuführen zitieren diesen diesem dieser dieses hier dort dazu folgt folgende selbst weiter "
    "wörtlich was",
    "it": "fonte testo passo brano autore autrice formulazione parole parola frase pagina capitolo opera studio "
    "rapporto libro dice scrive afferma recita legge osserva descrive spiega aggiunge nota secondo punto "
    "esplicito chiaro risulta intenda intende questione vale pena citare intero queste questo qui come così "
    "stesso seguente ancora inoltre cosa",
    "es": "fuente texto pasaje autor autora formulación palabras palabra frase página capítulo obra estudio informe "
    "libro dice escribe afirma reza lee observa describe explica añade señala según punto explícito claro "
    "quiere decir cuestión vale pena citarlo citar entero estas este aquí así mismo siguiente además también",
    "fr": "source texte passage auteur autrice formulation termes mots mot phrase page chapitre ouvrage étude "
    "rapport livre dit écrit affirme lit note observe décrit explique ajoute selon point explicite clair "
    "ressort visé question vaut peine citer entier ces ici ainsi même suivant encore",
    "pl": "źródło tekst fragment autor autorka brzmienie brzmienia brzmi słowami słowa słowo zdanie strona rozdział "
    "praca badanie raport książka mówi pisze stwierdza czytamy zauważa opisuje wyjaśnia dodaje według punkcie "
    "jednoznaczny jasno chodzi widać odpowiedni warto przytoczyć całości tymi tym tutaj następujący samego "
    "również ponadto",
    "pt": "fonte texto passagem autor autora formulação palavras palavra frase página capítulo obra estudo "
    "relatório livro diz escreve afirma reza observa descreve explica acrescenta segundo ponto explícito "
    "claro quer dizer questão seguinte vale pena citar inteiro isso estas neste aqui assim mesmo ainda",
    "nl": "bron tekst passage auteur schrijver bewoording woorden woord zin bladzijde pagina hoofdstuk werk studie "
    "rapport boek zegt schrijft stelt luidt leest merkt beschrijft verklaart voegt volgens punt uitdrukkelijk "
    "duidelijk blijkt bedoeld betreffende moeite waard geheel halen deze hier daar volgende zelf verder wat",
    "cs": "pramen zdroj text místo pasáž autor autorka znění slovy slova slovo věta strana kapitola práce studie "
    "zpráva kniha říká píše uvádí zní čteme popisuje vysvětluje dodává podle bodě jednoznačný jasné míněno "
    "vidět tím příslušné stojí uvést celé těmito tomto zde tady následující sám dále rovněž",
    "ro": "sursa sursă textul text pasajul pasaj autorul autoarea formulare cuvinte cuvânt fraza pagina capitolul "
    "lucrarea studiul raportul cartea spune scrie afirmă citim observă descrie explică adaugă potrivit punct "
    "explicit clar reiese vedere cauză următorul merită citat întregime aceste acest aici astfel însuși are",
}


def normalised(text: str) -> str:
    """Text in which only words count: one kind of quotation mark, dash and space, words broken over lines mended."""
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", unescape(text)).replace("´", "'")).translate(_MARKS)
    text = _EMPHASIS.sub("", text)
    return " ".join(_BROKEN_WORD.sub("-", text).split()).casefold()


def stands_in(quotation: str, passage: str) -> bool:
    """Whether a quotation stands in a passage word for word.

    Each part around an omission ("…", "[...]") must, as whole words, and in the order of the passage.
    """
    return _omitted(quotation, passage) is not None


def leaves_out_a_negation(quotation: str, passage: str) -> bool:
    """Whether a quotation that stands in a passage leaves out a word between its parts that turns it round."""
    omitted = _omitted(quotation, passage)
    return bool(omitted) and _negations(" ".join(omitted or [])) > 0


def joins_sentences(quotation: str, passage: str) -> bool:
    """Whether a quotation that stands in a passage is put together from several of its sentences: they may say together
    what none of them says.
    """
    return any(_STOP.search(omitted) for omitted in _omitted(quotation, passage) or [])


def _omitted(quotation: str, passage: str) -> list[str] | None:
    """What a passage says between the parts of a quotation; None where a part does not stand in it."""
    there = _searchable(passage)
    parts = _parts(quotation)
    if not parts:
        return None
    omitted: list[str] = []
    end = 0
    for part in parts:
        found = part.search(there, end)
        if found is None:
            return None
        if end:
            omitted.append(there[end : found.start()])
        end = found.end()
    return omitted


@lru_cache(maxsize=_KEPT_PASSAGES)
def _parts(quotation: str) -> list[re.Pattern[str]]:
    """What is found where the parts of a quotation stand, as whole words."""
    changed = _CHANGED_LETTER.sub(r"\1", normalised(quotation))
    parts = [part for piece in _GAP.split(changed) if (part := _loose(piece).strip(" .,;:!?'"))]
    return [re.compile(rf"(?<!\w){re.escape(part)}(?!\w)") for part in parts]


def _loose(text: str) -> str:
    # "co- operate", "co-operate" and "cooperate": a line's end in the file must not make a quotation false.
    return text.replace("-", "").replace(" ,", ",").replace('"', "'")


def overlap(sentence: str, passage: str) -> float:
    """0 to 1: how much of a sentence's longer words stand in a passage, by their first letters."""
    ours = _longer_stems(sentence)
    theirs = _stems(passage)
    return len(ours & theirs) / len(ours) if ours else 0.0


def shared_figures(sentence: str, passage: str) -> float:
    """0 to 1: how many of a sentence's numbers stand in a passage; words alone do not tell row 3 from row 4."""
    ours = _numbers(normalised(without_citations(sentence)))
    return len(ours & _passage_numbers(passage)) / len(ours) if ours else 0.0


def figures(text: str) -> frozenset[str]:
    """The numbers of a text as they are compared: without citations and marks of thousands, with a decimal point."""
    return frozenset(number.replace(",", ".") for number in _numbers(normalised(without_citations(text))))


def says(passage: str, sentence: str, *, language: str) -> bool:
    """Whether a passage says a sentence in nearly its own words: certain enough to ask nobody.

    Every telling word, number and name of the sentence stands in one sentence of the passage, or in two that follow
    each other, in its order, for two names that changed places turn it round; neither has a negation that the other
    has not; and little of the passage's sentence is left out, for a condition or a doubt may stand there.
    """
    ours = normalised(without_citations(sentence))
    told, negations = _told(ours, language), _negations(ours)
    if len(_content(ours, language)) < _FEWEST_WORDS:
        return False
    return any(
        negations == stretch_negations
        and len(told) >= len(stretch) * _TAKEN_UP_SHARE
        and _stand_in_order(told, stretch)
        for stretch, stretch_negations in _stretches(passage, language)
    )


def _stand_in_order(ours: list[str], theirs: list[str]) -> bool:
    left = iter(theirs)
    return all(one in left for one in ours)


def is_beyond(words: str, passage: str, *, language: str) -> bool:
    """Whether words around a quotation say more than what is in its passage, and what leads a quotation in."""
    plain = normalised(without_citations(words))
    if _numbers(plain) - _numbers(normalised(passage)) or _negations(plain):
        return True
    leading_in = {word[:_STEM_LETTERS] for word in introducing(language)}
    return bool(set(_content(plain, language)) - leading_in - _stems(passage))


@lru_cache(maxsize=_KEPT_PASSAGES)
def _longer_stems(sentence: str) -> frozenset[str]:
    return frozenset(word[:_STEM_LETTERS] for word in _LONGER_WORD.findall(normalised(without_citations(sentence))))


@lru_cache(maxsize=_KEPT_PASSAGES)
def _searchable(passage: str) -> str:
    return _loose(normalised(passage))


@lru_cache(maxsize=_KEPT_PASSAGES)
def _stems(passage: str) -> frozenset[str]:
    return frozenset(word[:_STEM_LETTERS] for word in _CONTENT_WORD.findall(normalised(passage)))


@lru_cache(maxsize=_KEPT_PASSAGES)
def _passage_numbers(passage: str) -> frozenset[str]:
    return frozenset(_numbers(normalised(passage)))


@lru_cache(maxsize=_KEPT_PASSAGES)
def _stretches(passage: str, language: str) -> list[tuple[list[str], int]]:
    """What each sentence of a passage, and each two that follow each other, tell; and how many negations they have."""
    found = [normalised(one.text) for one in sentences(passage)]
    pairs = [f"{one} {other}" for one, other in pairwise(found)]
    return [(_told(text, language), _negations(text)) for text in [*found, *pairs]]


def _told(plain: str, language: str) -> list[str]:
    """The telling words, by their first letters, and the numbers, as they follow each other."""
    common = function_words(language) - _NEGATIONS
    told = _WORD_OR_NUMBER.findall(_THOUSANDS.sub("", plain))
    return [one[:_STEM_LETTERS] if one.isalpha() else one for one in told if one not in common]


def _content(plain: str, language: str) -> list[str]:
    """The telling words, in order, by their first letters."""
    common = function_words(language) - _NEGATIONS
    return [word[:_STEM_LETTERS] for word in _CONTENT_WORD.findall(plain) if word not in common]


def _numbers(plain: str) -> set[str]:
    return set(_NUMBER.findall(_THOUSANDS.sub("", plain)))


def _negations(plain: str) -> int:
    words = _ANY_WORD.findall(_CONTRACTED.sub(" not", plain))
    return sum(word in _NEGATIONS for word in words)


def introducing(language: str) -> frozenset[str]:
    """The words of a language, in lower case."""
    return frozenset(_INTRODUCING.get(language, "").split())
