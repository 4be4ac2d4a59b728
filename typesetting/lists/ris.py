"""RIS, by the tags that EndNote and Zotero write for each type of work. Lines end as the format asks (CR LF)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from typesetting.lists.values import day, keyed, parts, said

_TYPES: Final = {
    "article": "UNPB", "article-journal": "JOUR", "article-magazine": "MGZN", "article-newspaper": "NEWS",
    "bill": "BILL", "book": "BOOK", "broadcast": "SOUND", "chapter": "CHAP", "classic": "CLSWK", "dataset": "DATA",
    "entry": "ENCYC", "entry-dictionary": "DICT", "entry-encyclopedia": "ENCYC", "figure": "FIGURE",
    "graphic": "ART", "hearing": "HEAR", "interview": "INTV", "legal_case": "CASE", "legislation": "STAT",
    "manuscript": "MANSCPT", "map": "MAP", "motion_picture": "MPCT", "musical_score": "MUSIC", "pamphlet": "PAMP",
    "paper-conference": "CPAPER", "patent": "PAT", "periodical": "JFULL", "personal_communication": "PCOMM",
    "post": "BLOG", "post-weblog": "BLOG", "report": "RPRT", "review": "JOUR", "software": "COMP", "song": "SOUND",
    "speech": "SLIDE", "standard": "STAND", "thesis": "THES", "webpage": "ELEC",
}  # fmt: skip
_PARTS: Final = frozenset({"CHAP", "CPAPER", "ENCYC", "DICT"})


def write(works: Sequence[Mapping[str, Any]]) -> str:
    """The works as a RIS file."""
    return "".join(_entry(key, work) for key, work in keyed(works))


def _entry(key: str, work: Mapping[str, Any]) -> str:
    kind = _TYPES.get(str(work.get("type")), "GEN")
    lines = [("TY", kind), *_lines(key, work, kind), ("ER", "")]
    return "".join(f"{tag}  - {text}\r\n" for tag, text in lines if text or tag == "ER") + "\r\n"


def _lines(key: str, work: Mapping[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    yield "ID", key
    for tag, role in (("AU", "author"), ("ED", "editor"), ("A4", "translator")):
        yield from ((tag, _name(one)) for one in work.get(role) or [])
    yield "TI", said(work, "title")
    yield "ST", said(work, "title-short")
    yield ("T2", said(work, "container-title"))
    yield ("T3" if kind in _PARTS or kind == "BOOK" else "C3", said(work, "collection-title"))
    for tag, name in (
        ("VL", "volume"), ("IS", "issue"), ("M1", "number"), ("ET", "edition"), ("PB", "publisher"),
        ("CY", "publisher-place"), ("DO", "DOI"), ("UR", "URL"), ("SN", "ISBN"), ("SN", "ISSN"), ("LA", "language"),
        ("M3", "genre"), ("AB", "abstract"),
    ):  # fmt: skip
        yield tag, said(work, name)
    yield from _pages(work)
    for tag, name in (("DA", "issued"), ("Y2", "accessed"), ("OP", "original-date")):
        yield tag, _date(work.get(name))
    yield "PY", day(next(iter(parts(work.get("issued"))), [])[:1]) or said(work.get("issued") or {}, "literal")


def _name(one: Mapping[str, Any]) -> str:
    if literal := said(one, "literal"):
        return literal
    particle = " ".join(filter(None, (said(one, "dropping-particle"), said(one, "non-dropping-particle"))))
    blank = "" if particle.endswith(("'", "’", "-")) or not particle else " "
    return ", ".join(filter(None, (f"{particle}{blank}{said(one, 'family')}", said(one, "given"), said(one, "suffix"))))


def _pages(work: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not said(work, "page"):
        yield "SP", said(work, "number-of-pages")
        return
    first, dash, last = re.sub(r"\s*[-‐‑–—]+\s*", "-", said(work, "page")).partition("-")
    is_range = bool(dash) and "," not in last
    yield "SP", first if is_range else said(work, "page")
    yield "EP", last if is_range else ""


def _date(date: Mapping[str, Any] | None) -> str:
    """``2019/03/15/``: year, month, day, and no name of a season."""
    numbers = day(next(iter(parts(date)), []), "/")
    return numbers + "/" * (3 - numbers.count("/")) if numbers else ""
