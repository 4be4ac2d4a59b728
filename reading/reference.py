"""A reference in the tags of RIS as CSL-JSON: what each tag means for each type of work.

Other lists (EndNote, PubMed, Web of Science) say the same things under other tags. They are brought here in RIS's, so
that the meaning stands in one place. Source: the tags by type that EndNote and Zotero write.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from reading import editions
from reading.fields import (
    address,
    bare_doi,
    doi_of_address,
    listed,
    names,
    page_range,
    plain,
    standard_numbers,
    titled,
    untagged,
    whole,
)
from reading.protocol import MAX_ITEMS, Item, Meta, Unread
from reading.reference_types import CSL_TYPES, ENDNOTE_TYPES, language_code
from reading.twice import Listed, joined
from reading.written_dates import issued, written_date

#: A note that is a DOI, by its own word.
_SAYS_DOI: Final = re.compile(r"doi\s?[:=]?\s?(?:https?://\S*)?10\.", re.IGNORECASE)
_PLACE: Final = itemgetter(0)


@dataclass(slots=True)
class Entry:
    """One reference: the line it begins at, and its tags with their values, in the order of the file."""

    line: int
    pairs: list[tuple[str, str]] = field(default_factory=list)
    _taken: int = 0
    _by_tag: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The type in RIS's capitals; some programs write EndNote's name of it."""
        said = self.first("TY")
        return ENDNOTE_TYPES.get(said.casefold(), said.upper())

    def values(self, *tags: str) -> list[str]:
        """All values under these tags, in the order of the file."""
        by_tag = self._values_by_tag()
        found = [one for tag in tags for one in by_tag.get(tag, ())]
        return [value for _at, value, _bare in sorted(found, key=_PLACE)]

    def first(self, *tags: str) -> str:
        """The first value under the first of these tags that has one."""
        by_tag = self._values_by_tag()
        return next((by_tag[tag][0][2] for tag in tags if tag in by_tag), "")

    def _values_by_tag(self) -> dict[str, list[tuple[int, str, str]]]:
        """Place, value and value on one line under each tag that has any; taken apart once, since all fields ask."""
        if self._taken != len(self.pairs):
            self._taken = len(self.pairs)
            self._by_tag = {}
            for at, (tag, given) in enumerate(self.pairs):
                for value in listed(given):
                    if bare := plain(value):
                        self._by_tag.setdefault(tag, []).append((at, value, bare))
        return self._by_tag


#: Types whose SN is a number of their own where it is neither ISBN nor ISSN, and whose IS is no issue.
_NUMBERED: Final = frozenset({"report", "patent", "standard", "legislation", "bill", "legal_case", "map", "dataset"})
#: Types that are parts of a whole, which T2 names.
_PARTS: Final = frozenset({"chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"})
_WHOLES: Final = frozenset({"book", "thesis", "report", "manuscript", "pamphlet"})
#: What databases call each article: no genre that anybody prints.
_PLAIN_KIND: Final = re.compile(
    r"((journal|research|original|review|magazine|newspaper|proceedings|conference)[ -])?"
    r"(articles?|papers?|proceedings?)|review|journal|book|(book )?(chapter|section)|report|thesis|web ?page|text|\d+",
    re.IGNORECASE,
)


def items(entries: Iterable[Entry]) -> Iterator[Meta | Item | Unread]:
    """An item for each entry with a title, and a word for each other one."""
    return said((entry.line, csl_of(entry)) for entry in entries)


def said(works: Iterable[tuple[int, dict[str, Any] | None]]) -> Iterator[Meta | Item | Unread]:
    """An item for each work that begins in this line, and a word for what gives none.

    That is a work without a title, one that could not be read at all (None), one that stood there before, and those
    beyond the most that are read.
    """
    yield Meta()
    titled_works: list[Listed] = []
    for line, csl in works:
        if csl is not None and csl.get("title"):
            titled_works.append(Listed(line, csl))
        else:
            yield Unread(line=line, code="" if csl is None else "no_title")
    once, again = joined(titled_works)
    for work in once[:MAX_ITEMS]:
        yield Item(csl=work.csl)
    for work in again:
        yield Unread(line=work.line, code="joined")
    if left := once[MAX_ITEMS:]:
        yield Unread(line=left[0].line, count=len(left), code="limit")


def csl_of(entry: Entry) -> dict[str, Any]:
    """The entry as CSL-JSON; without ``title`` where it has none."""
    csl: dict[str, Any] = {"type": CSL_TYPES.get(entry.kind, "document")}
    _put_titles(csl, entry)
    _put_names(csl, entry)
    _put_numbers(csl, entry)
    _put_dates(csl, entry)
    for target, tags in (
        ("publisher", ("PB",)),
        ("title-short", ("ST",)),
        ("PMID", ("PMID",)),
        ("PMCID", ("PMCID",)),
    ):
        if value := entry.first(*tags):
            csl[target] = value
    if csl.get("title-short") == csl.get("title"):
        csl.pop("title-short", None)  # EndNote fills it in
    if (edition := entry.first("ET")) and not csl["type"].startswith("article"):  # there it is a date
        csl["edition"] = editions.edition(edition)
    if abstract := max((untagged(value) for value in entry.values("AB", "N2")), key=len, default=""):
        csl["abstract"] = abstract
    place = entry.first("C1") if entry.kind == "CONF" else ""
    held_at = entry.first("CY", "PP")
    if place or held_at:
        csl["publisher-place"] = place or held_at
    if place and held_at:
        csl["event-place"] = held_at
    if language := language_code(entry.first("LA")):
        csl["language"] = language
    if kind := _genre(entry):
        csl["genre"] = kind
    if doi := next(filter(None, _dois(entry)), ""):
        csl["DOI"] = doi
    if url := address(value for tag in ("UR", "LK", "L2", "DO") for value in entry.values(tag)):
        csl["URL"] = url
    return csl


def _dois(entry: Entry) -> Iterator[str]:
    """What may be the DOI, the likeliest place first; each is looked at only where those before have none."""
    yield from map(bare_doi, entry.values("DO", "M3"))
    yield from map(doi_of_address, entry.values("UR", "L3", "LK"))
    yield from (bare_doi(value) for value in entry.values("L3") if value.startswith("10."))
    yield from (bare_doi(value) for value in entry.values("N1", "M1") if _SAYS_DOI.match(plain(value)))


def _put_titles(csl: dict[str, Any], entry: Entry) -> None:
    is_part = csl["type"] in _PARTS
    book = titled(entry.first("BT"))
    title = titled(entry.first("TI", "T1", "CT"))
    if not title and not is_part:
        title, book = book, ""
    title = title or titled(entry.first("TT"))
    if not title:
        return
    csl["title"] = title
    second, series = titled(entry.first("T2")), titled(entry.first("T3"))
    journal = titled(entry.first("JF") or max(entry.values("JO", "JA", "J1", "J2"), key=len, default=""))
    if csl["type"] == "thesis":
        csl |= {"publisher": second} if second else {}  # the department, where no university is named
    elif csl["type"] in _WHOLES:
        series = series or second
    elif csl["type"] == "paper-conference" and (proceedings := titled(entry.first("C3"))):
        csl["container-title"] = proceedings
        if second and second != proceedings:
            csl["event-title"] = second
    elif is_part:
        csl |= {"container-title": container} if (container := book or second or journal) else {}
    elif full := max((journal, second, book), key=len):
        csl["container-title"] = full
    if csl["type"] in _WHOLES and book and book != title:
        csl["container-title"] = book
    if series:
        csl["collection-title"] = series


def _put_names(csl: dict[str, Any], entry: Entry) -> None:
    kind = entry.kind
    authors, editors = names(entry.values("AU", "A1")), names(entry.values("ED"))
    second, third, fourth = (names(entry.values(tag)) for tag in ("A2", "A3", "A4"))
    series: list[dict[str, str]] = []
    if kind == "EDBOOK":
        authors, editors = [], [*authors, *editors]
    if kind in ("BOOK", "EBOOK", "EDBOOK") and third:
        series, third = second, third
        editors += [name for name in third if name not in editors]
    else:
        editors += [name for name in second if name not in editors]
        series = third if csl["type"] in _PARTS else []
    translators = [*fourth, *names(entry.values("TA"))] if kind != "THES" else []
    for role, people in (
        ("author", authors),
        ("editor", editors),
        ("collection-editor", series),
        ("translator", translators),
    ):
        if people:
            csl[role] = people


def _put_numbers(csl: dict[str, Any], entry: Entry) -> None:
    numbers = entry.values("SN")
    csl |= standard_numbers(numbers)
    if volume := editions.number(whole(entry.first("VL"))):
        csl["volume"] = volume
    issue = editions.number(whole(entry.first("IS"))) or _short(entry.first("CP"))
    if csl["type"] in _NUMBERED:
        own = next((plain(one) for one in numbers if not standard_numbers([one])), "")
        if number := issue or own or entry.first("M1"):
            csl["number"] = number
    elif issue or (issue := _short(entry.first("M1")) if csl["type"].startswith("article") else ""):
        csl["issue"] = issue
    start, end = entry.first("SP"), entry.first("EP")
    is_whole = csl["type"] in ("book", "thesis") and not end
    if is_whole and (counted := re.fullmatch(r"(\d+)\s?(?:pp?|pages|s|seiten)?\.?", start, re.IGNORECASE)):
        csl["number-of-pages"] = counted.group(1)
    elif pages := page_range(start, end) or (entry.first("C7") if csl["type"].startswith("article") else ""):
        csl["page"] = pages


def _short(number: str) -> str:
    """The number of an issue; some databases put addresses and numbers of their own where others have it."""
    return number if re.fullmatch(r"[\w./-]{1,6}", number) else ""


def _put_dates(csl: dict[str, Any], entry: Entry) -> None:
    # A conference proceedings' year of publication stands apart from that of the conference.
    years = entry.values("C2") if entry.kind == "CONF" else []
    years += entry.values("PY", "Y1")
    days = entry.values("DA")
    # "MAR 15" in a field of its own belongs to the year beside it.
    joined = [f"{day} {year}" for year in years[:1] for day in days if written_date(day) is None]
    if found := issued([*years, *joined, *days]):
        csl["issued"] = found
    if found := issued(entry.values("Y2")):
        csl["accessed"] = found
    if found := issued(entry.values("OP")):
        csl["original-date"] = found


def _genre(entry: Entry) -> str:
    said = next((plain(one) for one in entry.values("M3", "KIND") if not bare_doi(one)), "")
    return "" if _PLAIN_KIND.fullmatch(said) else said
