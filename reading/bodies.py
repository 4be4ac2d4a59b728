"""Whether a name is a body's: an organisation, a team, an office."""

import re
from typing import Final

#: Words that stand in no person's name.
_STRONG: Final = re.compile(
    r"(?<!\w)(?:team|project|group|gruppe|committee|komitee|comité|council|commission|kommission|commissione|universit\w+|"
    r"uniwersytet\w*|univerzit\w*|institut\w*|instytut\w*|istituto|school|hochschule|fachhochschule|akademie|academ\w+|"
    r"departe?ment\w*|minist(?:er(?:ium|io|o|stwo)?|ère|ry|erstvo)|bundesministerium|bundesamt\w*|bundesanstalt|statistisches|amt|"
    r"foundation|stiftung|fundación|fondation|fondazione|fundacja|society|gesellschaft|société|società|association|"
    r"associazione|verband|verein|bund|organi[sz]ation\w*|company|corporation|corp|agency|agentur|agence|agenzia|office|"
    r"consortium|konsortium|collaboration|community|developers|contributors|editors|authors|network|netzwerk|initiative|"
    r"programme|program|inc|ltd|gmbh|llc|plc|s\.?p\.?a|centers?|centres?|zentrum|centrum|laborator\w+|labor|"
    r"bureau|federation|föderation|union|unión|government|regierung|parliament|parlament|congress|court|services?|"
    r"survey|trust|alliance|board|authority|behörde|bank|bibliothek|library|museum|hospital|klinik\w*|archiv\w*|"
    r"publishers?|verlag|press|nations|world|international|national|european|federal|research|systems|technolog\w+|"
    r"software|media|television|news|times|records|industries|solutions|partners|fund|college|conference|county|republic|"
    r"kingdom|states|police|bundestag|bundesrat|bundesregierung|urząd|úřad|ústav|consiglio|consejo|conseil|assemblée|"
    r"centro|departamento|dipartimento|universidad|università|université|health|redaktion|redakcja|rédaction|"
    r"arbeitskreis|arbeitsgemeinschaft)"
    r"(?!\w)",
    re.IGNORECASE,
)
#: Words that are families' names as well: behind a given name's initial they are one.
_ALSO_FAMILIES: Final = frozenset(
    {"press", "list", "bank", "school", "bund", "board", "court", "labor", "trust", "group"}
)
_LIST_OF: Final = re.compile(r"(?<!\w)list(?!\w)", re.IGNORECASE)
#: Without those that are initials as well: "Lind, SA", "Ek, A.G.", "Stanev, E. V.", "Ek, S.R.L.".
_COMPANY_SUFFIX: Final = re.compile(
    r"^(?:(?i:inc|ltd|llc|llp|plc|co|corp|gmbh|pty\.? ltd|co\.?,? ltd|sp\. z o\.\s?o)"
    r"|e\.\s?[vV]|[sS]\.?p\.?[aA]|[sS]\.?r\.?l)\.?$"
)
#: What German bodies are in one word with others: "Nationalbank", "Autorengruppe".
_ENDING: Final = re.compile(
    r"(?<=\w{3})(?:genossenschaft|gruppe|dienst|versicherung|ministerium|(?<=bundes|landes)bank|(?<=national)bank|"
    r"(?<=zentral)bank)(?!\w)",
    re.IGNORECASE,
)
#: Behind the name of a corporation in capitals: "KPMG AG". "Lind AG" is a person with initials.
_STOCK: Final = frozenset({"AG", "SE", "KG", "NV", "SA", "AB", "ASA", "KGaA"})
#: Words that a body's name begins with; further on they are families' ("Isaac Deutscher").
_FIRST: Final = re.compile(
    r"^(?:banco|banca|banque|(?:deutsch|österreichisch|schweizerisch|europäisch|international|bayerisch|sächsisch|hessisch|"
    r"staatlich|städtisch|evangelisch|katholisch)e[rsn]?)\s",
    re.IGNORECASE,
)
#: Small words and forms that count as they are written only: "Per", "The" and "E. V." are names, too.
_SMALL: Final = re.compile(r"^The\s|(?<!\w)(?:the|of|and|für|for|des|per|pour|on|&|e\.\s?V\.?)(?!\w)")
#: Particles and the like, which stand in persons' names.
_PERSONAL_WORDS: Final = "von van de der den del della di da dos das du la le les ten ter e y"
_PERSONAL: Final = frozenset(_PERSONAL_WORDS.split())


def is_company_suffix(text: str) -> bool:
    """Whether it is what stands behind a company's name and its comma ("Inc.", "GmbH")."""
    return bool(_COMPANY_SUFFIX.match(text.strip()))


def names_a_body(text: str, *, has_initial: bool = False, is_given: bool = False) -> bool:
    """Whether the words are a body's. ``has_initial``: a given name's initial stands among them (John A. List)."""
    if any(sign.isdigit() for sign in text):
        return True
    words = text.split()
    last = words[-1].lower() if words else ""
    if has_initial and last in _ALSO_FAMILIES:
        words = words[:-1]
    inner = " ".join(word for word in words if word not in _PERSONAL)
    if is_given and len(words) == 1:
        return False
    is_corporation = len(words) == 2 and words[1] in _STOCK and words[0].isupper()
    if is_corporation or (len(words) > 1 and (_FIRST.match(text) or _LIST_OF.search(inner))):
        return True
    return bool(_STRONG.search(inner) or _ENDING.search(inner) or _SMALL.search(inner))
