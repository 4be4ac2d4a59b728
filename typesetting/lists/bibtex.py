"""BibTeX: the kinds and fields of its standard styles, with DOI and access dates beside (which newer styles print)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from typesetting.lists import tex
from typesetting.lists.languages import babel_name, is_english
from typesetting.lists.values import edtf, keyed, month, said, year

KINDS: Final = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article", "review": "article",
    "book": "book", "chapter": "incollection", "entry": "incollection", "entry-dictionary": "incollection",
    "entry-encyclopedia": "incollection", "paper-conference": "inproceedings", "report": "techreport",
    "manuscript": "unpublished", "pamphlet": "booklet",
}  # fmt: skip
_MASTER: Final = re.compile(r"master|magister|laurea magistrale|diplom|trabajo fin|mestrado|bachelor", re.IGNORECASE)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES_OF_PARTS: Final = frozenset({"incollection", "inproceedings"})


def write(works: Sequence[Mapping[str, Any]]) -> str:
    """The works as a `.bib` file for BibTeX."""
    return "\n".join(tex.entry(_kind(work), key, _fields(work)) for key, work in keyed(works))


def _kind(work: Mapping[str, Any]) -> str:
    if work.get("type") == "thesis":
        return "mastersthesis" if _MASTER.search(said(work, "genre")) else "phdthesis"
    return KINDS.get(str(work.get("type")), "misc")


def _fields(work: Mapping[str, Any]) -> dict[str, str]:
    kind, english = _kind(work), is_english(work)
    container = tex.title(said(work, "container-title"), is_english=False) if work.get("container-title") else ""
    publisher = tex.escaped(said(work, "publisher"))
    number = tex.escaped(said(work, "issue") or said(work, "number") or said(work, "collection-number"))
    url, accessed = tex.address(said(work, "URL")), edtf(work.get("accessed"))
    own = {"phdthesis": "school", "mastersthesis": "school", "techreport": "institution"}.get(kind, "publisher")
    on_the_web = kind == "misc" and url
    return {
        "author": tex.names(work.get("author") or []),
        "title": tex.title(said(work, "title"), is_english=english),
        "editor": tex.names(work.get("editor") or []),
        "journal": container if kind == "article" else "",
        "booktitle": container if kind in _NAMES_OF_PARTS else "",
        "series": tex.escaped(said(work, "collection-title")),
        "edition": tex.escaped(said(work, "edition")),
        "volume": tex.escaped(said(work, "volume")),
        "number": number,
        "chapter": tex.escaped(said(work, "chapter-number")),
        "pages": pages(work),
        own: publisher,
        "address": tex.escaped(said(work, "publisher-place")),
        "type": tex.escaped(said(work, "genre")),
        # Its styles print no address by themselves.
        "howpublished": f"\\url{{{url}}}" if on_the_web else "",
        "year": tex.escaped(year(work.get("issued"))),
        "month": _MONTHS[month(work.get("issued")) - 1] if month(work.get("issued")) else "",
        **identifiers(work),
        "urldate": accessed,
        "note": f"Accessed {accessed}" if on_the_web and accessed else "",
        "language": babel_name(work),
        "abstract": tex.escaped(said(work, "abstract")),
    }


def pages(work: Mapping[str, Any]) -> str:
    """Pages with the dash of TeX."""
    return tex.escaped(re.sub(r"\s*[-‐‑–—]+\s*", "--", said(work, "page")))


def identifiers(work: Mapping[str, Any]) -> dict[str, str]:
    """Numbers and addresses of a work."""
    return {
        "doi": tex.address(said(work, "DOI")),
        "url": tex.address(said(work, "URL")),
        "isbn": tex.escaped(said(work, "ISBN")),
        "issn": tex.escaped(said(work, "ISSN")),
        "pmid": tex.escaped(said(work, "PMID")),
    }
