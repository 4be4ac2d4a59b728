"""The pages people see when something is wrong: what happened, what to do, the correlation id (R-102)."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

from tesigo.platform import come_back
from tesigo.platform.api import problems
from tesigo.platform.body_limit import limit_passed
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.correlation import correlation_id

#: A site whose database is away may be asked again: it is started anew within a few.
COME_BACK_SECONDS = 30


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"errors/{status}.html", {"correlation_id": correlation_id()}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request cannot be understood, or is more than anybody asked for."""
    if problems.is_api(request):
        if isinstance(exception, RequestDataTooBig):
            return problems.respond(request, status=413, detail=_("The body of the request is too large."))
        return problems.respond(request, status=400, detail=_("The request cannot be understood."))
    return _too_large(request) if isinstance(exception, RequestDataTooBig) else _page(request, 400)


def _too_large(request: HttpRequest) -> HttpResponse:
    """A script that sends files shows plain words beside the file; everybody else gets the page."""
    passed = limit_passed(request) or 0
    limit = settings.UPLOAD_MAX_BYTES if passed > settings.UPLOAD_MAX_BYTES else None
    if limit and "HX-Request" in request.headers:
        words = _("This file is larger than %(limit)s, the most that is accepted.") % {"limit": filesizeformat(limit)}
        return HttpResponse(words, status=413, content_type="text/plain; charset=utf-8")
    context = {"correlation_id": correlation_id(), "limit": limit}
    return HttpResponse(render_to_string("errors/413.html", context), status=413)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not allowed, for instance without a right."""
    if problems.is_api(request):
        return problems.respond(request, status=403, detail=_("You may not do that."))
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here, or nothing that this person may see (R-100)."""
    if problems.is_api(request):
        return problems.respond(request, status=404, detail=_("Nothing is here, or nothing of yours."))
    return _page(request, 404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the cookie was lost, or another site sent it."""
    if problems.is_api(request):
        detail = _("The CSRF token is missing or wrong. Programs call with a token of their own.")
        return problems.respond(request, status=403, detail=detail, kind="csrf")
    return csrf_failure(request, reason)


def server_error(request: HttpRequest) -> HttpResponse:
    """A mistake of ours, or something away. Rendered without context processors: they may be what failed."""
    if isinstance(sys.exception(), OperationalError | InterfaceError | ServiceAway):
        return _away(request)
    if problems.is_api(request):
        detail = _("Something went wrong on our side. Name the correlation id when you write to us.")
        return problems.respond(request, status=500, detail=detail)
    html = render_to_string("errors/500.html", {"correlation_id": correlation_id()})
    return HttpResponse(html, status=500)


def _away(request: HttpRequest) -> HttpResponse:
    return come_back.later(
        request,
        wait=COME_BACK_SECONDS,
        status=503,
        message=_("Something that we need is away for a moment. Ask again."),
        context={"was_sent": request.method not in {"GET", "HEAD"}},
        is_bare=True,
    )
