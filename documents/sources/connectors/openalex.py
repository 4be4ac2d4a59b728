"""OpenAlex: https://developers.openalex.org/api-reference (works)"""

from typing import Any, Final
from urllib.parse import quote

from documents.sources.connectors.asking import Access, Ask
from documents.sources.found import (
    MAX_TEXT_CHARACTERS,
    FoundWork,
    doi,
    entries,
    frozen_names,
    part,
    text,
    title,
    url,
    year,
)
from documents.sources.retractions import judged
from reading.people import person

_KINDS: Final = {
    "article": "article-journal",
    "review": "article-journal",
    "preprint": "article",
    "book": "book",
    "book-chapter": "chapter",
    "dissertation": "thesis",
    "report": "report",
    "dataset": "dataset",
    "standard": "standard",
}


def ask(query: str, access: Access, limit: int) -> Ask:
    """Works by relevance, one page: paging by cursor needs a key, and a search is paid for by the call."""
    return Ask(path="/works", params={"search": query, "per_page": str(limit)} | _key(access))


def look_up(doi: str, access: Access) -> Ask:
    """The one work with this DOI; this costs nothing of the day's allowance."""
    return Ask(path=f"/works/doi:{quote(doi, safe='/')}", params=_key(access))


def look_up_pubmed(number: str, access: Access) -> Ask:
    """The one work with this PubMed id, or of PubMed Central ("PMC…")."""
    kind = "pmcid" if number.startswith("PMC") else "pmid"
    return Ask(path=f"/works/{kind}:{number}", params=_key(access))


def takes(identifier: str) -> bool:
    """Of its own commas and signs it makes lists: an id with one is answered like a refused key (403)."""
    return not set(identifier) & set(",&|")


def parse_one(payload: Any) -> FoundWork | None:
    """The work, or None where the answer holds none."""
    return _work(payload) if isinstance(payload, dict) else None


def _key(access: Access) -> dict[str, str]:
    return {"api_key": access.key} if access.key else {}


def parse(payload: Any) -> list[FoundWork]:
    """The works, retracted ones marked."""
    return [work for one in entries(part(payload, "results")) if (work := _work(one))]


def _work(one: dict[str, Any]) -> FoundWork | None:
    found_title = title(one.get("title") or one.get("display_name"))
    if not found_title:
        return None
    standing = judged(found_title, is_retracted=one.get("is_retracted") is True, types=[one.get("type")])
    names = [text(part(authorship, "author", "display_name")) for authorship in entries(one.get("authorships"))]
    first, last = (
        text(part(one, "biblio", "first_page")),
        text(part(one, "biblio", "last_page")),
    )
    found_doi = doi(one.get("doi"))
    return FoundWork(
        title=standing.title,
        is_retracted=standing.is_retracted,
        is_notice=standing.is_notice,
        takes_back=standing.takes_back,
        kind=_KINDS.get(text(one.get("type")), "document"),
        authors=frozen_names([name for each in names if (name := person(each))]),
        year=year(one.get("publication_year")),
        container=text(part(one, "primary_location", "source", "display_name")),
        volume=text(part(one, "biblio", "volume"), 40),
        issue=text(part(one, "biblio", "issue"), 40),
        page=f"{first}-{last}" if first and last and first != last else first,
        doi=found_doi,
        url=url(part(one, "primary_location", "landing_page_url")) or url(one.get("id")),
        text=_abstract(one.get("abstract_inverted_index")),
        language=text(one.get("language"), 8),
        cited_by=_count(one.get("cited_by_count")),
        is_peer_reviewed=_is_reviewed(part(one, "primary_location")),
        is_open_access=is_open if isinstance(is_open := part(one, "open_access", "is_oa"), bool) else None,
        services=("openalex",),
        pdf_urls=_free_pdfs(one),
    )


def _free_pdfs(one: dict[str, Any]) -> tuple[str, ...]:
    """Where a free copy lies, if anywhere: `oa_url` is often a page about it, and no file."""
    found = url(part(one, "best_oa_location", "pdf_url"))
    return (found,) if found else ()


def _abstract(index: object) -> str:
    """OpenAlex gives abstracts as words with their places."""
    if not isinstance(index, dict):
        return ""
    placed: list[tuple[int, str]] = []
    for word, places in index.items():
        if isinstance(word, str) and isinstance(places, list):
            placed += [(place, word) for place in places if isinstance(place, int)]
    return text(" ".join(word for _place, word in sorted(placed)[:2_000]), MAX_TEXT_CHARACTERS)


def _is_reviewed(location: object) -> bool | None:
    """By the version that stands there: "submittedVersion" is from before peer review, the other two from after.

    Only a journal's word counts: books and repositories call a version published that nobody reviewed.
    """
    version = part(location, "version")
    if version == "submittedVersion":
        return False
    is_journal = part(location, "source", "type") == "journal"
    return True if is_journal and version in {"acceptedVersion", "publishedVersion"} else None


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
