"""Which other sites' scripts may call the API: none, unless `CORS_ALLOWED_ORIGINS` names them (R-102).

They are never let in by cookie: a script of another site brings a token of its own.
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from tesigo.platform.api.problems import is_api

_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_ASKED_WITH: Final = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Range, Tus-Resumable, "
    "Upload-Checksum, Upload-Concat, Upload-Length, Upload-Metadata, Upload-Offset, X-Correlation-ID"
)
_SHOWN: Final = (
    "Accept-Ranges, Content-Disposition, Content-Range, ETag, Idempotent-Replayed, Location, Retry-After, "
    "Tus-Resumable, Upload-Concat, Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset, WWW-Authenticate, "
    "X-Correlation-ID"
)
#: Seconds a browser may remember what it was told.
_REMEMBERED: Final = "600"


class CorsMiddleware:
    """Responds to preflights, and says of each response that the asking site may read it."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response; without an allowed origin as if this were not here."""
        if not settings.CORS_ALLOWED_ORIGINS or not is_api(request):
            return self.get_response(request)
        origin = request.headers.get("Origin", "")
        is_allowed = origin in settings.CORS_ALLOWED_ORIGINS
        if is_allowed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response: HttpResponseBase = HttpResponse(status=204)
            response.headers["Access-Control-Allow-Methods"] = _METHODS
            response.headers["Access-Control-Allow-Headers"] = _ASKED_WITH
            response.headers["Access-Control-Max-Age"] = _REMEMBERED
        else:
            response = self.get_response(request)
        if is_allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = _SHOWN
        patch_vary_headers(response, ["Origin"])
        return response
