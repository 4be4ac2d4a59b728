"""The five search services: a small invented library, the same for the same words, plainly marked as sandbox works."""

import hashlib
import random
import re
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox.errors import refusal
from sandbox.world import World
from sandbox.writer.prose import title_terms

PREFIX = "10.5555"
PATTERNS = (
    "{t}: a sandbox review",
    "On {t} in practice",
    "{t} and its limits",
    "A field study of {t}",
    "Foundations of {t}",
    "{t} revisited",
)
NAMES = ("Sandbox, A.", "Sandbox, B.", "Sandbox, C.", "Sandbox, D.")
JOURNALS = ("Journal of Sandbox Studies", "Sandbox Quarterly", "Proceedings of the Sandbox Conference")
_known: dict[str, dict[str, Any]] = {}
KNOWN_LIMIT = 5_000


def library(query: str, count: int = 12) -> list[dict[str, Any]]:
    """Works on the query's words; title, authors, year, doi, abstract, journal, pages, cited."""
    words = " ".join(query.split())[:200] or "sandbox"
    terms = [term for term in title_terms(words)] or [words]
    works = []
    for number in range(min(count, 40)):
        chance = random.Random(f"{words.lower()}|{number}")
        term = terms[number % len(terms)]
        other = terms[(number + 1) % len(terms)]
        title = PATTERNS[number % len(PATTERNS)].format(t=term)
        title = (
            title[0].upper() + title[1:] + ("" if number < len(PATTERNS) else f", part {number // len(PATTERNS) + 1}")
        )
        digest = hashlib.sha256(f"{words.lower()}|{number}".encode()).hexdigest()
        work = {
            "doi": f"{PREFIX}/sandbox.{digest[:10]}",
            "digest": digest,
            "title": title,
            "authors": list(NAMES[: 1 + number % 3]),
            "year": 2008 + chance.randrange(16),
            "abstract": (
                f"This is a sandbox work and no real publication. It examines {term} with regard to {other}. "
                f"The authors describe how {term} is understood in the literature, which conditions shape {other}, and where the two "
                f"meet in practice. A small sample of {chance.randrange(12, 90)} cases shows that {term} is rarely considered on its own. "
                f"The work concludes that {other} deserves more attention than it has received so far."
            ),
            "journal": JOURNALS[number % len(JOURNALS)],
            "volume": str(1 + chance.randrange(40)),
            "first": (first := chance.randrange(1, 300)),
            "last": first + chance.randrange(8, 30),
            "cited": chance.randrange(0, 400),
        }
        works.append(work)
        _known[str(work["doi"])] = work
    while len(_known) > KNOWN_LIMIT:
        _known.pop(next(iter(_known)))
    return works


def routes(world: World) -> list[Mount]:
    """All five, each at its own prefix."""

    def page(request: Request, size: str, default: int) -> int:
        value = request.query_params.get(size, "")
        return max(1, min(100, int(value))) if value.isdigit() else default

    async def openalex(request: Request) -> Response:
        query = request.query_params.get("search") or request.query_params.get("filter", "").partition("search:")[2]
        works = library(query)
        size, number = page(request, "per-page", page(request, "per_page", 25)), page(request, "page", 1)
        shown = works[(number - 1) * size : number * size]
        meta = {"count": len(works), "db_response_time_ms": 12, "page": number, "per_page": size, "groups_count": None}
        return JSONResponse({"meta": meta, "results": [_openalex(one) for one in shown], "group_by": []})

    async def openalex_work(request: Request) -> Response:
        work = _by_doi(request.path_params["id"])
        return JSONResponse(_openalex(work)) if work else refusal("openalex", 404, "Work not found")

    async def crossref(request: Request) -> Response:
        params = request.query_params
        query = params.get("query") or params.get("query.bibliographic") or params.get("query.title") or ""
        works = library(query)
        size = page(request, "rows", 20)
        start = int(params["offset"]) if params.get("offset", "").isdigit() else 0
        items = [_crossref(one, score=40.0 - place) for place, one in enumerate(works)][start : start + size]
        message = {
            "facets": {},
            "total-results": len(works),
            "items": items,
            "items-per-page": size,
            "query": {"start-index": start, "search-terms": query},
        }
        return JSONResponse(
            {"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message}
        )

    async def crossref_work(request: Request) -> Response:
        work = _by_doi(request.path_params["doi"])
        if work is None:
            return Response("Resource not found.", status_code=404, media_type="text/plain")
        return JSONResponse(
            {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": _crossref(work, score=1)}
        )

    async def semantic(request: Request) -> Response:
        query = request.query_params.get("query")
        if not query:
            return refusal("semanticscholar", 400, "Missing required parameter: query")
        works, size = library(query), page(request, "limit", 100)
        start = request.query_params.get("offset", "")
        offset = int(start) if start.isdigit() else 0
        fields = set(filter(None, request.query_params.get("fields", "title").split(",")))
        data = [_semantic(one, fields) for one in works[offset : offset + size]]
        answer = {"total": len(works), "offset": offset, "data": data}
        if offset + size < len(works):
            answer["next"] = offset + size
        return JSONResponse(answer)

    async def semantic_paper(request: Request) -> Response:
        work = _by_doi(request.path_params["id"].removeprefix("DOI:"))
        fields = set(request.query_params.get("fields", "title").split(","))
        return JSONResponse(_semantic(work, fields)) if work else refusal("semanticscholar", 404, "Paper not found")

    async def tavily(request: Request) -> Response:
        key = request.scope["sandbox.key"]
        body = request.scope["sandbox.json"] or {}
        if not (key or body.get("api_key")) or "refused" in str(key or body.get("api_key")):
            return refusal("tavily", 401, "Unauthorized: missing or invalid API key.")
        query = str(body.get("query") or "")
        if not query:
            return refusal("tavily", 400, "Query is missing.")
        works = library(query, int(body.get("max_results") or 5))
        results = [
            {
                "title": one["title"],
                "url": _url(one),
                "content": one["abstract"],
                "score": round(0.98 - place * 0.03, 3),
                "raw_content": None,
            }
            for place, one in enumerate(works)
        ]
        return JSONResponse(
            {
                "query": query,
                "follow_up_questions": None,
                "answer": None,
                "images": [],
                "results": results,
                "response_time": 0.1,
                "request_id": "sandbox",
            }
        )

    async def perplexity(request: Request) -> Response:
        body = request.scope["sandbox.json"]
        if not request.scope["sandbox.key"] or "refused" in request.scope["sandbox.key"]:
            return refusal("perplexity", 401, "Invalid API key")
        if not isinstance(body, dict):
            return refusal("perplexity", 400, "Invalid request body")
        if request.url.path.endswith("/search"):
            query = body.get("query") or ""
            works = library(
                " ".join(query) if isinstance(query, list) else str(query), int(body.get("max_results") or 10)
            )
            return JSONResponse({"id": "sandbox", "results": [_perplexity(one, snippet=True) for one in works]})
        messages = body.get("messages") or []
        if not messages:
            return refusal("perplexity", 400, "messages: at least one message is required")
        works = library(str(messages[-1].get("content", "")), 6)
        text = " ".join(f"{one['abstract'].split('. ')[1]}.[{place}]" for place, one in enumerate(works, 1))
        return JSONResponse(
            {
                "id": "sandbox", "model": body.get("model", "sonar"), "object": "chat.completion", "created": int(world.clock.now()),
                "usage": {"prompt_tokens": 20, "completion_tokens": len(text) // 4, "total_tokens": 20 + len(text) // 4, "search_context_size": "low"},
                "citations": [_url(one) for one in works],
                "search_results": [_perplexity(one, snippet=True) for one in works],
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}, "delta": {"role": "assistant", "content": ""}}],
            }
        )  # fmt: skip

    return [
        Mount("/openalex", routes=[Route("/works", openalex), Route("/works/{id:path}", openalex_work)]),
        Mount("/crossref", routes=[Route("/works", crossref), Route("/works/{doi:path}", crossref_work)]),
        Mount(
            "/semanticscholar",
            routes=[Route("/graph/v1/paper/search", semantic), Route("/graph/v1/paper/{id:path}", semantic_paper)],
        ),
        Mount("/tavily", routes=[Route("/search", tavily, methods=["POST"])]),
        Mount(
            "/perplexity",
            routes=[Route(path, perplexity, methods=["POST"]) for path in ("/chat/completions", "/search")],
        ),
    ]


def _by_doi(text: str) -> dict[str, Any] | None:
    """A work by DOI: one that a search brought up, or (for any sandbox DOI) the one it always stands for."""
    doi = re.sub(r"^(https?://)?(dx\.)?(doi\.org/|doi:)", "", text, flags=re.IGNORECASE).lower()
    if doi in _known:
        return _known[doi]
    if not doi.startswith(f"{PREFIX}/") or "missing" in doi:
        return None
    return {**library(doi.split("/", 1)[1].replace(".", " "), 1)[0], "doi": doi}


def _url(work: dict[str, Any]) -> str:
    return f"https://doi.org/{work['doi']}"


def _names(author: str) -> tuple[str, str]:
    family, _, given = author.partition(", ")
    return family, given


def _openalex(work: dict[str, Any]) -> dict[str, Any]:
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
        "doi": _url(work),
        "title": work["title"],
        "display_name": work["title"],
        "publication_year": work["year"],
        "publication_date": f"{work['year']}-06-01",
        "language": "en",
        "type": "article",
        "primary_location": {
            "is_oa": True,
            "landing_page_url": _url(work),
            "pdf_url": None,
            "source": source,
            "license": "cc-by",
            "version": "publishedVersion",
        },
        "open_access": {"is_oa": True, "oa_status": "gold", "oa_url": _url(work), "any_repository_has_fulltext": False},
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
        "ids": {"openalex": f"https://openalex.org/W{number}", "doi": _url(work)},
    }


def _crossref(work: dict[str, Any], *, score: float) -> dict[str, Any]:
    return {
        "DOI": work["doi"],
        "URL": _url(work),
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


def _semantic(work: dict[str, Any], fields: set[str]) -> dict[str, Any]:
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


def _perplexity(work: dict[str, Any], *, snippet: bool) -> dict[str, Any]:
    found = {
        "title": work["title"],
        "url": _url(work),
        "date": f"{work['year']}-06-01",
        "last_updated": f"{work['year']}-06-01",
    }
    return {**found, "snippet": work["abstract"]} if snippet else found
