"""BibTeX entries as CSL-JSON, by bibtexparser; LaTeX accents become letters."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import Entry

from reading.dates import csl_date
from reading.encoding import NotTextError, decoded, encoding_of
from reading.errors import BrokenError, TooBigError
from reading.protocol import MAX_ITEMS, Item, Meta

MAX_BYTES: Final = 10 * 1024 * 1024
_TYPES: Final = {
    "article": "article-journal",
    "book": "book",
    "booklet": "pamphlet",
    "collection": "book",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "proceedings": "book",
    "manual": "book",
    "mastersthesis": "thesis",
    "phdthesis": "thesis",
    "thesis": "thesis",
    "techreport": "report",
    "report": "report",
    "online": "webpage",
    "electronic": "webpage",
    "www": "webpage",
    "software": "software",
    "patent": "patent",
    "unpublished": "manuscript",
}
_FIELDS: Final = {
    "title": "title",
    "journal": "container-title",
    "journaltitle": "container-title",
    "booktitle": "container-title",
    "publisher": "publisher",
    "school": "publisher",
    "institution": "publisher",
    "organization": "publisher",
    "address": "publisher-place",
    "location": "publisher-place",
    "volume": "volume",
    "number": "issue",
    "issue": "issue",
    "edition": "edition",
    "series": "collection-title",
    "isbn": "ISBN",
    "issn": "ISSN",
    "url": "URL",
    "doi": "DOI",
    "abstract": "abstract",
}


def read_bibtex(path: Path) -> Iterator[Meta | Item]:
    """An item for each entry with a title; entries that cannot be parsed are passed over.

    Raises:
        BrokenError, TooBigError
    """
    yield Meta()
    library = parse_string(
        text_of(path),
        append_middleware=[LatexDecodingMiddleware(keep_braced_groups=True)],
    )
    for entry in library.entries[:MAX_ITEMS]:
        csl = _csl(entry)
        if csl.get("title"):
            yield Item(csl=csl)


def text_of(path: Path) -> str:
    """The whole text of a bibliography, which is small.

    Raises:
        BrokenError, TooBigError
    """
    if path.stat().st_size > MAX_BYTES:
        raise TooBigError("bibliography")
    try:
        return "".join(decoded(path, encoding_of(path))).replace("\r\n", "\n")
    except NotTextError as error:
        raise BrokenError("encoding") from error


def _csl(entry: Entry) -> dict[str, Any]:
    values = {key.lower(): _clean(str(field.value)) for key, field in entry.fields_dict.items()}
    csl: dict[str, Any] = {
        "type": _TYPES.get(entry.entry_type.lower(), "document"),
        "citation-key": entry.key,
    }
    for name, target in _FIELDS.items():
        if values.get(name):
            csl.setdefault(target, values[name])
    if values.get("subtitle"):
        csl["title"] = f"{csl.get('title', '')}: {values['subtitle']}"
    if pages := values.get("pages"):
        csl["page"] = re.sub(r"\s*[-–—]+\s*", "-", pages)
    for role in ("author", "editor"):
        raw = entry.fields_dict.get(role)
        if raw is not None and (names := _names(str(raw.value))):
            csl[role] = names
    if issued := csl_date(values.get("date") or values.get("year", ""), month=values.get("month", "")):
        csl["issued"] = issued
    if "DOI" in csl:
        csl["DOI"] = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", csl["DOI"], flags=re.IGNORECASE)
    return csl


def _names(text: str) -> list[dict[str, str]]:
    names = []
    for one in split_multiple_persons_names(text):
        if one.strip().lower() == "others":
            continue
        try:
            parts = parse_single_name_into_parts(one, strict=False)
        except InvalidNameError:
            names.append({"literal": _clean(one)})
            continue
        family = _clean(" ".join([*parts.von, *parts.last]))
        given = _clean(" ".join(parts.first))
        # "{The Debian Project}": braces keep a body in one piece.
        if (one.strip().startswith("{") and one.strip().endswith("}")) or (not given and " " in family):
            names.append({"literal": _clean(one)})
        elif family:
            name = {"family": family} | ({"given": given} if given else {})
            if parts.jr:
                name["suffix"] = _clean(" ".join(parts.jr))
            names.append(name)
    return names


def _clean(text: str) -> str:
    return " ".join(text.replace("{", "").replace("}", "").split())
