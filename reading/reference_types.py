"""Types of works and names of languages as reference lists write them."""

import re
from typing import Final

#: RIS's types as CSL's.
CSL_TYPES: Final = {
    "ABST": "article-journal", "ADVS": "motion_picture", "AGGR": "dataset", "ANCIENT": "classic", "ART": "graphic",
    "BILL": "bill", "BLOG": "post-weblog", "BOOK": "book", "CASE": "legal_case", "CHAP": "chapter", "CHART": "graphic",
    "CLSWK": "classic", "COMP": "software", "CONF": "paper-conference", "CPAPER": "paper-conference", "CTLG": "book",
    "DATA": "dataset", "DBASE": "dataset", "DICT": "entry-dictionary", "EBOOK": "book", "ECHAP": "chapter",
    "EDBOOK": "book", "EJOUR": "article-journal", "ELEC": "webpage", "ENCYC": "entry-encyclopedia",
    "FIGURE": "figure", "GOVDOC": "report", "GRANT": "document", "HEAR": "hearing", "ICOMM": "webpage",
    "INPR": "article-journal", "INTV": "interview", "JFULL": "article-journal", "JOUR": "article-journal",
    "LEGAL": "legislation", "MANSCPT": "manuscript", "MAP": "map", "MGZN": "article-magazine",
    "MPCT": "motion_picture", "MULTI": "webpage", "MUSIC": "musical_score", "NEWS": "article-newspaper",
    "PAMP": "pamphlet", "PAT": "patent", "PCOMM": "personal_communication", "PREPRINT": "article", "RPRT": "report",
    "SER": "book", "SLIDE": "speech", "SOUND": "song", "STAND": "standard", "STAT": "legislation", "THES": "thesis",
    "UNPB": "manuscript", "UNPD": "manuscript", "VIDEO": "motion_picture", "WEB": "webpage",
}  # fmt: skip

#: The names that EndNote gives its types, in small letters, as RIS's.
ENDNOTE_TYPES: Final = {
    "ancient text": "ANCIENT", "artwork": "ART", "audiovisual material": "ADVS", "bill": "BILL", "blog": "BLOG",
    "book": "BOOK", "book section": "CHAP", "case": "CASE", "catalog": "CTLG", "chart or table": "CHART",
    "classical work": "CLSWK", "computer program": "COMP", "conference paper": "CPAPER",
    "conference proceedings": "CONF", "conference proceeding": "CONF", "dataset": "DATA", "dictionary": "DICT",
    "edited book": "EDBOOK", "electronic article": "EJOUR", "electronic book": "EBOOK",
    "electronic book section": "ECHAP", "electronic source": "ELEC", "encyclopedia": "ENCYC", "figure": "FIGURE",
    "film or broadcast": "MPCT", "generic": "GEN", "government document": "GOVDOC", "grant": "GRANT",
    "hearing": "HEAR", "interview": "INTV", "journal article": "JOUR", "legal rule or regulation": "LEGAL",
    "magazine article": "MGZN", "manuscript": "MANSCPT", "map": "MAP", "multimedia application": "MULTI",
    "music": "MUSIC", "newspaper article": "NEWS", "online database": "DBASE", "online multimedia": "MULTI",
    "pamphlet": "PAMP", "patent": "PAT", "personal communication": "PCOMM", "podcast": "SOUND",
    "press release": "PAMP", "report": "RPRT", "serial": "SER", "standard": "STAND", "statute": "STAT",
    "television episode": "MPCT", "thesis": "THES", "unpublished work": "UNPB", "web page": "ELEC",
}  # fmt: skip

#: Names and codes of three letters as the codes that styles know (ISO 639-1).
_LANGUAGES: Final = {
    name: code
    for code, names in {
        "cs": "czech cze ces", "da": "danish dan", "de": "german ger deu deutsch", "el": "greek gre ell",
        "en": "english eng", "es": "spanish spa español", "fi": "finnish fin", "fr": "french fre fra français",
        "hu": "hungarian hun", "it": "italian ita italiano", "ja": "japanese jpn", "nl": "dutch dut nld nederlands",
        "no": "norwegian nor", "pl": "polish pol polski", "pt": "portuguese por português", "ro": "romanian rum ron",
        "ru": "russian rus", "sk": "slovak slo slk", "sv": "swedish swe", "tr": "turkish tur", "uk": "ukrainian ukr",
        "zh": "chinese chi zho",
    }.items()
    for name in names.split()
}  # fmt: skip
_CODE: Final = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z]{2,4}){0,2}")


def language_code(said: str) -> str:
    """The code of the first language that is said; empty for one that no style would know."""
    first = re.split(r"[;,/|(]| and ", said)[0].strip()
    if known := _LANGUAGES.get(first.casefold()):
        return known
    return first.replace("_", "-") if _CODE.fullmatch(first) else ""
