"""The fields of BibTeX entries as texts: abbreviations filled in, each field once, missing ones inherited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from reading.bibtex_syntax import RawEntry

_DEPTH_MAX: Final = 10
#: Fields of persons, which stand there twice where each person has a line.
_OF_PERSONS: Final = frozenset({"author", "editor", "translator"})
#: What a part never has of the whole it stands in (biblatex, appendix B, and what names the whole only).
_WITHHELD: Final = (
    "ids crossref xref xdata entryset entrysubtype execute label options presort related relatedtype shorthand "
    "shorthandintro sortkey sorttitle doi url urldate eprint eprinttype archiveprefix abstract file pages pagetotal "
    "note annote annotation addendum keywords howpublished pmid pmcid type"
)
_NOT_INHERITED: Final = frozenset(_WITHHELD.split())
#: Kinds of parts, each with what its whole's title is for it.
_PARTS: Final = {
    "article": "journal", "suppperiodical": "journal", "inbook": "book", "bookinbook": "book", "suppbook": "book",
    "incollection": "book", "suppcollection": "book", "inreference": "book", "inproceedings": "book",
    "conference": "book",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its fields in TeX."""

    kind: str
    key: str
    line: int
    fault: str
    fields: Mapping[str, str]


def resolved(raw: Iterable[RawEntry]) -> list[Entry]:
    """The works among the entries, in order, with ``@string``, ``xdata`` and ``crossref`` filled in."""
    everything = list(raw)
    strings = _strings(everything)
    entries = [
        Entry(one.kind, one.key, one.line, one.fault, _texts(one, strings))
        for one in everything
        if one.kind != "string"
    ]
    by_key: dict[str, Entry] = {}
    for entry in entries:
        by_key.setdefault(entry.key.lower(), entry)
    works = [entry for entry in entries if entry.kind not in ("xdata", "set")]
    return [Entry(one.kind, one.key, one.line, one.fault, _with_inherited(one, by_key, frozenset())) for one in works]


def _strings(entries: Iterable[RawEntry]) -> dict[str, str]:
    strings: dict[str, str] = {}
    for entry in entries:
        if entry.kind == "string":
            for name, pieces in entry.fields:
                strings[name] = _joined(pieces, strings)
    return strings


def _joined(pieces: Iterable[tuple[bool, str]], strings: Mapping[str, str]) -> str:
    """A name that nobody defined stands for itself: the months do."""
    return "".join(strings.get(text.lower(), text) if is_name else text for is_name, text in pieces).strip()


def _texts(entry: RawEntry, strings: Mapping[str, str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, pieces in entry.fields:
        said = _joined(pieces, strings)
        before = texts.get(name, "")
        if name in _OF_PERSONS and before and said and said not in before:
            texts[name] = f"{before} and {said}"
        elif not before:
            texts[name] = said
    return texts


def _with_inherited(entry: Entry, by_key: Mapping[str, Entry], seen: frozenset[str]) -> dict[str, str]:
    fields = {name: said for name, said in entry.fields.items() if said}
    seen |= {entry.key.lower()}
    if len(seen) > _DEPTH_MAX:
        return fields
    for key in fields.get("xdata", "").replace("{", "").replace("}", "").split(","):
        data = by_key.get(key.strip().lower())
        if key.strip() and data is not None and key.strip().lower() not in seen:
            fields = _with_inherited(data, by_key, seen) | fields
    whole = by_key.get(fields.get("crossref", "").strip("{} \t\n").lower()) if fields.get("crossref") else None
    if whole is not None and whole.key.lower() not in seen:
        fields = _of_whole(entry.kind, _with_inherited(whole, by_key, seen)) | fields
    return fields


def _of_whole(kind: str, whole: dict[str, str]) -> dict[str, str]:
    inherited = {name: said for name, said in whole.items() if name not in _NOT_INHERITED}
    part = _PARTS.get(kind)
    title, subtitle = inherited.pop("title", ""), inherited.pop("subtitle", "")
    if part is None:
        # A volume of a work: the whole's title is no title of its own.
        inherited |= {"maintitle": title} if title else {}
        return inherited
    if part == "journal":
        inherited.setdefault("journaltitle", title)
    else:
        inherited["booktitle"] = title or inherited.get("booktitle", "")
        inherited |= {"booksubtitle": subtitle} if subtitle else {}
    if author := inherited.pop("author", ""):
        inherited["bookauthor"] = author
        if kind == "inbook":
            inherited["author"] = author
    return {name: said for name, said in inherited.items() if said}
