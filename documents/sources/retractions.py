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
_NOTICE_TYPES: Final = frozenset(
    {"retraction", "retraction of publication", "retraction notice", "erratum", "published erratum", "correction"}
)

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
#: What ends such a word at the beginning of a title: a sign, never just a blank ("Retraction of the eyelid").
_SIGN: Final = r"\s*(?:[:\]\)|]|[-–—]\s)\s*"
_WORK: Final = re.compile(rf"^[\W_]*(?:{_WORDS_OF_WORKS}){_SIGN}", re.IGNORECASE)
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
#: Where the work stood, behind its title in a notice.
_PLACE: Final = re.compile(r"\s*(?:\[[^\[\]]*\d{4}[^\[\]]*\]?|\([^()]*\d{4}[^()]*\)?)\W*$")


@dataclass(frozen=True, slots=True)
class Standing:
    """What one service says of a work. ``title`` is bare of the words that said it.

    ``retracts`` are the DOIs that a notice names; ``notices`` what is shown: (kind, DOI), each once.
    """

    title: str
    is_retracted: bool = False
    is_notice: bool = False
    retracts: tuple[str, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()


def by_title(title: str) -> Standing:
    """What the title says by itself."""
    for words in (_WORK, _WORK_AT_END):
        if words.search(title):
            return Standing(words.sub("", title).strip() or title, is_retracted=True)
    if _NOTICE_ALONE.match(title):
        return Standing(title, is_notice=True)
    if _NOTICE.match(title):
        bare = _PLACE.sub("", _NOTICE.sub("", title)).strip(" “”\"'‘’«»„")
        return Standing(bare or title, is_notice=True)
    return Standing(title)


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
    return Standing(
        title=said.title,
        is_retracted=said.is_retracted or is_retracted or gone,
        is_notice=said.is_notice
        or bool(known & _NOTICE_TYPES)
        or any(kind in TAKEN_BACK | SHOWN for kind, _doi in of_others),
        retracts=tuple(sorted({doi for kind, doi in of_others if kind in TAKEN_BACK and doi})),
        notices=tuple(sorted((kind, doi) for kind, doi in of_this if kind in SHOWN)),
    )


def _kind(value: Any) -> str:
    return str(value).strip().lower().replace("-", "_").replace(" ", "_")
