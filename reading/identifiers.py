"""DOI, arXiv number and ISBN as they stand in the first pages of a file."""

import re
from typing import Final

from reading.check_digits import is_isbn_13, is_weighted

_DOI: Final = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,6}/[^\s\"“”«»]{1,180}")
_ARXIV: Final = re.compile(
    r"\barxiv\s?:\s?(\d{4}\.\d{4,5}|[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?\b", re.IGNORECASE
)
_ISBN: Final = re.compile(r"\bISBN(?:[-\s]?1[03])?\s?(?:\([^()\n]{1,40}\))?\s?:?\s?([\dXx][\dXx\u2010-\u2013 -]{8,20})")
#: From here on identifiers are those of other works.
_REFERENCES: Final = re.compile(
    r"^\W{0,3}(?:\d{1,2}\.?\s)?(?:references|bibliography|literature cited|works cited|literatur(?:verzeichnis)?|"
    r"bibliogra[pf](?:hie|ía|fia)|referencias|références|riferimenti|literatura|piśmiennictwo)\W{0,3}$",
    re.IGNORECASE | re.MULTILINE,
)
_OPENING: Final = {")": "(", "]": "[", ">": "<", "}": "{"}


def before_references(text: str) -> str:
    """The text up to its list of references."""
    match = _REFERENCES.search(text)
    return text[: match.start()] if match else text


def dois(text: str) -> list[str]:
    """Each DOI once, in small letters, in order."""
    found = (_trimmed(match.group()).lower() for match in _DOI.finditer(text))
    return list(dict.fromkeys(one for one in found if not one.endswith("/")))


def arxiv_numbers(text: str) -> list[str]:
    """Each arXiv number once, without its version, in order."""
    return list(dict.fromkeys(match.group(1) for match in _ARXIV.finditer(text)))


def year_of_arxiv(number: str) -> int:
    """The year in which arXiv gave the number: its first two digits."""
    two = int(number.rpartition("/")[2][:2])
    return 1900 + two if two > 90 else 2000 + two


def isbn(text: str) -> str:
    """The first ISBN whose check digit is right, as printed; empty where there is none."""
    for match in _ISBN.finditer(text):
        printed = re.sub(r"[\u2010-\u2013]", "-", match.group(1)).strip(" -")
        for candidate in (printed, printed.split("  ")[0]):
            digits = re.sub(r"[ -]", "", candidate).upper()
            for length in (13, 10):
                if _is_isbn(digits[:length], length):
                    return candidate.replace(" ", "-") if len(digits) == length else digits[:length]
    return ""


def _is_isbn(digits: str, length: int) -> bool:
    if len(digits) != length or not digits[:-1].isdigit():
        return False
    if length == 13:
        if not digits.isdigit() or not digits.startswith(("978", "979")):
            return False
        return is_isbn_13(digits)
    return is_weighted(digits)


def _trimmed(doi: str) -> str:
    """Without what ends the sentence around it, and without a closing bracket that the DOI did not open."""
    while doi:
        last = doi[-1]
        is_foreign = last in _OPENING and doi.count(last) > doi.count(_OPENING[last])
        if last not in ".,;:'’*" and not is_foreign:
            break
        doi = doi[:-1]
    return doi
