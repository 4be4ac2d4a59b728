"""Words in large type that are no title: the kind of the text, the name of a journal, a series or a school."""

import re
from typing import Final

_KIND_OF_THESIS: Final = (
    r"(?:master|bachelor|diplom|doctoral|phd|ph\.d\.)\W?\w{0,2}\W?\s?(?:thesis|arbeit|dissertation)|dissertation|thesis|"
    r"masterarbeit|bachelorarbeit|hausarbeit|seminararbeit|inauguraldissertation|habilitationsschrift|"
    r"thèse(?: de doctorat)?|mémoire(?: de \w+)?|tesi (?:di laurea.{0,20}|magistrale|di dottorato)|tesis(?: doctoral)?|"
    r"trabajo (?:de )?fin de \w+|dissertação(?: de mestrado)?|tese(?: de doutoramento)?|proefschrift|masterproef|"
    r"scriptie|praca (?:magisterska|licencjacka|inżynierska|dyplomowa|doktorska)|rozprawa doktorska|"
    r"(?:diplomová|bakalářská|disertační|rigorózní|magisterská) práce|lucrare de \w+|teză de doctorat"
)
#: Not seminar papers: nobody cites those as theses.
_THESIS: Final = re.compile(rf"^\W*(?!haus|seminar)(?:(?:a|eine?) )?(?:{_KIND_OF_THESIS})\W*$", re.IGNORECASE)
_LABEL: Final = re.compile(
    r"^\W*(?:(?:original |research |review |short |full )?(?:research )?(?:article|paper|communication|"
    r"report|review)s?|"
    r"open access|open|preprint|(?:working|discussion|research) papers?(?: series)?(?: \W*(?:no\.?|"
    r"nr\.?)? ?\d[\d/-]*)?|"
    r"technical report.{0,20}|white ?paper|policy brief|letters?|editorial|case report|abstract|summary|"
    r"zusammenfassung|contents|inhalt\w*|check for updates|"
    rf"{_KIND_OF_THESIS}|"
    r"(?:chapter|kapitel|part|teil|volume|band|vol\.|no\.|issue) \W?[\divxlc]+|introduction|einleitung|draft|"
    r"\d{1,2}\.? (?:introduction|einleitung))\W*$",
    re.IGNORECASE,
)
_MASTHEAD: Final = re.compile(
    r"^(?:the )?(?:\w+ ){0,3}(?:journal|zeitschrift|annals|annalen|proceedings|transactions|bulletin|"
    r"archives?|revue|revista|"
    r"rivista|przegląd|universit(?:y|ät|é|à|at|eit|ad|atea)|hochschule|uniwersytet|institut[eo]?|faculty|fakultät|department)\b.{0,70}$|"
    r"^(?:the |die |der |le |la |el |il )?(?:[\w’'-]+ ){0,3}(?:courier|kurier|gazette|tribune|herald|"
    r"chronicle|telegraph|post|times|daily|weekly|news|zeitung|tageblatt|tagblatt|anzeiger|rundschau|nachrichten|journal|gazeta|noviny|"
    r"courrier|gazzetta|diario|krant)$",
    re.IGNORECASE,
)
_SERIES: Final = re.compile(
    r"\b(?:working|discussion|research|occasional|policy) papers?\b|\bschriftenreihe\b|\bseries$", re.I
)
_OF_SERIES: Final = re.compile(
    r"^\W*(?:(?:working|discussion|research|occasional|policy|technical) (?:papers?|reports?|notes?)|report|"
    r"arbeitspapier|diskussionspapier|documento de trabajo|document de travail)\b.{0,40}\d.*,",
    re.IGNORECASE,
)
#: "1 Introduction", "1. The harbour": what heads the first section.
_FIRST_SECTION: Final = re.compile(r"^(?:1|I|0)\.?\s+[^\W\d]")


def is_label(text: str) -> bool:
    """Whether it says the kind of the text or of a part of it."""
    return _LABEL.match(text) is not None


def kind_of_thesis(text: str) -> str:
    """The words of a line that says of which kind a thesis is; empty for others."""
    return text.strip(" .:*–—-") if _THESIS.match(text) else ""


def says_a_report(text: str) -> bool:
    """Whether the line names a number of a series of papers, behind which its date may stand."""
    return _OF_SERIES.match(text) is not None


def is_no_title(text: str) -> bool:
    """The kind of the text, or the name of a journal, a newspaper, a series, a university."""
    if is_label(text):
        return True
    return (_MASTHEAD.match(text) is not None or _SERIES.search(text) is not None) and len(text.split()) <= 7


def heads_first_section(text: str) -> bool:
    """Whether it begins with the number of a first section."""
    return _FIRST_SECTION.match(text) is not None
