"""Values of a reference as databases and programs write them, made plain: blanks, entities, lists, numbers, names.

Nothing is guessed: a value that says nothing ("None", "nan") is absent, and a number is what its form says it is.
"""

import ast
import html
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from reading.check_digits import is_isbn_13, is_weighted
from reading.mathml import with_words
from reading.people import Name, authors, person

#: What programs write where there is no value: None, NaN and NaT of Python, null of JSON, N/A of tables.
_ABSENT: Final = re.compile(
    r"(none|nan|nat|null|nil|undefined|n/?a|<na>|#n/a|\[\]|\{\}|\(\)|[\s\-–—_.?'\"]*)", re.IGNORECASE
)
#: A list as Python or JSON prints it. Longer ones than this are no list of persons.
_LIST: Final = re.compile(r"^[\[(]\s*['\"].{0,20000}['\"]\s*,?\s*[\])]$", re.DOTALL)
#: Brackets or quotation marks around all of the names, and within them none.
_AROUND: Final = re.compile(r"^(?:\[([^\[\]'\"]*[,;][^\[\]'\"]*)\]|\"([^\"]*)\")$")
#: Tags of pages and of publishers (JATS). Between other angle brackets stands text.
_TAG: Final = re.compile(
    r"<(/?)(i|b|sub|sup|inf|em|strong|u|span|p|div|br|hr|ul|ol|li|h[1-6]|a|font|tt|sc|scp|sec|title|xref|[a-z]{2,5}:[a-z-]{1,30})"
    r"(\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
#: The ones that CSL knows, by what they are written as; the others vanish.
_KEPT: Final = {"i": "i", "em": "i", "b": "b", "strong": "b", "sub": "sub", "inf": "sub", "sup": "sup"}
#: Without its semicolon "&copy" is also a field of an address.
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_RESOLVER: Final = re.compile(r"(?:https?://)?(?:www\.|dx\.)?doi\.org/([^?#]{4,300})", re.IGNORECASE)
_DOI: Final = re.compile(r"\b10\.\d{4,9}(?:\.\d{1,9}){0,6}/\S{1,300}")
#: A mail address behind a name.
_MAIL: Final = re.compile(r"\s*[(<\[][^()<>\[\]]{0,100}@[^()<>\[\]]{0,100}[)>\]]")
_SEVERAL: Final = re.compile(r";|\s(?:and|und|&|et al\.?|others)(?:\s|$)", re.IGNORECASE)
#: ISBN of thirteen digits, ISSN, ISBN of ten, eight digits in a row; joined as they are printed.
_NUMBER: Final = re.compile(
    r"(?<![\d-])(?:(97[89](?:[ -]?\d){10})|(\d{4}-\d{3}[\dXx])|(\d(?:[ -]?\d){8}[ -]?[\dXx])|(\d{7}[\dXx]))(?![\d-])"
)
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))


def plain(value: object) -> str:
    """The value on one line, entities as signs; empty where it says that there is none."""
    text = str(value)
    text = " ".join((_unescaped(text) if "&" in text else text).split())
    may_be_absent = len(text) < 10 or not text[0].isalnum()  # asked of every value, and most are words
    return "" if may_be_absent and _ABSENT.fullmatch(text) else text


def whole(value: object) -> str:
    """As `plain`, a number without the fraction that tables put there ("3.0")."""
    return re.sub(r"^(\d+)\.0+$", r"\1", plain(value))


def titled(value: object) -> str:
    """A title: as `plain`, with the tags that CSL knows and no others."""

    def kept(tag: re.Match[str]) -> str:
        name = _KEPT.get(tag.group(2).lower())
        return f"<{tag.group(1)}{name}>" if name else ""

    return plain(_TAG.sub(kept, _worded(value, is_marked=True)))


def untagged(value: object) -> str:
    """Running text such as an abstract: as `plain`, without any tags."""
    return plain(_TAG.sub(lambda tag: "" if tag.group(2).lower() in _KEPT else " ", _worded(value, is_marked=False)))


def spread(values: Iterable[object]) -> list[str]:
    """The values one by one, also those that stand as a printed list (``['Lind, Ada', 'Ek, Bo']``) in one."""
    return [one for value in values for one in listed(value) if plain(one)]


def listed(value: object) -> list[str]:
    """What stands in a value that is a list as Python or JSON prints it, else the value."""
    text = str(value).strip()
    if not text.startswith(("[", "(")) or not _LIST.match(text):
        return [text]
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        return [text]
    return [str(one) for one in found] if isinstance(found, list | tuple) else [str(found)]


def names(values: Iterable[object]) -> list[Name]:
    """Persons and bodies in order, each once; several may stand in one value."""
    found: list[Name] = []
    for value in spread(values):
        bare = _MAIL.sub("", _AROUND.sub(r"\1\2", plain(value))).strip()
        found += [name for name in _named(bare) if name not in found]
    return found


def _named(value: str) -> list[Name]:
    """One comma in a list's field parts family and given name ("St. Clair, Ida Maria"), in prose two persons."""
    if value.count(",") != 1 or _SEVERAL.search(value):
        return authors(value)
    body = value.removesuffix(",").strip()
    if body != value and " " in body:
        return [{"literal": body}]  # so EndNote marks a body
    one = person(value)
    return [one] if one else []


def bare_doi(value: object) -> str:
    """The DOI without what is written before it (``https://doi.org/``, ``doi:``); empty where there is none."""
    text = plain(value)
    match = _DOI.search(text) or _DOI.search(unquote(text))
    if match is None:
        return ""
    found = match.group().rstrip(".,;'\"")
    for opened, closed in ("()", "[]", "<>"):
        while found.endswith(closed) and found.count(closed) > found.count(opened):
            found = found[:-1]
    return found


def doi_of_address(value: object) -> str:
    """The DOI of an address of its resolver; other addresses may hold one and go on behind it."""
    match = _RESOLVER.match(plain(value))
    return bare_doi(match.group(1)) if match else ""


def address(values: Iterable[object]) -> str:
    """The first web address, as it is written but for HTML's ``&amp;``."""
    for value in values:
        for part in re.split(r"[\s;]+(?=https?://)|\s+", str(value).replace("&amp;", "&").strip()):
            if re.match(r"https?://\S", part, re.IGNORECASE):
                return part.rstrip(";,")
            if re.match(r"www\.\S+\.\S", part, re.IGNORECASE):
                return f"http://{part.rstrip(';,')}"
    return ""


def standard_numbers(values: Iterable[object]) -> dict[str, str]:
    """ISBN and ISSN, told apart by their length; of several, the first whose check digit is right is taken.

    Ten or thirteen digits are an ISBN (ISO 2108), eight an ISSN (ISO 3297). Without a hyphen eight digits may also be
    a date: only the check digit makes an ISSN of them.
    """
    found: dict[str, list[tuple[bool, str]]] = {"ISBN": [], "ISSN": []}
    for value in spread(values):
        for long, issn, short, row in _NUMBER.findall(plain(value).translate(_DASHES)):
            digits = re.sub(r"[ -]", "", long or issn or short or row).upper()
            if long:
                found["ISBN"].append((is_isbn_13(digits), long.replace(" ", "-")))
            elif short:
                found["ISBN"].append((is_weighted(digits), short.replace(" ", "-")))
            elif issn or is_weighted(digits):
                found["ISSN"].append((is_weighted(digits), f"{digits[:4]}-{digits[4:]}"))
    return {
        name: next((text for is_right, text in numbers if is_right), numbers[0][1])
        for name, numbers in found.items()
        if numbers
    }


def page_range(start: str, end: str) -> str:
    """First and last page as one range, whichever of the fields holds it."""
    start, end = (re.sub(r"\s*[-–—]+\s*", "-", re.sub(r"^pp?\.\s*", "", whole(one))).strip("-") for one in (start, end))
    if start and end and end != start and "-" not in start:
        return f"{start}-{end}"
    return start or end


def _worded(value: object, *, is_marked: bool) -> str:
    """Formulas as words, also those that a program has escaped; entities as signs."""
    text = with_words(str(value), is_marked=is_marked)
    once = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text) if "&lt;" in text else text
    return _unescaped(with_words(once, is_marked=is_marked))


def _unescaped(text: str) -> str:
    """Entities as signs, also where a program has escaped them twice."""
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    return text
