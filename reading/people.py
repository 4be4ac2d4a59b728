"""Names of people and bodies as CSL-JSON has them. Nothing is guessed that the text does not say."""

import re
from typing import Final

from reading.bodies import is_company_suffix, names_a_body

Name = dict[str, str]

_PARTICLES: Final = (
    "von van de der den del della di da dos das do du la le les ten ter zu zur zum af av el bin ibn al y e vom dei "
    "degli 't"
)
PARTICLES: Final = frozenset(_PARTICLES.split())
#: Particles that belong to the family name in capitals, too ("Anna De Rossi").
_CAPITALS: Final = "van von de di da del della dos das du le la el ten ter den der st. st"
_CAPITAL_PARTICLES: Final = frozenset(_CAPITALS.split())
#: Who is no author of a file: the computer, its owner, the program.
_NOT_OF_A_FILE: Final = re.compile(
    r"^(admin\w*|user\w*|root|owner|default|author|anonymous|microsoft.*|python-docx|.*\bscanner\b.*|.*@.*)$",
    re.IGNORECASE,
)
_NOT_A_NAME: Final = re.compile(
    r"^(unknown|unbekannt|none|null|nan|n/?a|undefined|\[object object\]|\W*|\d+)$", re.IGNORECASE
)
#: What pages and databases put behind a name: marks of notes, numbers of addresses, ORCID.
_MARKS: Final = re.compile(r"(?<=[^\W\d_.])[\s,]*(?:[*†‡§¶#]+|[\d,\s]*\d|[¹²³⁰⁴-⁹]+)[\s,*†‡§¶#]*$")
_MAY_BE_MARKED: Final = re.compile(r"[\d*†‡§¶#¹²³⁰⁴-⁹]")
_ORCID: Final = re.compile(
    r"\s*[(\[<]?\s*(?:ORCID(?:\s?i?D)?:?\s*)?(?:https?://orcid\.org/)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]\s*[)\]>]?",
    re.IGNORECASE,
)
#: An "and" that nothing stands before.
_LEADING_AND: Final = re.compile(r"^(?:(?:and|und|&)\s+)+", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"^(?:jr|sr|jun|sen|jnr|snr|ii|iii|iv|2nd|3rd|fils|père)\.?$", re.IGNORECASE)
_DEGREE: Final = re.compile(
    r"^(?:ph\.?\s?d|d\.?\s?phil|m\.?\s?sc|b\.?\s?sc|m\.?\s?p\.?\s?h|m\.?b\.?a|ll\.?\s?m|esq|dr)\.?$", re.IGNORECASE
)
#: Degrees that look like initials ("Lind, M.A."): they are degrees behind a given name only.
_LATE_DEGREE: Final = re.compile(r"^(?:m\.?\s?[da]|b\.?\s?a|r\.?\s?n)\.?$", re.IGNORECASE)
_ET_AL: Final = re.compile(
    r"[\s,;]*(?<!\w)(?:et\.?\s?al\.?|u\.\s?a\.|i in\.|and others|& others|others)\s*$", re.IGNORECASE
)
_OTHERS: Final = {"literal": "others"}
#: "A.", "A.B.", "A-B", "AB", "J.-P.": one to four capital letters.
_INITIALS: Final = re.compile(r"^(?:[^\W\d_]\.(?:[-–\s]?[^\W\d_]\.?){0,3}|[^\W\d_](?:-?[^\W\d_]){0,2})$")
#: Capitals that end the names of bodies ("Lamps UK").
_NO_INITIALS: Final = frozenset({"AI", "UK", "USA", "EU", "UN", "TV"})
#: Titles in front of a name.
_ACADEMIC: Final = re.compile(
    r"^(?:(?:Univ\.-)?(?:Prof|Dr|Dipl|Mrs?|Ms)\b\.?(?:-[A-Z][a-z]{1,4}\.)?(?:\s*h\.\s?c\.)?(?:\s+|$))+"
)
_LIST: Final = re.compile(r"^\[\s*(['\"]).*\1\s*\]$", re.DOTALL)
#: "al- Hakim", "d’ Orval": programs put a blank behind what belongs to the name.
_APART: Final = re.compile(r"(?<!\w)((?:[Aa]l|[Ee]l|as|ad|'s)-|[dDlL][’'])\s+(?=\w)")
#: Words of a person's name, with and without particles ("Charles Louis Xavier Joseph de la Vallée Poussin").
_MOST_WORDS: Final = 9
_MOST_WORDS_PLAIN: Final = 5
_AND: Final = re.compile(r"\s*,?\s+(?:and|und|&)\s+", re.IGNORECASE)


def people(text: str) -> list[Name]:
    """The names in a metadata field such as ``"Anna Rossi; Jan Novák"``; empty where it names nobody.

    A body, or whatever does not look like a person's name, is kept whole as ``literal``. Names of computers, programs
    and owners, which metadata hold, are nobody.
    """
    text = " ".join(text.split()).strip(" ,;")
    return [] if _NOT_OF_A_FILE.match(text) else _names(text, given_first=True)


def authors(text: str) -> list[Name]:
    """The names in a field of a reference list, whatever stands between them; the literal "others" for "et al.".

    As such lists have it, "Mora Vidal, Ana Luz" is one person, unless others in the field begin with a given name.
    """
    return _names(" ".join(text.split()).strip(" ,;"), given_first=False)


def person(text: str) -> Name | None:
    """One name, a body as ``literal``; None where it is no name.

    A person is "Family, Given", "Given Family", "Family, Jr., Given" or "Family A.B.", with initials in any order.
    """
    text = _LEADING_AND.sub("", _APART.sub(r"\1", " ".join(text.split()).strip(" ,;")))
    if _MAY_BE_MARKED.search(text):
        text = _unmarked(_ORCID.sub("", text))
    if not text or _NOT_A_NAME.match(text):
        return None
    parts = [_ACADEMIC.sub("", part.strip()) or part.strip() for part in text.split(",") if part.strip()]
    suffix = ""
    if len(parts) > 1:
        suffix = next((part for part in parts[1:] if _SUFFIX.match(part)), "")
        parts = [part for at, part in enumerate(parts) if not at or not (part == suffix or _DEGREE.match(part))]
        parts = [part for at, part in enumerate(parts) if at < 2 or not _LATE_DEGREE.match(part)]
    if len(parts) > 2 or (len(parts) == 2 and _is_body_with_comma(*parts)):
        return {"literal": text}
    name = _family_first(*parts) if len(parts) == 2 else _without_comma(parts[0], has_suffix=bool(suffix))
    return name | {"suffix": suffix} if suffix and "family" in name else name


def _unmarked(text: str) -> str:
    """Without the marks behind it ("Lind, Ada*", "Ada Lind1,2"); in "Group of 20" the number is none."""
    bare = _MARKS.sub("", text)
    return bare if len(bare.split()) > 1 and len(bare.split()) == len(text.split()) else text


def _names(text: str, *, given_first: bool) -> list[Name]:
    if _LIST.match(text):
        quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", text)
        return [name for one in quoted for name in _names((one[0] or one[1]).strip(), given_first=given_first)]
    bare = _ET_AL.sub("", text).strip(" ,;")
    if not bare or _NOT_A_NAME.match(bare):
        return []
    names = [name for part in _split(bare, given_first) if (name := person(part))]
    return [*names, dict(_OTHERS)] if bare != text and names else names


def _is_body_with_comma(family: str, given: str) -> bool:
    if is_company_suffix(given) or any(sign.isdigit() for sign in family):
        return True
    words = [word for word in family.split() if word.lower() not in PARTICLES]
    # "Press, William H.", "List, John A.", "Bank, Carl": one word before a comma is a family.
    return (len(words) > 1 and names_a_body(family)) or names_a_body(given, is_given=True)


def _family_first(family: str, given: str) -> Name:
    words = family.split()
    suffix = words.pop() if len(words) > 1 and _SUFFIX.match(words[-1]) else ""
    name = {"family": " ".join(words)}
    particles: list[str] = []
    rest = given.split()
    if len(rest) > 1 and _SUFFIX.match(rest[-1]):
        suffix = rest.pop()
    while len(rest) > 1 and rest[-1] in PARTICLES:  # "Cruz, M. de la"
        particles.insert(0, rest.pop())
    name["given"] = _spaced(" ".join(rest), beside=family)
    if particles:
        name["dropping-particle"] = " ".join(particles)
    return name | ({"suffix": suffix} if suffix else {})


def _without_comma(text: str, *, has_suffix: bool) -> Name:
    words = text.split()
    # "Elizabeth II"; of two words "Jr" is a name, too.
    is_last = len(words) > 2 or (len(words) == 2 and words[-1] in ("II", "III"))
    suffix = words.pop() if is_last and _SUFFIX.match(words[-1]) else ""
    ending = {"suffix": suffix} if suffix else {}
    if len(words) == 2 and words[0] in PARTICLES and words[1].isalpha():
        return {"family": text} | ending  # "da Vinci"
    if len(words) == 1:
        word = words[0]
        is_family = len(word) > 1 and not word.isupper() and not names_a_body(word) and word.isalpha()
        return {"family": word} | ending if is_family or has_suffix else {"literal": text}
    if words[-1] in _NO_INITIALS:
        return {"literal": text}
    if _is_family_and_initials(words):
        return {"family": " ".join(words[:-1]), "given": _spaced(words[-1], beside=words[0])} | ending
    has_initial = any(_is_initials(word, beside=words[-1]) for word in words[:-1])
    most = _MOST_WORDS if any(word in PARTICLES for word in words[1:-1]) else _MOST_WORDS_PLAIN
    if len(words) > most or names_a_body(text, has_initial=has_initial) or not _all_capitalised(words):
        return {"literal": text}
    first = next((at for at, word in enumerate(words[1:], 1) if word in PARTICLES), len(words) - 1)
    if words[first] in ("y", "e") and first > 1:
        first -= 1  # "José Ortega y Gasset"
    while first > 1 and words[first - 1].lower() in _CAPITAL_PARTICLES:
        first -= 1
    given = " ".join(words[:first])
    return {"family": " ".join(words[first:]), "given": _spaced(given, beside=words[-1])} | ending


def _is_family_and_initials(words: list[str]) -> bool:
    """ "Lind A.B.", "van der Berg JP": initials behind, and none before them."""
    *family, last = words
    if _SUFFIX.match(last) or not _is_initials(last, beside=family[-1]) or not _all_capitalised(family):
        return False
    return not any(_is_initials(word, beside="x") for word in family) and not names_a_body(" ".join(family))


def _is_initials(word: str, *, beside: str) -> bool:
    """Initials, with or without dots; capitals alone are some only ``beside`` a name in small letters."""
    if not _INITIALS.match(word) or not word.replace(".", "").replace("-", "").replace("–", "").isupper():
        return False
    return "." in word or len(word) == 1 or not beside.isupper()


def _spaced(given: str, *, beside: str) -> str:
    """Initials apart ("A.B." and "AB" are "A. B."), for styles count words."""
    words = given.split()
    if not words:
        return given
    return " ".join(_initials_of(word) if _is_initials(word, beside=beside) else word for word in words)


def _initials_of(word: str) -> str:
    if len(word) == 1:
        return word
    letters = re.findall(r"([-–]?)([^\W\d_])", word)
    return "".join(f"-{letter}." if dash else f" {letter}." for dash, letter in letters).strip()


def _all_capitalised(words: list[str]) -> bool:
    return all(
        not word[0].islower() or word in PARTICLES or re.match(r"^(?:[dl]|al|el|as|ad|ibn)['’\-][^\W\d_]", word)
        for word in words
    )


def _split(text: str, given_first: bool) -> list[str]:
    if re.search(r";|\|| / ", text):
        return [
            piece for part in re.split(r";|\|| / ", text) if part.strip() for piece in _split(part.strip(), given_first)
        ]
    parts = _AND.split(text)
    if any(is_company_suffix(part) for part in parts) or ("&" in text and all(part.isalpha() for part in parts)):
        return [text]
    head = parts[0].partition(",")[0]
    if len(parts) == 2 and parts[1].isalpha() and " " in head and names_a_body(head):
        return [text]  # "Academy of Lamps, Lenses, and Engineering"
    if len(parts) > 1 and not any(names_a_body(part) for part in parts if "," not in part):
        given_first = given_first or any(" " in part.strip() and "," not in part for part in parts)
        return [piece for part in parts for piece in split_commas(part.strip(" ,"), given_first=given_first)]
    return split_commas(text, given_first=given_first) if len(parts) == 1 else [text]


def split_commas(text: str, *, given_first: bool) -> list[str]:
    """``A B, C D, E F`` are three people, ``Family, Given, Family, Given`` two; ``Family, Given`` is one.

    ``A B, C D`` are two people where other names beside them are ``given_first``.
    """
    parts = [part.strip() for part in text.split(",") if part.strip() and not _DEGREE.match(part.strip())]
    if len(parts) < 2 or any(_SUFFIX.match(part) or is_company_suffix(part) for part in parts[1:]):
        return [text]
    if all(len(part.split()) > 1 for part in parts) and not any(names_a_body(part) for part in parts):
        return parts if len(parts) > 2 or _are_two(*parts, given_first=given_first) else [text]
    pairs = [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=False)]
    if len(parts) > 3 and len(parts) % 2 == 0 and all("family" in (person(pair) or {}) for pair in pairs):
        return pairs
    return [text]


def _are_two(first: str, second: str, *, given_first: bool) -> bool:
    """Whether "A B, C D" are two people, and not the family "A B" with the given names "C D"."""
    if _is_family_and_initials(first.split()):
        return True  # "Lind A., Ek B."
    if all(_is_initials(word, beside="x") for word in second.split()) or first.split()[0].lower() in PARTICLES:
        return False
    return given_first or any(_is_initials(word, beside="x") for word in first.split()[:-1])
