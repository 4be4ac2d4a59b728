"""DataCite, which registers what Crossref does not: arXiv's preprints, Zenodo's records, data.

A register only: it is asked for single works. https://support.datacite.org/reference/get_dois-id
"""

from typing import Any, Final
from urllib.parse import quote

from documents.sources.connectors.asking import Access, Ask, named_program
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
from reading.people import Name, person

#: By its own general types; `types.citeproc` says "article" of a preprint and "article-journal" of any text.
_KINDS: Final = {
    "Preprint": "article",
    "JournalArticle": "article-journal",
    "ConferencePaper": "paper-conference",
    "Book": "book",
    "BookChapter": "chapter",
    "Dissertation": "thesis",
    "Report": "report",
    "Dataset": "dataset",
    "Software": "software",
    "Standard": "standard",
}


def look_up(doi: str, access: Access) -> Ask:
    """The one work with this DOI."""
    params = {"mailto": access.contact} if access.contact else {}
    return Ask(path=f"/dois/{quote(doi, safe='')}", params=params, headers=named_program(access))


def parse_one(payload: Any) -> FoundWork | None:
    """The work, or None where the answer holds none."""
    said = part(payload, "data", "attributes")
    if not isinstance(said, dict):
        return None
    titles = entries(said.get("titles"))
    main = next((one for one in titles if not one.get("titleType")), titles[0] if titles else {})
    found_title = title(main.get("title"))
    if not found_title:
        return None
    standing = judged(found_title)
    container = said.get("container")
    publisher = said.get("publisher")
    first, last = (text(part(container, name), 40) for name in ("firstPage", "lastPage"))
    address = url(said.get("url"))
    return FoundWork(
        title=standing.title,
        is_retracted=standing.is_retracted,
        is_notice=standing.is_notice,
        takes_back=standing.takes_back,
        kind=_KINDS.get(text(part(said, "types", "resourceTypeGeneral")), "document"),
        authors=frozen_names([name for each in entries(said.get("creators")) if (name := _name(each))]),
        year=year(said.get("publicationYear")),
        container=text(part(container, "title")),
        # An object where it was asked for with its identifier.
        publisher=text(part(publisher, "name") if isinstance(publisher, dict) else publisher),
        volume=text(part(container, "volume"), 40),
        issue=text(part(container, "issue"), 40),
        page=f"{first}-{last}" if first and last and first != last else first,
        doi=doi(said.get("doi")),
        url=address,
        text=_abstract(said.get("descriptions")),
        language=text(said.get("language"), 8),
        services=("datacite",),
        pdf_urls=_pdf_of_arxiv(address),
    )


def _name(creator: dict[str, Any]) -> Name | None:
    family, given, whole = (text(creator.get(field)) for field in ("familyName", "givenName", "name"))
    if creator.get("nameType") == "Organizational":
        return {"literal": whole} if whole else None
    if family:
        return {"family": family} | ({"given": given} if given else {})
    return person(whole)


def _abstract(descriptions: object) -> str:
    said = (one for one in entries(descriptions) if one.get("descriptionType") == "Abstract")
    return text(next(said, {}).get("description"), MAX_TEXT_CHARACTERS)


def _pdf_of_arxiv(address: str) -> tuple[str, ...]:
    """arXiv's files lie beside its pages; whatever else is registered leads to a page of its own kind."""
    _site, is_arxiv, number = address.partition("://arxiv.org/abs/")
    return (f"https://arxiv.org/pdf/{number}",) if is_arxiv and number else ()
