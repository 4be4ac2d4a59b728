"""Names in BibTeX's fields: between "and", with braces that keep a body in one piece."""

import re
from collections.abc import Iterator
from typing import Final

from reading import tex
from reading.bodies import names_a_body
from reading.people import Name, authors, person, split_commas

_AND: Final = re.compile(r"\s+(?:and|AND|And)(?=\s|$)")
_NAMED_PARTS: Final = re.compile(r"(?:^|,)\s*family\s*=")
#: What an office is for, behind its "and" without braces: "Department of Health and Human Services".
_FIELD_OF_WORK: Final = re.compile(
    r"(?:(?:human|social|public|higher|rural|urban|environmental|sustainable|economic|cultural|foreign|technical|regional)\s)?"
    r"(?:services?|research|technolog(?:y|ies)|science|sciences|development|culture|sports?|affairs|agriculture|food|"
    r"industr(?:y|ies)|energy|environment|welfare|training|innovation|education|transport|trade|finance|labou?r|housing|"
    r"planning|policy|prevention|control|statistics|design|engineering|management|security|standards|skills)"
    r"(?:\s(?:of|for|on)\s.+)?",
    re.IGNORECASE,
)
_SINGLE_WORD_OF_WORK: Final = frozenset({"food", "science", "education", "health", "energy", "agriculture", "trade"})
_OTHERS: Final = re.compile(r"^(?:others|et\.?\s*al\.?)$", re.IGNORECASE)


def names(text: str) -> list[Name]:
    """The names of a field such as ``author``; ``{"literal": "others"}`` at the end for "and others".

    What is in braces as a whole is a body, unless it can only be persons ("{Lind, Ada and Ek, Bo}").
    """
    found: list[Name] = []
    pieces = list(_joined(_between_and(text)))
    # "Ada Lind, Bo Ek and Cy Fox": those before "and" are two people.
    given_first = any("," not in one and not is_braced(one) and " " in one.strip() for one in pieces[1:])
    for one in pieces:
        found += _of_one(one.strip(), given_first)
    others = {"literal": "others"}
    return [name for name in found if name != others] + ([others] if others in found else [])


def _of_one(text: str, given_first: bool) -> list[Name]:
    if not text:
        return []
    if _OTHERS.match(tex.plain(text)):
        return [{"literal": "others"}]
    if is_braced(text):
        inner = tex.plain(text[1:-1])
        persons = [found for one in _between_and(text[1:-1]) if (found := person(tex.plain(one)))]
        if "," in inner and persons and all("family" in one for one in persons):
            return persons
        return [{"literal": inner}] if inner else []
    if _NAMED_PARTS.search(text) and (name := _by_parts(text)):
        return [name]
    plain = tex.name(text)
    several = split_commas(plain, given_first=True) if given_first else [plain]
    return [_unkept(name) for one in several for name in authors(one)]


def _by_parts(text: str) -> Name:
    """A name by its parts, as biblatex 3.5 has them: "family=Berg, given=Piet, prefix=van den"."""
    said = {
        part: tex.plain(value).strip('"') for part, value in re.findall(r"([a-z-]+)\s*=\s*([^,=]*)(?=,|$)", text)
    }  # fmt: skip
    family = " ".join(part for part in (said.get("prefix", ""), said.get("family", "")) if part)
    if not family:
        return {}
    return {"family": family} | {part: said[part] for part in ("given", "suffix") if said.get(part)}


def _unkept(name: Name) -> Name:
    return {part: said.replace(tex.KEPT_BLANK, " ") for part, said in name.items()}


def is_braced(text: str) -> bool:
    """Whether one pair of braces holds all of the text, and is not only that of an accent."""
    if not (text.startswith("{") and text.endswith("}")) or re.match(r"^\{\\[^\s{}]{0,3}\{?[^\s{}]\}?\}$", text):
        return False
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return at == len(text) - 1
    return False


def _between_and(text: str) -> Iterator[str]:
    """The pieces between "and" outside of braces."""
    begin = 0
    depth = 0
    at = 0
    for found in _AND.finditer(text):
        depth += text.count("{", at, found.start()) - text.count("}", at, found.start())
        at = found.start()
        if depth <= 0:
            yield text[begin : found.start()]
            begin = found.end()
    yield text[begin:]


def _is_body_of_several(text: str) -> bool:
    bare = tex.plain(text).rstrip(",")
    return text.endswith(",") and person(bare) == {"literal": bare}


def _joined(pieces: Iterator[str]) -> Iterator[str]:
    """A body's last words go back to it ("Ministry of Mines and Fisheries", "Food and Agriculture Organization")."""
    before = ""
    for piece in map(str.strip, pieces):
        is_word = piece.isalpha() and not piece.isupper() and not _OTHERS.match(piece)
        # "Academies of Sciences, Engineering, and Medicine"
        is_bare = bool(before) and not is_braced(before) and ("," not in before or _is_body_of_several(before))
        goes_on = is_word or bool(_FIELD_OF_WORK.fullmatch(piece))
        begins = before.lower() in _SINGLE_WORD_OF_WORK and names_a_body(tex.plain(piece))
        if is_bare and (begins or (goes_on and names_a_body(tex.plain(before)))):
            before = f"{before} and {piece}"
            continue
        if before:
            yield before
        before = piece
    if before:
        yield before
