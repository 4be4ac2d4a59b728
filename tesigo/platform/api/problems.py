"""What a program is told when something is refused or fails: problem details (RFC 9457).

Under `/api/` nothing else is sent for a 4xx or 5xx, whoever refuses: a view, the resolver, a middleware or Django.
`type` is ``about:blank`` where the status says it all, else a URN that a program can tell apart.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.encoding import escape_uri_path, force_str
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from tesigo.platform.correlation import correlation_id

PREFIX: Final = "/api/"
#: Where files arrive in several goes, for programs and for scripts of pages (R-80).
FILES: Final = "/files/"
CONTENT_TYPE: Final = "application/problem+json"
URN: Final = "urn:tesigo:problem:"
NON_FIELD: Final = "non_field_errors"
#: In seconds, where it is a number.
Wait = float | timedelta


class Refusal(exceptions.APIException):
    """A refusal that a view or an authentication raises: ``kind`` ends the URN, ``detail`` is for people.

    ``more`` are members of its own (RFC 9457, 3.2), ``wait`` the time for `Retry-After`.
    """

    def __init__(
        self,
        detail: object,
        *,
        status: int,
        kind: str = "",
        wait: Wait | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(force_str(detail))
        self.status_code = status
        self.kind = kind
        self.more = dict(more or {})
        self.headers = dict(headers or {})
        if wait is not None:
            self.headers["Retry-After"] = seconds(wait)


def is_api(request: HttpRequest) -> bool:
    """Whether the caller is a program that expects JSON."""
    return request.path.startswith((PREFIX, FILES))


def seconds(wait: Wait) -> str:
    """A `Retry-After` of at least a second."""
    return str(max(1, math.ceil(wait.total_seconds() if isinstance(wait, timedelta) else wait)))


def body(
    *, status: int, detail: object, path: str, kind: str = "", more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The members of one problem."""
    told = {
        "type": f"{URN}{kind}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": force_str(detail),
        "instance": escape_uri_path(path),
        "correlation_id": correlation_id(),
    }
    return {**(more or {}), **told}


def respond(
    request: HttpRequest,
    *,
    status: int,
    detail: object,
    kind: str = "",
    wait: Wait | None = None,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The same for what refuses outside of a view: middleware and Django's handlers."""
    told = body(status=status, detail=detail, path=request.path, kind=kind, more=more)
    headers = {} if wait is None else {"Retry-After": seconds(wait)}
    return JsonResponse(told, status=status, content_type=CONTENT_TYPE, headers=headers)


def handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework's exception handler. None for what is a mistake of ours: `handler500` takes it."""
    if isinstance(error, Http404 | ObjectDoesNotExist):
        # Also what was there when it was looked for, and is gone by the time it is locked.
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = Refusal(_("The body of the request is too large."), status=413)
    elif isinstance(error, SuspiciousOperation):
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return None
    told = body(
        status=error.status_code,
        detail=_words(error),
        path=context["request"].path,
        kind=_kind(error),
        more=_more(error),
    )
    return Response(told, status=error.status_code, headers=_headers(error), content_type=CONTENT_TYPE)


def _words(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _("Some of what was sent cannot be taken. See errors.")
    return force_str(error.detail)


def _kind(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    return str(getattr(error, "kind", ""))


def _more(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {"errors": list(_each(error.detail, ""))}
    return dict(getattr(error, "more", {}))


def _each(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Each flaw with the place it is about, as a JSON pointer (RFC 6901); empty for the whole."""
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            step = str(name).replace("~", "~0").replace("/", "~1")
            yield from _each(below, pointer if name == NON_FIELD else f"{pointer}/{step}")
    elif isinstance(detail, list | tuple):
        for number, below in enumerate(detail):
            # A list of words is about one place, a list of lists or mappings is about the members of one.
            is_nested = isinstance(below, Mapping | list | tuple)
            yield from _each(below, f"{pointer}/{number}" if is_nested else pointer)
    else:
        yield {"pointer": pointer, "detail": force_str(detail), "code": str(getattr(detail, "code", "invalid"))}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = dict(getattr(error, "headers", {}))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if isinstance(wait, int | float):
        headers["Retry-After"] = seconds(wait)
    return headers
