"""The names in one line of a title page: all of it is names, or none.

Words with capitals, no word of places and bodies, nothing else. Marks of notes and affiliations part names.
"""

import re
from typing import Final

from reading.bodies import names_a_body
from reading.lines import RAISED_FROM, RAISED_TO, without_marks
from reading.people import Name

_PART: Final = "\x1f"
RAISED: Final = re.compile(f"{RAISED_FROM}[^{RAISED_TO}]*{RAISED_TO}")
MAIL: Final = re.compile(r"\S{1,80}@\S{1,80}|https?://\S{1,120}|\b(?:\d{4}-){3}\d{3}[\dX]\b")
_MARKS: Final = re.compile(
    r"[*∗†‡§¶#✉⋆★]+|(?<=[^\W\d_])\s?\d{1,2}(?:\s?,\s?\d{1,2})*(?=\s?(?:[^\w\s]|$|(?:and|und|et)\b))|"
    r"[\[(]\d{1,2}(?:\s?,\s?\d{1,2})*[\])]|\([^()]{2,120}\)|"
    # "Ada Lind a,*, Bo Ek b"
    r"(?<=[^\W\d_]{2})\s[a-h](?:\s?,\s?[a-h*∗†‡])*(?=\s?,|\s?$|\s(?:and|und|et)\b)"
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
EDITED: Final = re.compile(
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
_SPLIT_MORE: Final = re.compile(r"\s+(y|e|i|a)\s+")
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
NO_NAME: Final = re.compile(
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


def names_in(text: str) -> list[Name]:
    """The names when the text holds nothing else; a body behind the names of a line may stay out of it."""
    text = without_marks(RAISED.sub(_PART, text)).strip()
    if EDITED.match(text):
        return []
    text = _MEMBER.sub("", text)
    is_told = _BEFORE.match(text) is not None or _BEFORE_SMALL.match(text) is not None
    text = MAIL.sub(_PART, _BEFORE_SMALL.sub("", _BEFORE.sub("", text.strip())))
    text = _GLUED_INITIAL.sub(r"\1 ", text)
    text = _TITLES.sub(" ", _MARKS.sub(_PART, text)).strip(" ,;:()" + _PART)
    text = text if _ONLY_INITIALS.fullmatch(text.rpartition(" ")[2]) else text.rstrip(".")
    if not text or len(text) > 1_500:
        return []
    if turned := _family_first(text):
        return turned
    if initialled := _initials_last(text):
        return initialled
    # "ADA LIND AND BO EK": of one who is certainly no initials all are in capitals.
    is_shouted = text.isupper() and any(len(word) > 3 and word.isalpha() for word in text.split())
    names: list[Name] = []
    for piece in _SPLIT.split(text):
        piece = " ".join(piece.split()).strip(" :()")
        piece = piece if _ONLY_INITIALS.fullmatch(piece.rpartition(" ")[2]) else piece.strip(".")
        if not piece:
            continue
        parts = _parted(piece)
        if all(_is_name(part) for part in parts):
            names += [_as_name(part.title() if is_shouted and part.isupper() else part) for part in parts]
        elif names and (NO_NAME.search(piece) or (is_told and _NAME_WORD.fullmatch(piece))):
            break  # a body or, behind "by", a town
        else:
            return []
    return names


def _parted(piece: str) -> list[str]:
    """ "Mira Talvik y Jonas Ferrow" are two, "José Ortega y Mar" is one, "Mira Talvik y José Ortega y Mar" are two."""
    found: list[str] = []
    for at, part in enumerate(_SPLIT_MORE.split(piece)):
        if at % 2:
            between = part
        elif found and not (_is_name(part) and _is_name(found[-1])):
            found[-1] += f" {between} {part}"
        else:
            found.append(part)
    return found if all(_is_name(part) for part in found) else [piece]


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
        piece.count(",") == 1 and not NO_NAME.search(piece) and not re.search(r"\d", piece) and not _SMALL.search(piece)
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
    if len(matches) < 2 or NO_NAME.search(text) or _SMALL.search(text):
        return []
    return [{"family": match[1], "given": " ".join(match[2])} for match in matches if match] if all(matches) else []


def _is_name(piece: str) -> bool:
    words = piece.split()
    if not 2 <= len(words) <= 6 or len(piece) > 60 or NO_NAME.search(piece) or _SMALL.search(piece):
        return False
    if names_a_body(piece, has_initial=any(_ONLY_INITIALS.fullmatch(word) for word in words[:-1])):
        return False  # "World Health Organization", above a title
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
