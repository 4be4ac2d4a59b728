"""Zotero's web API, as far as a library is read by its owner's key: https://www.zotero.org/support/dev/web_api/v3/basics"""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from sandbox import library

USER = 5555
ITEMS = 230
NOTES = 20
PAGE_LIMIT = 100
_KEY = re.compile(r"[A-Za-z0-9]{24}")


def routes() -> Mount:
    """A key of 24 letters and digits opens a library; with ``Empty`` in it, one without items, with ``None``, none."""
    return Mount("/zotero", routes=[Route("/keys/current", _key), Route("/users/{user:int}/items", _items)])


def _refused(request: Request) -> Response | None:
    if request.headers.get("zotero-api-version") != "3":
        return PlainTextResponse("API version not supported here", status_code=400)
    key = request.headers.get("zotero-api-key", "")
    if not _KEY.fullmatch(key) or "Refused" in key:
        return PlainTextResponse("Invalid key", status_code=403)
    return None


async def _key(request: Request) -> Response:
    if (refused := _refused(request)) is not None:
        return refused
    key = request.headers["zotero-api-key"]
    access = {} if "None" in key else {"user": {"library": True, "files": True}}
    return JSONResponse({"key": key, "userID": USER, "username": "sandbox", "displayName": "", "access": access})


async def _items(request: Request) -> Response:
    if (refused := _refused(request)) is not None:
        return refused
    key, params = request.headers["zotero-api-key"], request.query_params
    if request.path_params["user"] != USER or "None" in key:
        return PlainTextResponse("Forbidden", status_code=403)
    if params.get("format") != "csljson":
        return PlainTextResponse("Only csljson is spoken here", status_code=400)
    start, size = (int(value) if (value := params.get(name, "")).isdigit() else 0 for name in ("start", "limit"))
    kinds = params.get("itemType", "")
    excluded = kinds[1:].split(" || ") if kinds.startswith("-") else []
    total = 0 if "Empty" in key else ITEMS + (0 if "note" in excluded else NOTES)
    size = min(size or 25, PAGE_LIMIT)
    items = [_item(number) if number < ITEMS else _note(number) for number in range(start, min(start + size, total))]
    headers = {"Total-Results": str(total), "Zotero-API-Version": "3", "Last-Modified-Version": "1"}
    return JSONResponse({"items": items}, headers=headers, media_type="application/vnd.citationstyles.csl+json")


def _note(number: int) -> dict[str, object]:
    """Somebody's notes come as articles, called by their first line."""
    return {"id": f"{USER}/NOTE{number:04}", "type": "article", "title": f"Ask about chapter {number}"}


def _item(number: int) -> dict[str, object]:
    work = library.works(f"library entry {number}", 1)[0]
    families = [author.partition(", ") for author in work["authors"]]
    return {
        "id": f"{USER}/{work['digest'][:8].upper()}",
        "type": "article-journal",
        "container-title": work["journal"],
        "title": f"{work['title']}, number {number}",
        "DOI": f"{work['doi']}.{number}",
        "author": [{"family": family, "given": given} for family, _comma, given in families],
        "issued": {"date-parts": [[str(work["year"])]]},
        "abstract": work["abstract"],
    }
