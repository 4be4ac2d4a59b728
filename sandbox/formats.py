"""The works of the library in the wire formats of the search services."""

from typing import Any
from urllib.parse import quote

from sandbox.library import Work

Json = dict[str, Any]


def url(work: Work) -> str:
    """Where the work would be found."""
    return f"https://doi.org/{work['doi']}"


def _names(author: str) -> tuple[str, str]:
    family, _, given = author.partition(", ")
    return family, given


def openalex(work: Work) -> Json:
    """A work of OpenAlex; the abstract as an inverted index."""
    index: dict[str, list[int]] = {}
    for place, word in enumerate(work["abstract"].split()):
        index.setdefault(word, []).append(place)
    number = int(work["digest"][:8], 16)
    source = {
        "id": "https://openalex.org/S5555",
        "display_name": work["journal"],
        "issn_l": "0000-0000",
        "type": "journal",
        "is_oa": True,
    }
    return {
        "id": f"https://openalex.org/W{number}",
        "doi": url(work),
        "title": work["title"],
        "display_name": work["title"],
        "publication_year": work["year"],
        "publication_date": f"{work['year']}-06-01",
        "language": "en",
        "type": "article",
        "primary_location": {
            "is_oa": True,
            "landing_page_url": url(work),
            "pdf_url": None,
            "source": source,
            "license": "cc-by",
            "version": "publishedVersion",
        },
        "open_access": {"is_oa": True, "oa_status": "gold", "oa_url": url(work), "any_repository_has_fulltext": False},
        "authorships": [
            {
                "author_position": "first" if place == 0 else "middle",
                "author": {
                    "id": f"https://openalex.org/A{5555 + place}",
                    "display_name": " ".join(reversed(_names(author))),
                    "orcid": None,
                },
                "institutions": [],
                "raw_author_name": " ".join(reversed(_names(author))),
            }
            for place, author in enumerate(work["authors"])
        ],
        "biblio": {
            "volume": work["volume"],
            "issue": "1",
            "first_page": str(work["first"]),
            "last_page": str(work["last"]),
        },
        "cited_by_count": work["cited"],
        "is_retracted": False,
        "relevance_score": 100.0 - number % 50,
        "abstract_inverted_index": index,
        "ids": {"openalex": f"https://openalex.org/W{number}", "doi": url(work)},
    }


def crossref(work: Work, *, score: float) -> Json:
    """A work of Crossref."""
    return {
        "DOI": work["doi"],
        "URL": url(work),
        "type": "journal-article",
        "title": [work["title"]],
        "container-title": [work["journal"]],
        "publisher": "Sandbox Press",
        "author": [
            {
                "given": _names(author)[1],
                "family": _names(author)[0],
                "sequence": "first" if place == 0 else "additional",
                "affiliation": [],
            }
            for place, author in enumerate(work["authors"])
        ],
        "issued": {"date-parts": [[work["year"], 6, 1]]},
        "published": {"date-parts": [[work["year"], 6, 1]]},
        "volume": work["volume"],
        "issue": "1",
        "page": f"{work['first']}-{work['last']}",
        "abstract": f"<jats:p>{work['abstract']}</jats:p>",
        "language": "en",
        "is-referenced-by-count": work["cited"],
        "ISSN": ["0000-0000"],
        "score": score,
    }


def crossref_book(work: Work, isbn: str) -> Json:
    """A book of Crossref; its list of numbers may hold both of one book."""
    journal = ("container-title", "volume", "issue", "page", "ISSN")
    book = {name: value for name, value in crossref(work, score=1).items() if name not in journal}
    editors = [{"given": "E.", "family": "Sandbox", "sequence": "first", "affiliation": []}]
    return book | {"type": "monograph", "ISBN": [isbn], "editor": editors}


def datacite(work: Work) -> Json:
    """A DOI of DataCite, in the frame of JSON:API."""
    number = work["doi"].partition("arxiv.")[2]
    address = f"https://arxiv.org/abs/{number}" if number else f"https://zenodo.org/record/{work['digest'][:7]}"
    kind = "Preprint" if number else "Dataset"
    return {
        "data": {
            "id": work["doi"],
            "type": "dois",
            "attributes": {
                "doi": work["doi"],
                "prefix": work["doi"].partition("/")[0],
                "suffix": work["doi"].partition("/")[2],
                "identifiers": [],
                "creators": [
                    {
                        "name": author,
                        "nameType": "Personal",
                        "familyName": _names(author)[0],
                        "givenName": _names(author)[1],
                        "affiliation": [],
                        "nameIdentifiers": [],
                    }
                    for author in work["authors"]
                ],
                "titles": [{"title": work["title"]}],
                "publisher": "arXiv" if number else "Zenodo",
                "container": {},
                "publicationYear": work["year"],
                "subjects": [],
                "contributors": [],
                "dates": [{"date": f"{work['year']}-06", "dateType": "Issued"}],
                "language": None,
                "types": {
                    "resourceTypeGeneral": kind,
                    "resourceType": "Article" if number else "",
                    "citeproc": "article" if number else "dataset",
                    "bibtex": "misc",
                    "ris": "GEN",
                    "schemaOrg": "CreativeWork" if number else "Dataset",
                },
                "relatedIdentifiers": [],
                "sizes": [],
                "formats": [],
                "version": "1",
                "rightsList": [{"rights": "Open Access", "rightsUri": "info:eu-repo/semantics/openAccess"}],
                "descriptions": [{"description": work["abstract"], "descriptionType": "Abstract"}],
                "url": address,
                "contentUrl": None,
                "schemaVersion": "http://datacite.org/schema/kernel-4",
                "isActive": True,
                "state": "findable",
                "citationCount": work["cited"],
            },
            "relationships": {"client": {"data": {"id": "sandbox.client", "type": "clients"}}},
        }
    }


def retraction(work: Work) -> Json:
    """What Crossref adds to a work that was retracted: once by its publisher, once by Retraction Watch."""
    updated = {"date-parts": [[2024, 3, 1]], "date-time": "2024-03-01T00:00:00Z", "timestamp": 1709251200000}
    said = {"DOI": f"{work['doi']}.retraction", "type": "retraction", "label": "Retraction", "updated": updated}
    return {"updated-by": [said | {"source": source} for source in ("publisher", "retraction-watch")]}


def notice(work: Work) -> Json:
    """The notice of that retraction, a work of its own."""
    update = {"DOI": work["doi"], "type": "retraction", "label": "Retraction", "source": "publisher"}
    return crossref(work, score=1) | {
        "DOI": f"{work['doi']}.retraction",
        "title": [f"Retraction notice to: {work['title']}"],
        "update-to": [update],
    }


def semantic(work: Work, fields: set[str]) -> Json:
    """A paper of Semantic Scholar, with the fields asked for."""
    whole = {
        "paperId": work["digest"][:40],
        "externalIds": {"DOI": work["doi"], "CorpusId": int(work["digest"][:7], 16)},
        "url": f"https://www.semanticscholar.org/paper/{quote(work['digest'][:40])}",
        "title": work["title"],
        "abstract": work["abstract"],
        "venue": work["journal"],
        "year": work["year"],
        "citationCount": work["cited"],
        "isOpenAccess": True,
        "openAccessPdf": None,
        "publicationTypes": ["JournalArticle"],
        "publicationDate": f"{work['year']}-06-01",
        "journal": {"name": work["journal"], "volume": work["volume"], "pages": f"{work['first']}-{work['last']}"},
        "authors": [
            {"authorId": str(5555 + place), "name": " ".join(reversed(_names(one)))}
            for place, one in enumerate(work["authors"])
        ],
        "tldr": {"model": "sandbox", "text": work["abstract"].split(". ")[1] + "."},
    }
    return {
        name: value
        for name, value in whole.items()
        if name == "paperId" or name in {field.split(".")[0] for field in fields}
    }


def perplexity(work: Work) -> Json:
    """A search result of Perplexity."""
    day = f"{work['year']}-06-01"
    return {"title": work["title"], "url": url(work), "date": day, "last_updated": day, "snippet": work["abstract"]}
