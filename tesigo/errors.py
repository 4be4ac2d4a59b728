"""The pages people see when something is wrong: what happened, what to do, the correlation id (R-102)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from tesigo.platform.correlation import correlation_id


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"errors/{status}.html", {"correlation_id": correlation_id()}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request cannot be understood."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not allowed, for instance after the CSRF cookie was lost."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here, or nothing that this person may see (R-100)."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A mistake of ours. Rendered without context processors: they may be what failed."""
    html = render_to_string("errors/500.html", {"correlation_id": correlation_id()})
    return HttpResponse(html, status=500)
