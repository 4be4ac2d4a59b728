"""The five search services, and what two of them say of single works."""

import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox import formats, library, registers
from sandbox.errors import refusal
from sandbox.searchrules import LIST, SEARCH
from sandbox.world import World


def routes(world: World) -> list[Mount]:
    """All five, each at its own prefix, behind the rules of each."""
    rules = world.search_rules

    async def openalex(request: Request) -> Response:
        searched = "search" in request.query_params or "search:" in request.query_params.get("filter", "")
        refused, headers = rules.openalex(request, SEARCH if searched else LIST)
        return refused or _with(await _openalex(request), headers)

    async def openalex_work(request: Request) -> Response:
        refused, headers = rules.openalex(request, 0)
        return refused or _with(await _openalex_work(request), headers)

    async def crossref(request: Request) -> Response:
        refused, headers = rules.crossref(request, is_list=True, under_way=world.calls.under_way["crossref"])
        return refused or _with(await _crossref(request), headers)

    async def crossref_work(request: Request) -> Response:
        refused, headers = rules.crossref(request, is_list=False, under_way=world.calls.under_way["crossref"])
        return refused or _with(await _crossref_work(request), headers)

    async def semantic(request: Request) -> Response:
        return rules.semantic(request) or await _semantic(request)

    async def semantic_paper(request: Request) -> Response:
        return rules.semantic(request) or await _semantic_paper(request)

    return [
        Mount("/openalex", routes=[Route("/works", openalex), Route("/works/{id:path}", openalex_work)]),
        Mount("/crossref", routes=[Route("/works", crossref), Route("/works/{doi:path}", crossref_work)]),
        Mount(
            "/semanticscholar",
            routes=[Route("/graph/v1/paper/search", semantic), Route("/graph/v1/paper/{id:path}", semantic_paper)],
        ),
        Mount("/tavily", routes=[Route("/search", _tavily, methods=["POST"])]),
        Mount(
            "/perplexity",
            routes=[Route(path, _perplexity, methods=["POST"]) for path in ("/chat/completions", "/search")],
        ),
    ]


def _with(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    return response


def _takes_back(request: Request) -> bool:
    """Whether a fault was ordered by which the service says that the first work was retracted."""
    return "retracted" in request.scope["sandbox.effect"].content


def _number(request: Request, size: str, default: int) -> int:
    value = request.query_params.get(size, "")
    return max(1, min(100, int(value))) if value.isdigit() else default


async def _openalex(request: Request) -> Response:
    query = request.query_params.get("search") or request.query_params.get("filter", "").partition("search:")[2]
    found = library.works(query)
    size, number = _number(request, "per-page", _number(request, "per_page", 25)), _number(request, "page", 1)
    shown = found[(number - 1) * size : number * size]
    answers = [formats.openalex(one) | registers.free_copy(request, one) for one in shown]
    if answers and _takes_back(request):
        answers[0]["is_retracted"] = True
    meta = {"count": len(found), "db_response_time_ms": 12, "page": number, "per_page": size, "groups_count": None}
    return JSONResponse({"meta": meta, "results": answers, "group_by": []})


async def _openalex_work(request: Request) -> Response:
    number = request.path_params["id"]
    if set(number) & set(",&"):
        return refusal("openalex", 403, "Invalid query parameters")
    kind, _, bare = number.partition(":")
    work = library.by_pubmed(bare) if kind in ("pmid", "pmcid") else library.by_doi(number)
    if work is None:
        return refusal("openalex", 404, "Work not found")
    answer = formats.openalex(registers.told(request, work)) | registers.free_copy(request, work)
    return JSONResponse(answer | ({"is_retracted": True} if _takes_back(request) else {}))


async def _crossref(request: Request) -> Response:
    params = request.query_params
    if params.get("filter", "").startswith("isbn:"):
        return _crossref_book(params["filter"].removeprefix("isbn:"))
    query = params.get("query") or params.get("query.bibliographic") or params.get("query.title") or ""
    found = library.works(query)
    size = _number(request, "rows", 20)
    start = int(params["offset"]) if params.get("offset", "").isdigit() else 0
    items = [formats.crossref(one, score=40.0 - place) for place, one in enumerate(found)][start : start + size]
    if items and _takes_back(request):
        items[0] |= formats.retraction(found[0])
        items.append(formats.notice(found[0]))
    message = {
        "facets": {},
        "total-results": len(found),
        "items": items,
        "items-per-page": size,
        "query": {"start-index": start, "search-terms": query},
    }
    return JSONResponse({"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message})


def _crossref_book(isbn: str) -> Response:
    """A chapter that bears the book's number comes first, as it may."""
    work = library.by_isbn(isbn)
    items = []
    if work:
        book = formats.crossref_book(work, isbn)
        chapter = book | {"type": "book-chapter", "DOI": f"{work['doi']}.ch1", "title": ["A chapter of it"]}
        items = [chapter, book]
    message = {
        "facets": {},
        "total-results": len(items),
        "items": items,
        "items-per-page": 20,
        "query": {"start-index": 0, "search-terms": None},
    }
    return JSONResponse({"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message})


async def _crossref_work(request: Request) -> Response:
    work = library.by_doi(request.path_params["doi"])
    if work is None or library.is_of_datacite(work["doi"]):
        return Response("Resource not found.", status_code=404, media_type="text/plain")
    said = formats.crossref(registers.told(request, work), score=1)
    return JSONResponse(
        {
            "status": "ok",
            "message-type": "work",
            "message-version": "1.0.0",
            "message": said | (formats.retraction(work) if _takes_back(request) else {}),
        }
    )


async def _semantic(request: Request) -> Response:
    query = request.query_params.get("query")
    if not query:
        return refusal("semanticscholar", 400, "Missing required parameter: query")
    found, size = library.works(query), _number(request, "limit", 100)
    start = request.query_params.get("offset", "")
    offset = int(start) if start.isdigit() else 0
    fields = set(filter(None, request.query_params.get("fields", "title").split(",")))
    data = [formats.semantic(one, fields) for one in found[offset : offset + size]]
    answer = {"total": len(found), "offset": offset, "data": data}
    if offset + size < len(found):
        answer["next"] = offset + size
    return JSONResponse(answer)


async def _semantic_paper(request: Request) -> Response:
    work = library.by_doi(request.path_params["id"].removeprefix("DOI:"))
    fields = set(request.query_params.get("fields", "title").split(","))
    return JSONResponse(formats.semantic(work, fields)) if work else refusal("semanticscholar", 404, "Paper not found")


async def _tavily(request: Request) -> Response:
    key = request.scope["sandbox.key"]
    body = request.scope["sandbox.json"] or {}
    if not (key or body.get("api_key")) or "refused" in str(key or body.get("api_key")):
        return refusal("tavily", 401, "Unauthorized: missing or invalid API key.")
    query = str(body.get("query") or "")
    if not query:
        return refusal("tavily", 400, "Query is missing.")
    found = library.works(query, int(body.get("max_results") or 5))
    results = [
        {
            "title": one["title"],
            "url": formats.url(one),
            "content": one["abstract"],
            "score": round(0.98 - place * 0.03, 3),
            "raw_content": None,
        }
        for place, one in enumerate(found)
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


async def _perplexity(request: Request) -> Response:
    body = request.scope["sandbox.json"]
    if not request.scope["sandbox.key"] or "refused" in request.scope["sandbox.key"]:
        return refusal("perplexity", 401, "Invalid API key")
    if not isinstance(body, dict):
        return refusal("perplexity", 400, "Invalid request body")
    if request.url.path.endswith("/search"):
        query = body.get("query") or ""
        found = library.works(
            " ".join(query) if isinstance(query, list) else str(query), int(body.get("max_results") or 10)
        )
        return JSONResponse({"id": "sandbox", "results": [formats.perplexity(one) for one in found]})
    messages = body.get("messages") or []
    if not messages:
        return refusal("perplexity", 400, "messages: at least one message is required")
    found = library.works(str(messages[-1].get("content", "")), 6)
    text = " ".join(f"{one['abstract'].split('. ')[1]}.[{place}]" for place, one in enumerate(found, 1))
    asked, written = 20, len(text) // 4
    message = {"role": "assistant", "content": text}
    return JSONResponse(
        {
            "id": "sandbox",
            "model": body.get("model", "sonar"),
            "object": "chat.completion",
            "created": int(time.time()),
            "usage": {"prompt_tokens": asked, "completion_tokens": written, "total_tokens": asked + written},
            "citations": [formats.url(one) for one in found],
            "search_results": [formats.perplexity(one) for one in found],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        }
    )
