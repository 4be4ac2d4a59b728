"""What somebody writes to name works: DOIs, ISBNs, arXiv and PubMed ids and web addresses, in any dress (R-97)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit

from documents.sources.found import doi, url
from reading.check_digits import is_isbn_13, is_weighted


class Number(StrEnum):
    """By what a work is named; `WRONG` where it is none of these, or a number with a slip in it."""

    DOI = "doi"
    ISBN = "isbn"
    ARXIV = "arxiv"
    PUBMED = "pubmed"
    URL = "url"
    WRONG = "wrong"


class Slip(StrEnum):
    """What is wrong with a line."""

    UNKNOWN = "unknown"
    ISBN_DIGIT = "isbn_digit"
    ISBN_LENGTH = "isbn_length"
    DOI = "doi"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Given:
    """One line. ``value`` is the bare number or the whole address; ``words`` are what the line says beside it."""

    line: int
    text: str
    kind: Number
    value: str = ""
    slip: Slip | None = None
    words: str = ""


#: A DOI that arXiv gives each of its works, which DataCite and OpenAlex know.
ARXIV_DOI: Final = "10.48550/arxiv."
_DOI_BEGINS: Final = re.compile(
    r"(?:doi\s*:?\s*|(?:https?://)?(?:www\.|dx\.)?doi\.org/)?\b10\.\d{4,9}(?:\.\d+)*/", re.IGNORECASE
)
#: An address of some publisher that ends in the DOI of its page ("/doi/abs/10.1000%2Fx").
_ESCAPED_DOI: Final = re.compile(r"/10\.\d{4,9}%2f", re.IGNORECASE)
_DOI_NAMED: Final = re.compile(r"\bdoi(?:\s*:|\.org/)", re.IGNORECASE)
_ARXIV_NUMBER: Final = r"(?P<number>\d{4}\.\d{4,5}|[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7})(?P<version>v\d{1,2})?"
_ARXIV: Final = re.compile(
    rf"(?:\barxiv\s*:\s*|(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/){_ARXIV_NUMBER}(?:\.pdf)?(?!\w)",
    re.IGNORECASE,
)
_ARXIV_ALONE: Final = re.compile(rf"(?:arxiv\s+)?{_ARXIV_NUMBER}(?:\s*\[[\w.-]+\])?", re.IGNORECASE)
_PUBMED: Final = re.compile(
    r"(?:(?:https?://)?(?:www\.)?europepmc\.org/(?:article|abstract)/med/|\bPMID\s*:?\s*|(?:https?://)?(?:www\.)?pubmed\.ncbi\.nlm\.nih\.gov/|(?:https?://)?(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed/)"
    r"(\d{1,9})(?!\d)/?",
    re.IGNORECASE,
)
#: Zenodo's pages have a DOI of their number.
_ZENODO: Final = re.compile(r"(?:https?://)?(?:www\.)?zenodo\.org/records?/(\d{1,12})(?!\d)", re.IGNORECASE)
#: What addresses of publishers have behind the DOI of the work.
_BEHIND_DOI: Final = re.compile(
    r"(?:/suppl_file/.*|/\d{1,9}/[^/]{1,100}\.pdf|/full/html|/(?:full|pdf|epdf|abstract|html|meta|summary|references)|"
    r"\.(?:full|abstract)(?:\.pdf|-text)?|\.pdf)$",
    re.IGNORECASE,
)
#: bioRxiv and medRxiv have the version behind theirs.
_VERSION: Final = re.compile(r"(?<=^10\.1101/)([\d.]{6,30})v\d{1,3}$")
_PUBMED_CENTRAL: Final = re.compile(
    r"(?:\bPMCID\s*:?\s*|(?:https?://)?(?:www\.)?(?:pmc\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pmc)/articles/)?\b(PMC\d{2,9})(?!\d)/?",
    re.IGNORECASE,
)
_ISBN_NAMED: Final = re.compile(r"\bISBN(?:-?1[03])?\s*:?\s*([\dXx][\dXx \u2010-\u2015-]{6,24})", re.IGNORECASE)
_ISBN_ALONE: Final = re.compile(r"(?:97[89][ \u2010-\u2015-]?)?\d(?:[ \u2010-\u2015-]?\d){8}[ \u2010-\u2015-]?[\dXx]")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_OTHER_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{1,20}:/*\S+", re.IGNORECASE)
#: Numbers and addresses that follow each other on one line.
_BETWEEN: Final = re.compile(r"(?<![\s,;])[\s,;]++(?=(?:doi:|https?://|10\.\d{4}|arxiv:|pmid:|isbn))", re.IGNORECASE)
#: A longer line is no reference, and patterns would look at every place of it.
_LINE_CHARACTERS: Final = 20_000
#: What stands before a line of a pasted list: "[3]", "12.", "-", "•".
_BULLET: Final = re.compile(r"^\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.)](?=\s)|[-*•–·](?=\s))\s*")


def read_lines(text: str, *, most: int) -> list[Given]:
    """What each line with anything on it names. Numbers parted by blanks or commas are several.

    Once there are ``most``, the lines that follow come as they are, without being looked at: somebody waits.
    """
    found: list[Given] = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = _BULLET.sub("", " ".join(line.split()))
        if not bare:
            continue
        if len(found) >= most or len(bare) > _LINE_CHARACTERS:
            found.append(Given(number, bare, Number.WRONG, slip=Slip.UNKNOWN))
        else:
            found += _several(number, bare) or [read_line(bare, line=number)]
    return found


def read_line(text: str, *, line: int = 1) -> Given:
    """What one line names. The surest form counts: a DOI, then arXiv and PubMed, an ISBN, an address."""
    if (arxiv := _ARXIV.search(text) or _ARXIV_ALONE.fullmatch(text)) is not None:
        return Given(line, text, Number.ARXIV, arxiv["number"], words=_beside(text, arxiv))
    if (pubmed := _PUBMED.search(text)) is not None:
        return Given(line, text, Number.PUBMED, pubmed[1].lstrip("0") or "0", words=_beside(text, pubmed))
    if (central := _PUBMED_CENTRAL.search(text)) is not None:
        return Given(line, text, Number.PUBMED, central[1].upper(), words=_beside(text, central))
    if (record := _ZENODO.search(text)) is not None:
        return Given(line, text, Number.DOI, f"10.5281/zenodo.{record[1]}", words=_words(text))
    if (begin := _DOI_BEGINS.search(text)) is not None or _ESCAPED_DOI.search(text):
        return _doi(line, text, begin)
    if _DOI_NAMED.search(text):
        return Given(line, text, Number.WRONG, slip=Slip.DOI)
    if (isbn := _ISBN_NAMED.search(text) or _ISBN_ALONE.fullmatch(text)) is not None:
        return _isbn(line, text, isbn)
    return _address(line, text)


def doi_of(given: Given) -> str:
    """The DOI under which registers know it; empty where it is named by something else."""
    if given.kind is Number.DOI:
        return given.value
    return f"{ARXIV_DOI}{given.value.lower()}" if given.kind is Number.ARXIV else ""


def _several(line: int, text: str) -> list[Given]:
    parts = [part for part in _BETWEEN.split(text) if part]
    if len(parts) < 2:
        return []
    found = [read_line(part.strip(" ,;"), line=line) for part in parts]
    # Of a reference in words the DOI and the address that follow it name one work.
    return found if all(one.kind is not Number.WRONG and not one.words for one in found) else []


def _doi(line: int, text: str, begin: re.Match[str] | None) -> Given:
    found = doi(text)
    is_own_address = begin is None or "doi.org/" in begin[0].lower() or "doi" in begin[0].lower()
    address = _ADDRESS.search(text)
    if not found:
        return Given(line, text, Number.WRONG, slip=Slip.DOI)
    if address and not is_own_address and address.start() <= text.find("10."):
        found = _in_address(address[0]) or found
    if found.startswith(ARXIV_DOI):
        return Given(line, text, Number.ARXIV, found.removeprefix(ARXIV_DOI), words=_words(text))
    return Given(line, text, Number.DOI, found, words=_words(text))


def _in_address(text: str) -> str:
    """The DOI in the path of a publisher's address, behind which more may stand, or in its query."""
    parts = urlsplit(unquote(text))
    in_path = doi(_BEHIND_DOI.sub("", parts.path))
    in_query = (doi(said.partition("=")[2]) for said in parts.query.split("&"))
    return _VERSION.sub(r"\1", in_path) or next(filter(None, in_query), "")


def _isbn(line: int, text: str, match: re.Match[str]) -> Given:
    digits = re.sub(r"[^\dX]", "", (match[1] if match.re is _ISBN_NAMED else match[0]).upper())
    words = _beside(text, match)
    if len(digits) == 13 and digits.isdecimal() and digits.startswith(("978", "979")):
        right = is_isbn_13(digits)
    elif len(digits) == 10 and "X" not in digits[:-1]:
        right = is_weighted(digits)
    else:
        return Given(line, text, Number.WRONG, slip=Slip.ISBN_LENGTH)
    if not right:
        return Given(line, text, Number.WRONG, slip=Slip.ISBN_DIGIT)
    return Given(line, text, Number.ISBN, _thirteen(digits), words=words)


def _thirteen(digits: str) -> str:
    """Registers know books by thirteen digits: ten of them become 978 and a new last one."""
    if len(digits) == 13:
        return digits
    body = f"978{digits[:9]}"
    return next(f"{body}{last}" for last in range(10) if is_isbn_13(f"{body}{last}"))


def _address(line: int, text: str) -> Given:
    match = _ADDRESS.search(text)
    if match is None:
        slip = Slip.ADDRESS if _OTHER_SCHEME.fullmatch(text) else Slip.UNKNOWN
        return Given(line, text, Number.WRONG, slip=slip)
    bare = match[0].rstrip(".,;>)]»”\"'") if not match[0].endswith(")") or "(" not in match[0] else match[0]
    address = url(f"https://{bare}" if bare.lower().startswith("www.") else bare)
    if not address or "." not in (urlsplit(address).hostname or ""):
        return Given(line, text, Number.WRONG, slip=Slip.ADDRESS)
    return Given(line, text, Number.URL, address, words=_beside(text, match))


def _beside(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}".strip(" .,;:()[]<>")


def _words(text: str) -> str:
    """A line without its DOI and addresses."""
    bare = _ADDRESS.sub(" ", text)
    return re.sub(r"\bdoi\s*:?\s*|10\.\d{4,9}\S*", " ", bare, flags=re.IGNORECASE).strip(" .,;:()[]<>")
