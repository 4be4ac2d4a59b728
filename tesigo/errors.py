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

from tesigo.platform.body_limit import limit_passed
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.correlation import correlation_id

#: Seconds after which a site whose database is away may be asked again: it is started anew within a few.
COME_BACK = 30


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"errors/{status}.html", {"correlation_id": correlation_id()}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request cannot be understood, or is more than anybody asked for."""
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
    """Not allowed, for instance after the CSRF cookie was lost."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here, or nothing that this person may see (R-100)."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A mistake of ours, or something away. Rendered without context processors: they may be what failed."""
    if isinstance(sys.exception(), OperationalError | InterfaceError | ServiceAway):
        return _away(request)
    html = render_to_string("errors/500.html", {"correlation_id": correlation_id()})
    return HttpResponse(html, status=500)


def _away(request: HttpRequest) -> HttpResponse:
    context = {
        "correlation_id": correlation_id(),
        "retry_after": COME_BACK,
        "retry_minutes": 1,
        "was_sent": request.method not in {"GET", "HEAD"},
    }
    return HttpResponse(render_to_string("errors/503.html", context), status=503, headers={"Retry-After": COME_BACK})
