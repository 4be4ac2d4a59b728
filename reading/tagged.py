"""Lists with tags of their own, written in RIS's: Web of Science, PubMed (MEDLINE), EndNote's Refer."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from reading.encoding import text_of_list
from reading.protocol import Item, Meta, Unread
from reading.reference import Entry, items
from reading.reference_types import ENDNOTE_TYPES

#: Web of Science's tags as RIS's. AF, full names, takes the place of AU where it names as many.
_WOS: Final = {
    "TI": "TI", "SO": "T2", "SE": "T3", "AB": "AB", "VL": "VL", "IS": "IS", "BP": "SP", "PS": "SP", "EP": "EP",
    "AR": "C7", "PY": "PY", "PD": "DA", "DI": "DO", "SN": "SN", "EI": "SN", "BN": "SN", "PU": "PB", "PI": "CY",
    "BE": "ED", "LA": "LA", "PM": "PMID",
}  # fmt: skip
_WOS_TYPES: Final = {"J": "JOUR", "B": "BOOK", "S": "CHAP", "C": "CPAPER", "P": "PAT"}
#: Tags whose every line is a value.
_WOS_LISTS: Final = frozenset({"AU", "AF", "BA", "BF", "BE", "CA", "GP"})
_WOS_LINE: Final = re.compile(r"^([A-Z][A-Z0-9])(?: (.*))?$")
_WOS_HEAD: Final = frozenset({"FN", "VR", "EF"})

#: PubMed's tags as RIS's.
_MEDLINE: Final = {
    "PMID": "PMID", "PMC": "PMCID", "TI": "TI", "BTI": "BT", "CTI": "T3", "JT": "JF", "TA": "JA", "AB": "AB",
    "VI": "VL", "IP": "IS", "PG": "SP", "DP": "DA", "IS": "SN", "ISBN": "SN", "PB": "PB", "PL": "CY", "LA": "LA",
    "EN": "ET", "TT": "TT",
}  # fmt: skip
_MEDLINE_LINE: Final = re.compile(r"^([A-Z][A-Z0-9]{1,3})[ ]{0,2}- ?(.*)$")
_INITIALS: Final = re.compile(r"^(\S.{0,60}?) ([A-Z]{1,4})(?: (Jr|Sr|II|III|2nd|3rd)\.?)?$")

#: Refer's tags as RIS's, as EndNote writes them.
_REFER: Final = {
    "A": "AU", "E": "ED", "T": "TI", "J": "JF", "B": "T2", "S": "T3", "V": "VL", "N": "IS", "P": "SP", "D": "PY",
    "8": "DA", "]": "C7", "2": "PMCID", "(": "OP",
    "I": "PB", "C": "CY", "7": "ET", "@": "SN", "R": "DO", "U": "UR", "X": "AB", "9": "M3", "Y": "A3",
    "?": "A4", "G": "LA", "[": "Y2", "!": "ST", "Q": "TT",
}  # fmt: skip
_REFER_LINE: Final = re.compile(r"^%(\S)(?:[ \t]+(.*))?$")


def read_wos(path: Path) -> Iterator[Meta | Item | Unread]:
    """Web of Science, as ``savedrecs`` in either of its forms. Raises BrokenError, TooBigError."""
    text = text_of_list(path)
    is_table = re.match(r"\s*PT\t", text) is not None
    yield from items(_from_wos(entry) for entry in (_wos_table(text) if is_table else _wos_lines(text)))


def read_nbib(path: Path) -> Iterator[Meta | Item | Unread]:
    """PubMed's MEDLINE form. Raises BrokenError, TooBigError."""
    yield from items(_from_medline(entry) for entry in _medline_lines(text_of_list(path)))


def read_enw(path: Path) -> Iterator[Meta | Item | Unread]:
    """EndNote's Refer form. Raises BrokenError, TooBigError."""
    yield from items(_from_refer(entry) for entry in _refer_lines(text_of_list(path)))


def _gathered(
    text: str, split: Callable[[str], tuple[str, str] | None], begins: str, lists: frozenset[str]
) -> Iterator[Entry]:
    """Entries of tagged lines. A line without a tag goes on with the value before it, or is the next of a list."""
    entry: Entry | None = None
    for number, line in enumerate(text.split("\n"), 1):
        found = split(line)
        if found is None:
            if entry is not None and entry.pairs and line.strip():
                tag, begun = entry.pairs[-1]
                if tag in lists:
                    entry.pairs.append((tag, line.strip()))
                else:
                    entry.pairs[-1] = (tag, f"{begun} {line.strip()}".strip())
            continue
        tag, value = found
        if entry is not None and tag in (begins, "ER"):
            yield entry
            entry = None
        if tag != "ER":
            entry = entry or Entry(line=number)
            entry.pairs.append((tag, value.strip()))
    if entry is not None:
        yield entry


def _wos_lines(text: str) -> Iterator[Entry]:
    def split(line: str) -> tuple[str, str] | None:
        match = _WOS_LINE.match(line.rstrip())
        return (match.group(1), match.group(2) or "") if match and match.group(1) not in _WOS_HEAD else None

    return _gathered(text, split, "PT", _WOS_LISTS)


def _wos_table(text: str) -> Iterator[Entry]:
    """The form of one row for each work, tags in the first row, persons parted by semicolons."""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    tags = [tag.strip() for tag in lines[0].split("\t")]
    rows = csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, 2):
        if any(value.strip() for value in row):
            entry = Entry(line=number)
            for tag, value in zip(tags, row, strict=False):
                values = value.split(";") if tag in _WOS_LISTS else [value]
                entry.pairs += [(tag, one.strip()) for one in values if one.strip()]
            yield entry


def _from_wos(entry: Entry) -> Entry:
    kinds = entry.first("DT").casefold()
    kind = _WOS_TYPES.get(entry.first("PT")[:1].upper(), "JOUR")
    if kind != "JOUR":
        if "proceedings paper" in kinds or "meeting" in kinds:
            kind = "CPAPER"
        elif "chapter" in kinds or (kind == "BOOK" and entry.first("SO", "BP") and entry.first("BP")):
            kind = "CHAP"
    found = Entry(line=entry.line, pairs=[("TY", kind)])
    short, full = entry.values("AU"), entry.values("AF")
    persons = full if len(full) >= len(short) else short
    if not persons:
        short, full = entry.values("BA"), entry.values("BF")
        persons = full if len(full) >= len(short) else short
    found.pairs += [("AU", name) for name in persons]
    for tag, value in entry.pairs:
        if tag == "SO" and kind == "CPAPER":
            found.pairs.append(("C3", value))
        elif tag == "CT" and kind == "CPAPER":
            found.pairs.append(("T2", value))
        elif tag in ("CA", "GP"):
            found.pairs.append(("AU", f"{value},"))  # so EndNote marks a body
        elif tag == "TI" and "retracted publication" in kinds:
            found.pairs.append(("TI", _as_retracted(value)))
        elif tag in _WOS:
            found.pairs.append((_WOS[tag], value))
    return found


def _medline_lines(text: str) -> Iterator[Entry]:
    def split(line: str) -> tuple[str, str] | None:
        match = _MEDLINE_LINE.match(line)
        return (match.group(1), match.group(2)) if match and not line.startswith("      ") else None

    return _gathered(text, split, "PMID", frozenset())


def _from_medline(entry: Entry) -> Entry:
    kinds = {kind.casefold() for kind in entry.values("PT")}
    has_book, has_title = bool(entry.first("BTI")), bool(entry.first("TI"))
    kind = ("CHAP" if has_title else "BOOK") if has_book else "PREPRINT" if "preprint" in kinds else "JOUR"
    found = Entry(line=entry.line, pairs=[("TY", kind)])
    if entry.first("TI").startswith("[") and (original := entry.first("TT")):
        # What stands in brackets is PubMed's own translation.
        found.pairs.append(("TI", original.rstrip(".")))
    full = ""
    is_retracted = "retracted publication" in kinds
    for tag, value in entry.pairs:
        if tag in ("FAU", "FED"):
            found.pairs.append(("AU" if tag == "FAU" else "ED", value))
            full = tag
        elif tag in ("AU", "ED"):
            if full != f"F{tag}":  # else the short form of the name before
                found.pairs.append((tag, _with_comma(value)))
            full = ""
        elif tag == "CN":
            found.pairs.append(("AU", f"{value},"))  # so EndNote marks a body
        elif tag in ("LID", "AID"):
            if value.endswith("[doi]"):
                found.pairs.append(("DO", value.removesuffix("[doi]").strip()))
        elif tag == "PL" and kind == "JOUR":
            continue  # the country of a journal, which nobody prints
        elif tag in ("TI", "BTI"):
            title = value.rstrip(".")
            found.pairs.append((_MEDLINE[tag], _as_retracted(title) if is_retracted else title))
        elif tag in _MEDLINE:
            found.pairs.append((_MEDLINE[tag], value))
    return found


def _as_retracted(title: str) -> str:
    """The title as publishers and PubMed's pages have it, by which it is known that the work was taken back (R-98)."""
    return title if re.match(r"\W*retracted\b", title, re.IGNORECASE) else f"RETRACTED: {title}"


def _with_comma(name: str) -> str:
    """``Lind AB`` as ``Lind, A. B.``"""
    match = _INITIALS.match(name)
    if match is None:
        return name
    family, initials, suffix = match.groups()
    given = " ".join(f"{initial}." for initial in initials)
    return f"{family}, {given}, {suffix}" if suffix else f"{family}, {given}"


def _refer_lines(text: str) -> Iterator[Entry]:
    """Entries begin at ``%0``; lists of before it part them by an empty line."""

    def split(line: str) -> tuple[str, str] | None:
        match = _REFER_LINE.match(line.strip())
        return (match.group(1), match.group(2) or "") if match else None

    if re.search(r"^[ \t]*%0[ \t]", text, re.MULTILINE):
        yield from _gathered(text, split, "0", frozenset())
        return
    parted = "\n".join(line if line.strip() else "%ER" for line in text.split("\n"))
    yield from _gathered(parted, lambda line: ("ER", "") if line == "%ER" else split(line), "", frozenset())


def _from_refer(entry: Entry) -> Entry:
    said = entry.first("0").casefold()
    kind = ENDNOTE_TYPES.get(said, "GEN")
    if not said:  # before EndNote nothing said it but the fields
        kind = "JOUR" if entry.first("J") else "CHAP" if entry.first("B") else "GEN"
    pairs = [("TY", kind)]
    pairs += [(_REFER[tag], value) for tag, value in entry.pairs if tag in _REFER]
    return Entry(line=entry.line, pairs=pairs)
