"""The authors in the lines below a title.

A line is believed when all of it is names: words with capitals, no word of places and bodies, nothing else. Marks of
notes and affiliations between them part names.
"""

import re
from collections.abc import Sequence
from typing import Final

from reading.lines import RAISED_FROM, RAISED_TO, TypeLine, without_marks
from reading.people import Name
from reading.signs import BROKEN_WORD

_MAX_LINES: Final = 24
_MAX_NAMES: Final = 60
_PART: Final = "\x1f"
_RAISED: Final = re.compile(f"{RAISED_FROM}[^{RAISED_TO}]*{RAISED_TO}")
_MAIL: Final = re.compile(r"\S{1,80}@\S{1,80}|https?://\S{1,120}|\b(?:\d{4}-){3}\d{3}[\dX]\b")
_MARKS: Final = re.compile(
    r"[*∗†‡§¶#✉⋆★]+|(?<=[^\W\d_])\s?\d{1,2}(?:\s?,\s?\d{1,2})*(?=\s?(?:[^\w\s]|$|(?:and|und|et)\b))|"
    r"[\[(]\d{1,2}(?:\s?,\s?\d{1,2})*[\])]|\([^()]{2,120}\)"
)
#: Where names can no longer come: the text begins.
_TEXT_BEGINS: Final = re.compile(
    r"^\W{0,3}(?:abstract|summary|executive summary|zusammenfassung|kurzfassung|résumé|resumen|resumo|"
    r"sommario|riassunto|"
    r"streszczenie|abstrakt|rezumat|samenvatting|key\s?words|schlüssel\w+|mots[- ]clés|palabras clave|introduction|"
    r"einleitung|introducción|introduzione|wstęp|úvod|contents|table of contents|inhalt\w*|1\.?\s+[^\W\d]|"
    r"i\.\s+[^\W\d])",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    r"^\W{0,3}(?:(?:(?:written|submitted|presented|edited|prepared) )?by\b|authors?\b|autor(?:en|in|es|i|"
    r"ka|ři|zy)?\b|autores\b|"
    r"auteurs?\b|verfasser(?:in|innen)?\b|"
    r"(?:vorgelegt|eingereicht|verfasst|geschrieben)(?: \w+)? (?:von|durch)\b)\s*:?\s*",
    re.IGNORECASE,
)
#: "von Ada Lind", but not "von Lind".
_BEFORE_SMALL: Final = re.compile(
    r"^(?:[Vv]on|[Pp]ar|[Dd]oor|[Pp]rzez|[Pp]or|[Dd]i|[Dd]e)\s+(?=[A-ZÀ-ÖØ-Þ][\w.'’-]*\s+[A-ZÀ-ÖØ-Þ])"
)
#: Those who follow edited the work.
_EDITED: Final = re.compile(
    r"^\W{0,3}(?:edited by|editors?\s?:|herausgegeben von|herausgeber\w{0,3}\s?:|hrsg\.(?: von|:)?|"
    r"(?:édité|dirigé) par|"
    r"sous la direction de|a cura di|pod redakcją|editado por)\s*",
    re.IGNORECASE,
)
_MEMBER: Final = re.compile(
    r",?\s*(?:(?:senior|student|graduate student|life) )*(?:member|fellow),?\s+(?:ieee|acm)", re.IGNORECASE
)
_TITLES: Final = re.compile(
    r"(?:\b(?:univ\.?-)?(?:prof|dr|dipl|ing|mag|mgr|doc|priv)\b\.?(?:-ing\.?)?\s?|\b(?:rer|nat|phil|(?-i:h\.\s?c)|habil|med|jur)\.\s?)+"
    r"(?=[^\W\d_])|,\s?(?:ph\.?\s?d|m\.?\s?sc|b\.?\s?sc|m\.?a|b\.?a|m\.?d|msc|bsc|mph|rn|frcp|csc)\b\.?|\b(?:ph\.?d|msc|bsc|mph)\b\.?",
    re.IGNORECASE,
)
_SPLIT: Final = re.compile(rf"[;,\t{_PART}·•|&]|\s+(?:and|und|et|oraz|och|og|with|mit)\s+", re.IGNORECASE)
_SPLIT_MORE: Final = re.compile(r"\s+(?:y|e|i|a)\s+")
_ENDS_OPEN: Final = re.compile(
    r"(?:[,;&]|\b(?:and|und|et|oraz|y|e|i|von|van|der?|den|dos|das|du|di|della|ten|ter|zu))$"
)
#: The family name alone, behind which its marks stand: its given name ends the line above.
_REST_OF_NAME: Final = re.compile(rf"[^\W\d_]+,?{RAISED_FROM}")
_STARTS_OPEN: Final = re.compile(r"(?:and|und|et|oraz|y|e|i|&)\s")
_NAME_WORD: Final = re.compile(r"(?:[dlo][’'])?[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:[-'’.][^\W\d_]*)*")
_INITIALS: Final = re.compile(r"(?:[^\W\d_a-zß-öø-ÿ]\.?[\s-]?){1,4}")
#: "A.I.Toropov", "Yu.Pusep".
_GLUED_INITIAL: Final = re.compile(r"(?<![^\W_])([^\W\d_a-zß-öø-ÿ][^\W\d_A-ZÀ-ÖØ-Þ]?\.)(?=[^\W\d_]{2})")
_ONLY_INITIALS: Final = re.compile(r"[^\W\d_]|(?:[^\W\d_]\.-?){1,4}")
_INITIALLED: Final = re.compile(r"([^\W\d_a-zß-öø-ÿ][^\W\d_]+(?:[- ][^\W\d_a-zß-öø-ÿ][^\W\d_]+)?) ([A-ZÀ-ÖØ-Þ]{1,3})")
_PARTICLES: Final = frozenset(
    ["von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "ten", "ter", "zu",
     "zur", "zum", "af", "av", "el", "bin", "ibn", "al", "y", "e", "do", "vom", "t", "’t", "'t"]
)  # fmt: skip
#: Words that no person is called and that stand near titles.
_NO_NAME: Final = re.compile(
    r"\b(?:universi\w+|uniwersytet\w*|univerzit\w+|hochschul\w*|akadem\w+|academ\w+|institut\w*|instytut\w*|ústav|istituto|"
    r"departm\w+|département|fakult\w*|facult\w+|fachbereich|school|college|laborator\w*|labs?|cent(?:er|re|ro|rum)|zentrum|"
    r"hospital|clinic|klinik\w*|ministr\w+|ministeri\w+|council|commission|committee|agency|office|authority|administration|board|trust|federation|network|consortium|society|gesellschaft|"
    r"foundation|stiftung|association|verein|company|corporation|corp|inc|ltd|gmbh|llc|group|team|project|projekt|programme?|"
    r"research|science\w*|sciences|engineering|technolog\w+|studies|press|verlag|publish\w+|journal|zeitschrift|"
    r"proceedings|conference|workshop|symposium|report|bericht|working|paper|draft|version|preprint|article|review|"
    r"thesis|dissertation|masterarbeit|bachelorarbeit|hausarbeit|seminar\w*|diplom\w*|supervis\w+|advis[eo]r|betreuer\w*|"
    r"gutachter\w*|received|accepted|published|revised|submitted|copyright|open access|corresponding|"
    r"editor\w*|volume|chapter|"
    r"kapitel|series|part|edition|auflage|street|straße|strasse|road|avenue|city|state|republic|kingdom|united|germany|"
    r"deutschland|france|spain|españa|italy|italia|poland|polska|portugal|norway|sweden|denmark|netherlands|austria|"
    r"österreich|switzerland|schweiz|china|japan|india|usa|u\.s\.a|uk|canada|brazil|australia|january|february|march|"
    r"april|june|july|august|september|october|november|december|januar|februar|märz|juni|juli|oktober|dezember|abstract|contents|index|figure|table|national|international|library|"
    r"bibliothek|museum|archive|bank|union|federal|european|department|division|unit|service\w*|member|fellow|ieee|acm|"
    r"systems|software|solutions|partners|industries|consulting|holdings?|technologies|papers|discussion|trial|citation|"
    r"keywords|do[ck]tor\w*|docteure?|magist\w+|bachelor\w*|licenci\w+|philosoph\w+)\b",
    re.IGNORECASE,
)

#: Small words that stand in no name; a body's name has others beside them.
_SMALL: Final = re.compile(
    r"\b(?:the|of|for|für|on|in|with|from|zur?|über|eine?[rsmn]?|its|their|how|why|what|when|who)\b", re.IGNORECASE
)


def text_begins(text: str) -> bool:
    """Whether the line heads an abstract, a list of contents, keywords or the first chapter."""
    return _TEXT_BEGINS.match(text) is not None


def authors_below(lines: Sequence[TypeLine]) -> list[Name]:
    """The persons named in the lines below a title, from top to bottom; the first lines with names decide."""
    names: list[Name] = []
    first: TypeLine | None = None
    at = 0
    lines = lines[:_MAX_LINES]
    while at < len(lines) and len(names) < _MAX_NAMES:
        line = lines[at]
        if text_begins(line.words) or _is_prose(line.words):
            break
        found, used = _names_from(lines, at)
        if found and (first is None or _is_another_row(line, first, lines, at, used)):
            names += [name for name in found if name not in names]
            first = first or line
        at += used
    return names


def editors_in(lines: Sequence[TypeLine]) -> list[Name]:
    """The persons of the line that says who edited the work."""
    for line in lines[:_MAX_LINES]:
        if match := _EDITED.match(line.words):
            return names_in(line.words[match.end() :])
    return []


def _names_from(lines: Sequence[TypeLine], at: int) -> tuple[list[Name], int]:
    """Names of the line, or of it and those that continue it; and how many lines that took."""
    text = lines[at].text
    used = 1
    while at + used < len(lines) and used < 8:
        following = lines[at + used]
        is_broken_within_a_name = "," in text and (
            _REST_OF_NAME.match(following.text) is not None or not names_in(text)
        )
        is_open = (
            is_broken_within_a_name
            or _ENDS_OPEN.search(_RAISED.sub("", text).strip()) is not None
            or _STARTS_OPEN.match(following.text) is not None
        )
        if not is_open or abs(following.size - lines[at].size) > 0.08 * lines[at].size:
            break
        text = _continued(text, following.text)
        used += 1
    if found := names_in(text):
        return found, used
    if used > 1 and (found := names_in(lines[at].text)):
        return found, 1
    return [], 1


def _continued(text: str, following: str) -> str:
    """The text and the line below it; a name broken between them is whole again."""
    if not text.endswith((BROKEN_WORD, "-", "\u2010")):
        return f"{text} {following}"
    hyphen = "" if following[:1].islower() else "-"
    return f"{text[:-1]}{hyphen}{following}"


def _is_another_row(line: TypeLine, first: TypeLine, lines: Sequence[TypeLine], at: int, used: int) -> bool:
    """Whether a later line of names is a further row of authors and not a town: in their type, or above a body."""
    if abs(line.size - first.size) > 0.08 * first.size or line.is_bold != first.is_bold:
        return False
    above = lines[at - 1]
    if names_in(above.text) or RAISED_FROM in line.text or _MAIL.search(above.text):
        return True
    if "\t" in line.text and "\t" in first.text and abs(above.size - line.size) > 0.08 * line.size:
        return True  # authors in columns, their places between the rows in smaller type
    return at + used < len(lines) and _NO_NAME.search(lines[at + used].words) is not None


def names_in(text: str) -> list[Name]:
    """The names when the text holds nothing else; a body behind the names of a line may stay out of it."""
    text = without_marks(_RAISED.sub(_PART, text)).strip()
    if _EDITED.match(text):
        return []
    text = _MEMBER.sub("", text)
    is_told = _BEFORE.match(text) is not None or _BEFORE_SMALL.match(text) is not None
    text = _MAIL.sub(_PART, _BEFORE_SMALL.sub("", _BEFORE.sub("", text.strip())))
    text = _GLUED_INITIAL.sub(r"\1 ", text)
    text = _TITLES.sub(" ", _MARKS.sub(_PART, text)).strip(" ,;:()" + _PART)
    text = text if _ONLY_INITIALS.fullmatch(text.rpartition(" ")[2]) else text.rstrip(".")
    if not text or len(text) > 1_500:
        return []
    if turned := _family_first(text):
        return turned
    if initialled := _initials_last(text):
        return initialled
    names: list[Name] = []
    for piece in _SPLIT.split(text):
        piece = " ".join(piece.split()).strip(" :()")
        piece = piece if _ONLY_INITIALS.fullmatch(piece.rpartition(" ")[2]) else piece.strip(".")
        if not piece:
            continue
        # "Mira Talvik y Jonas Ferrow" are two, "José Ortega y Mar" is one.
        parts = [part.strip() for part in _SPLIT_MORE.split(piece)]
        parts = parts if all(_is_name(part) for part in parts) else [piece]
        if all(_is_name(part) for part in parts):
            names += [_as_name(part) for part in parts]
        elif names and (_NO_NAME.search(piece) or (is_told and _NAME_WORD.fullmatch(piece))):
            break  # a body or, behind "by", a town
        else:
            return []
    return names


def _family_first(text: str) -> list[Name]:
    """ "Lind, Ada; Ek, Bo", "Lind, A., Ek, B." and "Lind, Ada"."""
    if ";" in text:
        pieces = [" ".join(piece.replace(_PART, " ").split()).strip(" ,") for piece in text.split(";")]
        pieces = [piece for piece in pieces if piece]
    else:
        parts = [part.strip() for part in re.split(rf"[,{_PART}&]|\s(?:and|und)\s", text) if part.strip(" .")]
        if len(parts) == 2 and all(len(part.split()) == 1 and _NAME_WORD.fullmatch(part) for part in parts):
            pieces = [", ".join(parts)]
        elif len(parts) >= 2 and len(parts) % 2 == 0 and all(_INITIALS.fullmatch(part) for part in parts[1::2]):
            pieces = [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
        else:
            return []
    if not all(
        piece.count(",") == 1
        and not _NO_NAME.search(piece)
        and not re.search(r"\d", piece)
        and not _SMALL.search(piece)
        for piece in pieces
    ):
        return []
    split = [[part.strip() for part in piece.split(",")] for piece in pieces]
    if not all(family and given and _all_name_words(f"{given} {family}") for family, given in split):
        return []
    return [{"family": _cased(family), "given": _cased(given)} for family, given in split]


def _initials_last(text: str) -> list[Name]:
    """ "Lind A, Ek BC", as medical journals write; one alone may be anything."""
    pieces = [" ".join(piece.split()) for piece in re.split(rf"[,{_PART}]|\s(?:and|und)\s", text) if piece.strip()]
    matches = [_INITIALLED.fullmatch(piece) for piece in pieces]
    if len(matches) < 2 or _NO_NAME.search(text) or _SMALL.search(text):
        return []
    return [{"family": match[1], "given": " ".join(match[2])} for match in matches if match] if all(matches) else []


def _is_name(piece: str) -> bool:
    words = piece.split()
    if not 2 <= len(words) <= 6 or len(piece) > 60 or _NO_NAME.search(piece) or _SMALL.search(piece):
        return False
    whole = [word for word in words if len(word.strip(".")) > 1 and word not in _PARTICLES]
    return (
        bool(whole)
        and _all_name_words(piece)
        and not _ONLY_INITIALS.fullmatch(words[-1])
        and words[-1] not in _PARTICLES
    )


def _all_name_words(piece: str) -> bool:
    return all(word.casefold() in _PARTICLES or _NAME_WORD.fullmatch(word.strip(",")) for word in piece.split())


def _as_name(piece: str) -> Name:
    """The family is the last word, or all from the first particle on."""
    words = _cased(piece).split()
    start = next((at for at, word in enumerate(words[1:], 1) if word.casefold() in _PARTICLES), len(words) - 1)
    if words[start] in ("y", "e") and start > 1:
        start -= 1  # "José Ortega y Gasset"
    return {"family": " ".join(words[start:]), "given": " ".join(words[:start])}


def _cased(name: str) -> str:
    """A name set in capitals as it is written elsewhere; initials and all others stay."""
    if not name.isupper() or all(len(word.strip(".")) < 3 for word in name.split()):
        return name
    return " ".join(
        word.lower()
        if word.lower() in _PARTICLES and at
        else re.sub(r"[^\W\d_]+", lambda part: part.group().capitalize(), word)
        for at, word in enumerate(name.split())
    )


def _is_prose(text: str) -> bool:
    """A line of running text: many words, most of them small, no list of names."""
    words = text.split()
    small = sum(word[:1].islower() for word in words)
    return (
        len(words) >= 9
        and not text.endswith(":")
        and small * 2 > len(words)
        and not _NO_NAME.search(" ".join(words[:3]))
    )
