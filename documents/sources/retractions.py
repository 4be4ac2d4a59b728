"""Who says that a work was taken back: registers by their fields, everybody by the title (R-98).

A retracted work is known by the word of one service. The notice of a retraction is no work either, and it says of
another one that it was taken back. Corrections and expressions of concern stay with their work and are shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

#: Crossref's types of updates by which a work is gone: https://www.crossref.org/documentation/register-maintain-records/
TAKEN_BACK: Final = frozenset({"retraction", "partial_retraction", "withdrawal", "removal"})
#: Those that stay with the work and are shown.
SHOWN: Final = frozenset({"correction", "corrigendum", "erratum", "expression_of_concern", "concern"})
#: Types that OpenAlex and PubMed give to works and to notices.
_RETRACTED_TYPES: Final = frozenset({"retracted publication", "retracted article", "retracted"})
_TAKING_BACK_TYPES: Final = frozenset({"retraction", "retraction of publication", "retraction notice"})
_CORRECTING_TYPES: Final = frozenset({"erratum", "published erratum", "correction"})

_WORDS_OF_WORKS: Final = "|".join(
    [
        r"retracted(?: (?:article|paper|chapter|publication|manuscript))?",
        r"(?:article|paper|chapter) (?:retracted|withdrawn)",
        r"withdrawn(?: (?:article|paper|preprint))?",
        r"temporary removal",
        r"removed",
        r"(?:artikel )?zur(?:ü|ue)ckgezogen(?:er artikel)?",
        r"(?:article )?r[ée]tract[ée]e?",
        r"(?:art[íi]culo )?(?:retractado|retirado)",
        r"(?:articolo )?(?:ritrattato|ritirato)",
        r"(?:artigo )?(?:retratado|retirado)",
        r"(?:artikel )?(?:ingetrokken|teruggetrokken)",
        r"(?:artyku[łl] )?(?:wycofany|wycofane|wycofano)",
        r"(?:sta[žz]eno|sta[žz]en[ýy](?: [čc]l[áa]nek)?)",
        r"(?:articol )?retras",
    ]
)
_WORDS_OF_NOTICES: Final = "|".join(
    [
        r"(?:editorial )?retraction(?: (?:notice|note|statement))?",
        r"(?:notice|statement|note) of (?:retraction|withdrawal|removal)",
        r"(?:withdrawal|removal) notice",
        r"r(?:ü|ue)cknahme(?: des artikels)?",
        r"(?:mitteilung|hinweis) (?:über|zur|auf) (?:die )?(?:r(?:ü|ue)cknahme|retraktion)",
        r"(?:avis de )?r[ée]tractation(?: de l['’]article)?",
        r"(?:aviso de |nota de )?(?:retractaci[óo]n|retrataç[ãa]o)",
        r"(?:avviso di )?ritrattazione",
        r"(?:kennisgeving van )?intrekking",
        r"(?:nota|informacja) o wycofaniu(?: artyku[łl]u)?",
        r"wycofanie(?: artyku[łl]u)?",
        r"(?:ozn[áa]men[íi] o )?sta[žz]en[íi](?: [čc]l[áa]nku)?",
        r"(?:not[ăa] de )?retragere(?:a articolului)?",
    ]
)
_WORDS_OF_CORRECTIONS: Final = "|".join(
    [
        r"(?:author |publisher )?correction(?= to\b)",
        r"(?:author |publisher )correction",
        r"errat(?:um|a)",
        r"errata corrige",
        r"corrigend(?:um|a)",
        r"expression of concern",
        r"berichtigung(?= zu\b)",
        r"rectificatif",
        r"fe de erratas",
    ]
)
#: Those words of works that no title begins or ends with for another reason.
_SURE_WORDS: Final = "|".join(
    [
        r"retracted(?: (?:article|paper|chapter|publication|manuscript))?",
        r"(?:article|paper|chapter) (?:retracted|withdrawn)",
        r"withdrawn (?:article|paper|preprint)",
        r"(?:article )?r[ée]tract[ée]e?",
        r"(?:art[íi]culo )?retractado",
        r"(?:articolo )?ritrattato",
        r"artyku[łl] wycofany",
    ]
)
#: What ends such a word at the beginning of a title: a sign, never just a blank ("Retraction of the eyelid").
_SIGN: Final = r"\s*(?:[:：\]\)】］）|]|[-–—]\s)\s*"
_WORK: Final = re.compile(rf"^[\W_]*(?:{_WORDS_OF_WORKS}){_SIGN}", re.IGNORECASE)
#: Set apart as a comment of another hand: "**Retracted** On lamps".
_WORK_IN_STARS: Final = re.compile(rf"^[\W_]*[*_~]+(?:{_WORDS_OF_WORKS})[*_~]+\s*", re.IGNORECASE)
#: In capitals before, or behind, a title that is not ("RETRACTED On lamps"). "Removed" is too common a word for it.
_IN_CAPITALS: Final = _WORDS_OF_WORKS.upper().replace("|REMOVED|", "|")
_WORK_IN_CAPITALS: Final = re.compile(rf"^[\W_]*(?:{_IN_CAPITALS})\b[\W_]+(?=\S)")
_WORK_IN_CAPITALS_AT_END: Final = re.compile(rf"[\W_]+(?:{_IN_CAPITALS})\W*$")
_WORK_ALONE: Final = re.compile(rf"^\W*(?:{_SURE_WORDS})\W*$", re.IGNORECASE)
#: Before a comma or full stop, if what follows begins like a title ("Retracted, On lamps").
_WORK_BEFORE_COMMA: Final = re.compile(rf"^[\W_]*(?:{_SURE_WORDS})\s*[,.;]\s+(?=\S)", re.IGNORECASE)
_WORK_AT_END: Final = re.compile(
    rf"\s*[\(\[](?:this (?:article|paper) (?:has been|was) )?(?:{_WORDS_OF_WORKS})\b[^()\[\]]{{0,200}}[\)\]]?\W*$",
    re.IGNORECASE,
)
_NOTICE: Final = re.compile(
    rf"^[\W_]*(?:(?:{_WORDS_OF_NOTICES})(?:{_SIGN}|\s+(?:to|for|of|on)\s*[:“”\"'‘’«»„]\s*)"
    r"|retraction (?:notice|note|statement)\s+(?:to|for|of|on)\s+|notice of retraction\s+(?:to|for|of|on)\s+)",
    re.IGNORECASE,
)
_NOTICE_ALONE: Final = re.compile(rf"^\W*(?:{_WORDS_OF_NOTICES})\W*$", re.IGNORECASE)
_CORRECTION: Final = re.compile(rf"^[\W_]*(?:{_WORDS_OF_CORRECTIONS})(?:{_SIGN}|\s+(?:to|for|zu)\b\s*)", re.IGNORECASE)
_CORRECTION_ALONE: Final = re.compile(rf"^\W*(?:{_WORDS_OF_CORRECTIONS}|correction)\W*$", re.IGNORECASE)
#: Where the work stood, behind its title in a notice.
_PLACE: Final = re.compile(r"\s*(?:\[[^\[\]]*\d{4}[^\[\]]*\]?|\([^()]*\d{4}[^()]*\)?)\W*$")


@dataclass(frozen=True, slots=True)
class Standing:
    """What one service says of a work. ``title`` is bare of the words that said it.

    A notice is no work to cite; one that ``takes_back`` says of another that it was retracted. ``retracts`` are the
    DOIs that it names; ``notices`` what is shown: (kind, DOI), each once.
    """

    title: str
    is_retracted: bool = False
    is_notice: bool = False
    takes_back: bool = False
    retracts: tuple[str, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()


def by_title(title: str) -> Standing:
    """What the title says by itself."""
    for words, is_meant in _SAYINGS:
        said = words.search(title)
        rest = (title[: said.start()] + title[said.end() :]).strip() if said else ""
        if said and is_meant(rest):
            return Standing(rest or title, is_retracted=True)
    if _NOTICE_ALONE.match(title):
        return Standing(title, is_notice=True, takes_back=True)
    if _NOTICE.match(title):
        bare = _PLACE.sub("", _NOTICE.sub("", title)).strip(" “”\"'‘’«»„")
        return Standing(bare or title, is_notice=True, takes_back=True)
    return Standing(title, is_notice=bool(_CORRECTION.match(title) or _CORRECTION_ALONE.match(title)))


def _is_any(rest: str) -> bool:
    return True


def _is_in_small_letters(rest: str) -> bool:
    """Words all in capitals may be names ("On DNA"), as long as they are no more than the others."""
    words = re.findall(r"[^\W\d_]{2,}", rest)
    shouted = sum(word.isupper() for word in words)
    return 0 < len(words) >= 2 * shouted


def _begins_anew(rest: str) -> bool:
    return rest.lstrip("“”\"'‘’«»„")[:1].isupper()


#: What says that a work was taken back, and what the rest of the title must be like.
_SAYINGS: Final = (
    (_WORK, _is_any),
    (_WORK_AT_END, _is_any),
    (_WORK_ALONE, _is_any),
    (_WORK_IN_STARS, _is_any),
    (_WORK_IN_CAPITALS, _is_in_small_letters),
    (_WORK_IN_CAPITALS_AT_END, _is_in_small_letters),
    (_WORK_BEFORE_COMMA, _begins_anew),
)


def judged(
    title: str,
    *,
    is_retracted: bool = False,
    types: Iterable[object] = (),
    updated_by: Iterable[tuple[str, str]] = (),
    updates: Iterable[tuple[str, str]] = (),
) -> Standing:
    """What a service says by all it gives: its flag, its types, Crossref's updates as (type, DOI), and the title.

    ``updated_by`` are the updates of this work, ``updates`` what it does to others.
    """
    said = by_title(title)
    known = {str(one).strip().lower().replace("_", " ").replace("-", " ") for one in types}
    of_this = {(_kind(kind), doi) for kind, doi in updated_by}
    of_others = [(_kind(kind), doi) for kind, doi in updates]
    gone = bool(known & _RETRACTED_TYPES) or any(kind in TAKEN_BACK for kind, _doi in of_this)
    takes_back = said.takes_back or bool(known & _TAKING_BACK_TYPES) or any(kind in TAKEN_BACK for kind, _ in of_others)
    corrects = bool(known & _CORRECTING_TYPES) or any(kind in SHOWN for kind, _ in of_others)
    return Standing(
        title=said.title,
        is_retracted=said.is_retracted or is_retracted or gone,
        is_notice=said.is_notice or takes_back or corrects,
        takes_back=takes_back,
        retracts=tuple(sorted({doi for kind, doi in of_others if kind in TAKEN_BACK and doi})),
        notices=tuple(sorted((kind, doi) for kind, doi in of_this if kind in SHOWN)),
    )


def _kind(value: Any) -> str:
    return str(value).strip().lower().replace("-", "_").replace(" ", "_")
