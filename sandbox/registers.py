"""The registers' single works: DataCite, Crossref by ISBN, OpenAlex by PubMed id, and the free copies they lead to."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox import formats, library, papers
from sandbox.errors import refusal
from sandbox.library import Work
from sandbox.world import World

#: What DataCite answers with, whatever is asked for.
JSON_API = "application/vnd.api+json; charset=utf-8"


def routes(world: World) -> list[Mount]:
    """DataCite at its prefix, and the files of works that may be had for nothing."""

    async def datacite(request: Request) -> Response:
        refused = world.search_rules.datacite(request)
        return refused or _datacite(request)

    return [
        Mount("/datacite", routes=[Route("/dois/{doi:path}", datacite)]),
        Mount("/papers", routes=[Route("/{digest}.pdf", _paper)]),
    ]


def _datacite(request: Request) -> Response:
    work = library.by_doi(request.path_params["doi"])
    if work is None or not library.is_of_datacite(work["doi"]):
        answer = refusal("datacite", 404, "The resource you are looking for doesn't exist.")
        answer.headers["content-type"] = JSON_API
        return answer
    return JSONResponse(formats.datacite(told(request, work)), media_type=JSON_API)


def told(request: Request, work: Work) -> Work:
    """The work as it is said, or, on order, another one under its number."""
    is_other = "other_work" in request.scope["sandbox.effect"].content
    return work | ({"title": "A catalogue of brass instruments", "authors": ["Elsewhere, O."]} if is_other else {})


def free_copy(request: Request, work: Work) -> dict[str, object]:
    """Where OpenAlex says that a copy lies: on order a file; else a page about it for some works, none for others."""
    location = formats.openalex(work)["primary_location"]
    if "open_access" in request.scope["sandbox.effect"].content:
        address = f"{request.url.scheme}://{request.url.netloc}/papers/{work['digest'][:20]}.pdf"
        return {
            "best_oa_location": location | {"pdf_url": address},
            "open_access": {"is_oa": True, "oa_status": "gold", "oa_url": address, "any_repository_has_fulltext": True},
        }
    if int(work["digest"][:8], 16) % 2:
        return {"best_oa_location": location}
    closed = {"is_oa": False, "oa_status": "closed", "oa_url": None, "any_repository_has_fulltext": False}
    return {"best_oa_location": None, "open_access": closed}


async def _paper(request: Request) -> Response:
    digest = request.path_params["digest"]
    work = library.by_digest(digest)
    content = papers.pdf(digest, work["title"]) if work else papers.pdf(digest)
    return Response(content, media_type="application/pdf")
