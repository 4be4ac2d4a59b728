"""RIS entries as CSL-JSON, by rispy."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import rispy

from reading.bibtex import text_of
from reading.dates import csl_date
from reading.errors import BrokenError
from reading.people import person
from reading.protocol import MAX_ITEMS, Item, Meta

_TYPES: Final = {
    "JOUR": "article-journal",
    "EJOUR": "article-journal",
    "JFULL": "article-journal",
    "MGZN": "article-magazine",
    "NEWS": "article-newspaper",
    "BOOK": "book",
    "EBOOK": "book",
    "EDBOOK": "book",
    "CHAP": "chapter",
    "ECHAP": "chapter",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "THES": "thesis",
    "RPRT": "report",
    "GOVDOC": "report",
    "ELEC": "webpage",
    "BLOG": "post-weblog",
    "COMP": "software",
    "PAT": "patent",
    "UNPB": "manuscript",
}
#: CSL field, then the RIS fields that may hold it, best first.
_FIELDS: Final = {
    "title": ("title", "primary_title", "translated_title"),
    "container-title": (
        "secondary_title",
        "journal_name",
        "alternate_title3",
        "alternate_title2",
    ),
    "publisher": ("publisher",),
    "publisher-place": ("place_published",),
    "volume": ("volume",),
    "issue": ("number",),
    "edition": ("edition",),
    "abstract": ("abstract", "notes_abstract"),
    "DOI": ("doi",),
}


def read_ris(path: Path) -> Iterator[Meta | Item]:
    """An item for each entry with a title.

    Raises:
        BrokenError, TooBigError
    """
    yield Meta()
    # Some exporters put one space, not two, before the dash; rispy reads two only.
    text = re.sub(r"^([A-Z][A-Z0-9]) -", r"\1  -", text_of(path), flags=re.MULTILINE)
    try:
        entries = rispy.loads(text, skip_unknown_tags=True)
    except (
        rispy.parser.ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
    ) as error:
        raise BrokenError("RIS") from error
    for entry in entries[:MAX_ITEMS]:
        csl = _csl(entry)
        if csl.get("title"):
            yield Item(csl=csl)


def _csl(entry: dict[str, Any]) -> dict[str, Any]:
    kind = str(entry.get("type_of_reference", ""))
    csl: dict[str, Any] = {"type": _TYPES.get(kind, "document")}
    for target, names in _FIELDS.items():
        value = next(
            (entry[name] for name in names if isinstance(entry.get(name), str) and entry[name].strip()),
            "",
        )
        if value:
            csl[target] = " ".join(value.split())
    for role, names in (
        ("author", ("authors", "first_authors")),
        ("editor", ("secondary_authors",)),
    ):
        listed: list[str] = next((entry[name] for name in names if entry.get(name)), [])
        if people := [name for one in listed if (name := person(str(one)))]:
            csl[role] = people
    if issued := csl_date(str(entry.get("year") or entry.get("publication_year") or entry.get("date") or "")):
        csl["issued"] = issued
    start, end = str(entry.get("start_page", "")), str(entry.get("end_page", ""))
    if start:
        csl["page"] = f"{start}-{end}" if end and "-" not in start else start
    if urls := [url for url in entry.get("urls", []) if str(url).startswith(("http://", "https://"))]:
        csl["URL"] = urls[0]
    if "issn" in entry:
        csl["ISBN" if csl["type"] in ("book", "chapter") else "ISSN"] = str(entry["issn"])
    return csl
