"""The answer to one request too many: 429 with the time to wait."""

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tesigo.platform.api import problems
from tesigo.platform.correlation import correlation_id


def limited(
    request: HttpRequest, *, retry_after: float, template: str = "errors/429.html", message: object = ""
) -> HttpResponse:
    """The page, with `Retry-After` in seconds; for a program the problem."""
    if problems.is_api(request):
        words = message or _("That was one request too many.")
        return problems.respond(request, status=429, detail=words, wait=retry_after)
    seconds = max(1, math.ceil(retry_after))
    context = {
        "retry_after": seconds,
        "retry_minutes": math.ceil(seconds / 60),
        "retry_hours": math.ceil(seconds / 3600),
        "message": message,
        "correlation_id": correlation_id(),
    }
    response = render(request, template, context, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
