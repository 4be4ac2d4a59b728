"""Refusals that say when to come back: 429 where a person had enough, 503 where something is away (RFC 9110)."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tesigo.platform.api import problems
from tesigo.platform.api.problems import Refusal, Wait
from tesigo.platform.correlation import correlation_id


class Closed(Protocol):
    """What a gate says when it is closed, as `documents.gates.NotNow` does."""

    @property
    def reason(self) -> str:
        """Why, in words for the person."""

    @property
    def status(self) -> int:
        """429 where it is the person's own allowance, 503 where it is the house's means."""

    @property
    def wait(self) -> timedelta:
        """When to come back."""

    @property
    def waits_in_vain(self) -> bool:
        """Whether coming back does not help, and asking for less does."""


def later(
    request: HttpRequest,
    *,
    wait: Wait,
    status: int = 429,
    template: str = "",
    message: object = "",
    context: Mapping[str, Any] | None = None,
    is_bare: bool = False,
) -> HttpResponse:
    """The page with the time to wait; for a program the problem, whose words are ``message``.

    ``is_bare`` renders without context processors: they may be what failed.
    """
    if problems.is_api(request):
        words = message or _("That was one request too many.")
        return problems.respond(request, status=status, detail=words, wait=wait)
    seconds = int(problems.seconds(wait))
    known = {
        "retry_after": seconds,
        "retry_minutes": math.ceil(seconds / 60),
        "retry_hours": math.ceil(seconds / 3600),
        "message": message,
        "correlation_id": correlation_id(),
        **(context or {}),
    }
    page = render_to_string(template or f"errors/{status}.html", known, None if is_bare else request)
    return tell(HttpResponse(page, status=status), wait)


def closed_page(request: HttpRequest, closed: Closed, *, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """The page of a gate that said no (R-21, R-42)."""
    about = {**context, "waits_in_vain": closed.waits_in_vain}
    return later(
        request, wait=closed.wait, status=closed.status, template=template, message=closed.reason, context=about
    )


def closed_problem(closed: Closed) -> Refusal:
    """What a program is told when a gate said no."""
    kind = "allowance-used-up" if closed.status == 429 else "no-room"
    more = {"waits_in_vain": closed.waits_in_vain}
    return Refusal(closed.reason, status=closed.status, kind=kind, wait=closed.wait, more=more)


def tell(response: HttpResponse, wait: Wait | None) -> HttpResponse:
    """The response with `Retry-After`, where it is known when."""
    if wait is not None:
        response.headers["Retry-After"] = problems.seconds(wait)
    return response
