"""Places in a source, in whatever words the writer named them: ``S. 7 f.``, ``pp. 3-5``, ``blz. 9``, ``Kap. 3``.

Citation engines know the words of the document's language alone. Here they are read in all our languages, and given on
by a name that no language has (`token`), which mended styles know (`typesetting.style_mending`): the engine then prints
the place in the words of the style and the document (R-04).
"""

import re
from dataclasses import dataclass
from typing import Final

from typesetting import labels
from typesetting.labels import base_language
from typesetting.typography import NO_BREAK

#: Every word for a kind of place, in small letters, plurals and abbreviations without their full stop.
_WORDS: Final = {
    "page": "p pp pg pgs page pages s ss seite seiten pág págs pag pags pagg pagina pagine página páginas str stron "
    "strona strony strana strany blz bladzijde bladzijden bladzijdes pagina's paginile",
    "chapter": "ch chap chaps chapter chapters kap kapitel kapiteln cap capp caps capítulo capítulos capitolo capitoli "
    "chapitre chapitres rozdz rozdział rozdziały kapitola kapitoly hfst hoofdst hoofdstuk hoofdstukken capitol "
    "capitolul capitole",
    "section": "sec secs sect section sections abschn abschnitt abschnitte sez sezione sezioni sección secciones "
    "secção secções sekcja sekcje sekce sectie secties secțiune secțiunea secțiuni",
    "volume": "vol vols volume volumes bd bde band bände tomo tomos tome tomes tom sv svazek deel",
    "line": "line lines z zeile zeilen riga righe línea líneas ligne lignes linha linhas wers řádek řádky regel regels",
    "figure": "fig figs figure figures abb abbildung abbildungen figura figuras figure rys rycina ryc obr obrázek "
    "afb afbeelding",
    "part": "part parts teil teile parte partes partie parties część části část",
}  # fmt: skip
#: Numbers in a legal text's margin, articles and tables have no name among the engine's.
_SAID_AS: Final = {
    "margin": {
        "de": "Rn.", "en": "para.", "fr": "n°", "it": "n.", "es": "n.º", "pt": "n.º", "pl": "nb", "nl": "rn.",
        "cs": "bod", "ro": "pct.",
    },
    "article": dict.fromkeys(("en", "fr", "it", "es", "pt", "pl", "nl", "ro"), "art.") | {"de": "Art.", "cs": "čl."},
    "table": {
        "de": "Tab.", "en": "table", "fr": "tabl.", "it": "tab.", "es": "tabla", "pt": "tab.", "pl": "tab.",
        "nl": "tabel", "cs": "tab.", "ro": "tab.",
    },
    "chapter": {
        "de": "Kap.", "en": "chap.", "fr": "chap.", "it": "cap.", "es": "cap.", "pt": "cap.", "pl": "rozdz.",
        "nl": "hfst.", "cs": "kap.", "ro": "cap.",
    },
    "section": {
        "de": "Abschn.", "en": "sec.", "fr": "sect.", "it": "sez.", "es": "sec.", "pt": "sec.", "pl": "sekc.",
        "nl": "sect.", "cs": "sekce", "ro": "secț.",
    },
    "volume": dict.fromkeys(("en", "fr", "it", "es", "pt", "ro"), "vol.")
    | {"de": "Bd.", "pl": "t.", "nl": "deel", "cs": "sv."},
    "line": {
        "de": "Z.", "en": "line", "fr": "l.", "it": "r.", "es": "lín.", "pt": "l.", "pl": "w.", "nl": "r.",
        "cs": "ř.", "ro": "r.",
    },
    "figure": {
        "de": "Abb.", "en": "fig.", "fr": "fig.", "it": "fig.", "es": "fig.", "pt": "fig.", "pl": "rys.",
        "nl": "afb.", "cs": "obr.", "ro": "fig.",
    },
    "part": {
        "de": "Teil", "en": "part", "fr": "part.", "it": "parte", "es": "parte", "pt": "parte", "pl": "cz.",
        "nl": "deel", "cs": "část", "ro": "partea",
    },
}  # fmt: skip
_OUR_KINDS: Final = {
    "margin": "rn rdn rdnr rz randnummer randziffer randnr",
    "article": "art arts artikel article articles articolo artículo artigo artykuł článek čl articolul",
    "table": "tab tabelle table tables tabella tabla tabl tableau tabela tabulka tabel tabelul",
}
#: The page that follows, or those that do, as each language says it.
_NEXT: Final = {"de": "f.", "en": "f.", "fr": "sq.", "it": "s.", "es": "s.", "pt": "s.", "pl": "n.", "nl": "e.v.",
                "cs": "n.", "ro": "urm."}  # fmt: skip
_REST: Final = {"de": "ff.", "en": "ff.", "fr": "sqq.", "it": "ss.", "es": "ss.", "pt": "ss.", "pl": "nn.",
                "nl": "e.v.", "cs": "nn.", "ro": "urm."}  # fmt: skip
_ALSO: Final = {
    "en": ("et seq.",),
    "fr": ("s.", "ss.", "et suiv.", "et s.", "et sq."),
    "it": ("e s.", "e ss.", "sg.", "sgg.", "e sg.", "e sgg.", "e seg.", "e segg."),
    "es": ("y s.", "y ss.", "y sig.", "y sigs."),
    "pt": ("e s.", "e ss.", "e seg.", "e segs."),
    "pl": ("i n.", "i nn."),
    "cs": ("a n.", "an.", "násl.", "a násl."),
    "nl": ("ev.", "vv."),
    "ro": ("și urm.",),
}
_SEVERAL: Final = frozenset(
    {"ff", "sqq", "ss", "nn", "e ss", "y ss", "i nn", "sgg", "e sgg", "e segg", "y sigs", "e segs", "et suiv", "vv"}
    | {"et seq", "násl", "a násl"}
)

_KIND_OF: Final = {word: kind for kind, words in (_WORDS | _OUR_KINDS).items() for word in words.split()}
_FOLLOWING: Final = {
    language: {word.rstrip(".") for word in (_NEXT[language], _REST[language], *_ALSO.get(language, ()))}
    for language in _NEXT
}


def _one_of(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_LABELS: Final = _one_of(set(_KIND_OF))
_FOLLOWERS: Final = _one_of(set().union(*_FOLLOWING.values()))
_NUMBER: Final = r"[A-Z]{0,2}\d[\w.]*?|[ivxlcdm]+"
_AND: Final = r"\s+(?:&|and|und|et|e|ed|y|i|oraz|a|en|și)\s+"
_PLACE: Final = re.compile(
    rf"(?:(?P<label>{_LABELS})(?:\.\s*|\s+|(?=\d)))?"
    rf"(?P<value>(?:{_NUMBER})(?:(?:\s*[-–—,]\s*|{_AND})(?:{_NUMBER}))*)"
    rf"(?:(?P<gap>\s*)(?P<following>{_FOLLOWERS})(?P<stop>\.?))?"
    r"(?P<end>\.?)(?P<rest>\s*[,;(].*|\s+[^\d\s].*)?",
    re.I | re.S,
)
_SEVERAL_PLACES: Final = re.compile(_AND)
_GIVEN_ON: Final = re.compile(r"\{tesigolocator(?P<kind>[a-z]+) (?P<numbers>[^}]*)\}")
_LEGAL: Final = re.compile(r"[§¶]")


@dataclass(frozen=True)
class Place:
    """A place in a source: its kind as citation engines name it, its numbers, and what follows it."""

    kind: str
    value: str
    gap: str = ""
    following: str = ""
    rest: str = ""

    def numbers(self, language: str) -> str:
        """The value as that language writes it: ``7 f.``, ``7 i n.``."""
        if not self.following:
            return self.value
        word = self.following
        base = base_language(language) if base_language(language) in _FOLLOWING else "en"
        if word.lower() not in _FOLLOWING[base]:
            word = (_REST if word.lower() in _SEVERAL else _NEXT)[base].rstrip(".")
        return f"{self.value}{NO_BREAK if self.gap else ''}{word}."


def token(kind: str) -> str:
    """The name of a kind of place in mended styles."""
    return f"tesigolocator{kind}"


KINDS: Final = tuple(_WORDS)


def read_place(said: str) -> Place | None:
    """What a citation says behind its key, if that is a place in the source. Numbers alone are pages."""
    match = _PLACE.fullmatch(said.strip().lstrip(",").strip())
    if match is None:
        return None
    return Place(
        kind=_KIND_OF[(match["label"] or "p").lower()],
        value=_SEVERAL_PLACES.sub(", ", match["value"]),
        gap=match["gap"] or "",
        following=match["following"] or "",
        rest=match["rest"] or "",
    )


def for_the_engine(said: str, language: str) -> str:
    """What stands behind a key, such that pandoc's citation engine prints it as this language does.

    Braces make it take what is in them as the place, and nothing else. Empty ones keep it from looking for a place:
    "§ 433" would become a section.
    """
    said = " ".join(said.replace("{", "").replace("}", "").split())
    if not said:
        return ""
    place = None if _LEGAL.match(said.lstrip(", ")) else read_place(said)
    if place is None:
        blank = "" if said[0] in ",.;:" else ", " if _LEGAL.match(said) else " "
        return f"{{}}{blank}{said}"
    numbers = place.numbers(language)
    if place.kind == "page" or (place.kind in KINDS and not place.following):
        return f", {{{token(place.kind)} {numbers}}}{place.rest}"
    return f"{{}}, {label_of(place.kind, language)}{NO_BREAK}{numbers}{place.rest}"


def as_words(suffix: str, language: str) -> str:
    """What `for_the_engine` wrote, such that the engine prints a place other than a page as words of its own."""
    found = _GIVEN_ON.search(suffix)
    if found is None or found["kind"] == "page":
        return suffix
    said = f"{label_of(found['kind'], language)}{NO_BREAK}{found['numbers']}"
    return f"{{}}{suffix[: found.start()]}{said}{suffix[found.end() :]}"


def in_words(suffix: str, language: str) -> str:
    """What `for_the_engine` wrote, as a reader would see it where no engine is at work."""
    said = suffix.removeprefix("{}")
    return _GIVEN_ON.sub(lambda found: f"{label_of(found['kind'], language)}{NO_BREAK}{found['numbers']}", said)


def label_of(kind: str, language: str) -> str:
    """What a language calls a kind of place before its number, in short."""
    if kind == "page":
        return labels.words(language).page
    words = _SAID_AS[kind]
    return words.get(base_language(language), words["en"])
