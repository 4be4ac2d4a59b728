"""EndNote's XML, by lxml: read element by element, without entities, definitions or anything from outside (R-81)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from lxml import etree

from reading.encoding import MAX_LIST_BYTES
from reading.errors import BrokenError, ForbiddenError, TooBigError
from reading.protocol import Item, Meta, Unread
from reading.reference import Entry, items
from reading.reference_types import ENDNOTE_TYPES

#: Paths within a record, and RIS's tag for them; each element is a value.
_PATHS: Final = (
    ("contributors/authors/author", "AU"), ("contributors/secondary-authors/author", "A2"),
    ("contributors/tertiary-authors/author", "A3"), ("contributors/subsidiary-authors/author", "A4"),
    ("contributors/translated-authors/author", "TA"), ("titles/title", "TI"), ("titles/secondary-title", "T2"),
    ("titles/tertiary-title", "T3"), ("titles/short-title", "ST"), ("titles/alt-title", "JA"),
    ("periodical/full-title", "JF"), ("periodical/abbr-1", "JA"), ("alt-periodical/full-title", "JF"),
    ("pages", "SP"), ("volume", "VL"), ("number", "IS"), ("edition", "ET"), ("dates/year", "PY"),
    ("dates/pub-dates/date", "DA"), ("pub-location", "CY"), ("publisher", "PB"), ("isbn", "SN"),
    ("electronic-resource-num", "DO"), ("abstract", "AB"), ("urls/related-urls/url", "UR"),
    ("urls/web-urls/url", "UR"), ("language", "LA"), ("work-type", "M3"), ("access-date", "Y2"), ("orig-pub", "OP"),
    ("custom3", "C3"), ("report-id", "SN"), ("titles/translated-title", "TT"),
)  # fmt: skip
#: What marks a scrap of text as raised or lowered.
_FACES: Final = {"superscript": "sup", "subscript": "sub", "italic": "i"}


def read_endnote_xml(path: Path) -> Iterator[Meta | Item | Unread]:
    """An item for each record with a title.

    Raises:
        BrokenError, TooBigError
        ForbiddenError: where it defines or declares anything.
    """
    if path.stat().st_size > MAX_LIST_BYTES:
        raise TooBigError("bibliography")
    with path.open("rb") as file:
        yield from items(_records(file))


def _records(file: BinaryIO) -> Iterator[Entry]:
    parsing = etree.iterparse(
        file, events=("end",), tag="record", resolve_entities=False, load_dtd=False, no_network=True,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _event, record in parsing:
            if record.getroottree().docinfo.doctype:
                raise ForbiddenError("DOCTYPE")
            yield _entry(record)
            record.clear()
            parent = record.getparent()
            while parent is not None and record.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise BrokenError("XML") from error


def _entry(record: Any) -> Entry:
    kind = record.find("ref-type")
    said = "" if kind is None else (kind.get("name") or _text(kind))
    entry = Entry(line=int(record.sourceline or 1), pairs=[("TY", ENDNOTE_TYPES.get(said.strip().casefold(), "GEN"))])
    for where, tag in _PATHS:
        for element in record.findall(where):
            value = _text(element) if tag in ("TI", "T2", "T3", "AB") else "".join(element.itertext())
            entry.pairs += [(tag, part.strip()) for part in (value.split("\r") if tag in ("SN", "UR") else [value])]
    return entry


def _text(element: Any) -> str:
    """The text in the styles it is cut into; of these only the ones that change a meaning stay, as CSL's tags."""
    pieces = [element.text or ""]
    for child in element:
        inner = "".join(child.itertext())
        mark = next((_FACES[face] for face in (child.get("face") or "").split() if face in _FACES), "")
        pieces.append(f"<{mark}>{inner}</{mark}>" if mark and inner.strip() else inner)
        pieces.append(child.tail or "")
    return "".join(pieces)
