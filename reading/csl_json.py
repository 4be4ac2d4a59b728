"""CSL-JSON, as Zotero, Mendeley and Crossref give it: taken as it is, where each value has the form that CSL says.

What has another form is left out, never bent. Source: the CSL data schema 1.0.2.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from reading import editions
from reading.encoding import text_of_list
from reading.errors import BrokenError
from reading.fields import address, bare_doi, doi_of_address, names, plain, standard_numbers, titled, untagged
from reading.protocol import Item, Meta, Unread
from reading.reference import said
from reading.reference_types import CSL_TYPES, language_code
from reading.written_dates import written_date

_TYPES: Final = frozenset(CSL_TYPES.values()) | {
    "article", "broadcast", "collection", "event", "entry", "performance", "periodical", "post", "regulation",
    "review", "review-book", "treaty",
}  # fmt: skip
#: Names of types in Crossref's own answers, which look like CSL-JSON.
_CROSSREF_TYPES: Final = {
    "journal-article": "article-journal", "book-chapter": "chapter", "proceedings-article": "paper-conference",
    "posted-content": "article", "monograph": "book", "edited-book": "book", "reference-book": "book",
    "dissertation": "thesis", "reference-entry": "entry", "report-component": "report", "dataset": "dataset",
}  # fmt: skip
_TITLES: Final = frozenset({"title", "title-short", "container-title", "container-title-short", "collection-title"})
_TEXTS: Final = frozenset({
    "volume", "issue", "page", "number", "number-of-pages", "number-of-volumes", "edition", "publisher",
    "publisher-place", "event-title", "event-place", "genre", "PMID", "PMCID", "archive", "archive-place",
    "authority", "chapter-number", "collection-number", "dimensions", "jurisdiction", "keyword", "medium",
    "original-publisher", "original-publisher-place", "original-title", "part-number", "part-title", "reviewed-title",
    "scale", "section", "source", "status", "supplement-number", "version", "volume-title",
})  # fmt: skip
_PERSONS: Final = frozenset({
    "author", "editor", "translator", "collection-editor", "container-author", "composer", "chair", "compiler",
    "contributor", "curator", "director", "editorial-director", "executive-producer", "guest", "host", "illustrator",
    "interviewer", "narrator", "organizer", "original-author", "performer", "producer", "recipient",
    "reviewed-author", "script-writer", "series-creator",
})  # fmt: skip
_DATES: Final = frozenset({"issued", "accessed", "event-date", "original-date", "submitted", "available-date"})
#: Where a list of works stands within an object.
_LISTED: Final = re.compile(r'"(items|references)"\s*:\s*(?=\[)')
_NAME_PARTS: Final = ("family", "given", "suffix", "non-dropping-particle", "dropping-particle", "literal")


def read_csl_json(path: Path) -> Iterator[Meta | Item | Unread]:
    """An item for each work with a title, of a list, of one work, or of a list under ``items``.

    Raises:
        BrokenError: where it is no JSON from its first work on.
        TooBigError
    """
    works = _works(text_of_list(path))
    yield from said((line, csl_of(work) if isinstance(work, dict) else None) for line, work in works)


def csl_of(work: dict[str, Any]) -> dict[str, Any]:
    """The work with what CSL knows, each value plain; without ``title`` where it has none."""
    kind = str(work.get("type", ""))
    csl: dict[str, Any] = {"type": kind if kind in _TYPES else _CROSSREF_TYPES.get(kind, "document")}
    for name in work:
        value = _single(work[name])
        if name in _TITLES or name in _TEXTS:
            if found := titled(value) if name in _TITLES else plain(value):
                csl[name] = found
        elif name in _PERSONS and (people := _people(work[name])):
            csl[name] = people
        elif name in _DATES and (date := _date(work[name])):
            csl[name] = date
    for name in ("ISBN", "ISSN"):
        numbers = work.get(name)
        csl |= standard_numbers(numbers if isinstance(numbers, list) else [numbers or ""])
    if "edition" in csl:
        csl["edition"] = editions.edition(csl["edition"])
    if doi := bare_doi(work.get("DOI", "")) or doi_of_address(work.get("URL", "")):
        csl["DOI"] = doi
    if url := address([work.get("URL", "")]):
        csl["URL"] = url
    if language := language_code(plain(_single(work.get("language", "")))):
        csl["language"] = language
    if abstract := untagged(work.get("abstract") or ""):
        csl["abstract"] = abstract
    return csl


def _works(text: str) -> Iterator[tuple[int, Any]]:
    """Each work with its line. What stands behind a work that is no JSON is one that cannot be read."""
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    if text.startswith("{", at):
        whole, listed = _decoded(decoder, text, at), _LISTED.search(text)
        if whole is not None and (listed is None or not isinstance(whole[0].get(listed.group(1)), list)):
            yield _line(text, at), whole[0]
            return
        if listed is None:
            raise BrokenError("JSON")
        at = listed.end()
    if not text.startswith("[", at):
        raise BrokenError("JSON")
    at = _skip(text, at + 1)
    line, counted = _line(text, at), at
    while at < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        found = _decoded(decoder, text, at)
        if found is None:
            yield line, None
            at = _next_work(text, at + 1)
            continue
        yield line, found[0]
        at = _skip(text, found[1])


def _decoded(decoder: json.JSONDecoder, text: str, at: int) -> tuple[Any, int] | None:
    try:
        return decoder.raw_decode(text, at)
    except ValueError:
        return None


def _next_work(text: str, at: int) -> int:
    """Where a work begins again: an opening brace behind a closing one and a comma."""
    match = re.compile(r"\}\s*,\s*(?=\{\s*\")").search(text, at)
    return match.end() if match else len(text)


def _skip(text: str, at: int) -> int:
    match = re.compile(r"[\s,]*").match(text, at)
    return match.end() if match else at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _single(value: Any) -> str:
    """Crossref writes titles as lists."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _people(value: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            parts = {part: text for part in _NAME_PARTS if (text := plain(_single(one.get(part, ""))))}
            if not parts and (text := plain(_single(one.get("name", "")))):
                parts = {"literal": text}
            if parts.keys() & {"family", "literal"}:
                found.append(parts)
            elif parts:
                found.append({"literal": " ".join(parts.values())})
        elif isinstance(one, str):
            found += [dict(name) for name in names([one])]
    return found


def _date(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return written_date(_single(value))
    if parts := value.get("date-parts"):
        if not isinstance(parts, list):
            return None
        dates = [written_date("-".join(str(part) for part in one)) for one in parts if isinstance(one, list) and one]
        found = [date["date-parts"][0] for date in dates if date]
        return {"date-parts": found} if found else None
    words = plain(_single(value.get("raw") or value.get("literal") or ""))
    return written_date(words) or ({"literal": words} if words else None)
