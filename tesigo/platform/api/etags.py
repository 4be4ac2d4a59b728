"""Nobody overwrites what they have not seen: ETags and If-Match (RFC 9110, 13.1)."""

import hashlib
import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tesigo.platform.api.problems import Refusal

Row = TypeVar("Row")

_TAG: Final = re.compile(r'(?:W/)?"[^"]*"|\*')


def etag_of(representation: Any) -> str:
    """A strong tag of what a GET would send: it changes with any of it."""
    sent = JSONRenderer().render(representation)
    return f'"{hashlib.blake2b(sent, digest_size=16).hexdigest()}"'


def tagged(request: Request, representation: Any, *, status: int = 200) -> Response:
    """The response with its tag; 304 without a body for who has it already."""
    tag = etag_of(representation)
    if request.method in {"GET", "HEAD"} and status == 200 and _names(request.headers.get("If-None-Match"), tag):
        return Response(status=304, headers={"ETag": tag})
    return Response(representation, status=status, headers={"ETag": tag})


def require_match(request: Request, representation: Any) -> None:
    """Raises a `Refusal` unless the caller has seen the present state: 428 without If-Match, 412 with an older one.

    To be called with the row locked, else somebody changes it in between.
    """
    given = request.headers.get("If-Match")
    if given is None:
        words = _("Say in If-Match which state you have seen: the ETag of the last GET.")
        raise Refusal(words, status=428, kind="if-match-required")
    # A weak tag matches nothing here (RFC 9110, 13.1.1).
    if not _names(given, etag_of(representation), is_strong=True):
        words = _("It has changed since you read it. Read it again, then send your change with the new ETag.")
        raise Refusal(words, status=412, kind="changed-meanwhile")


def expecting(request: Request, represent: Callable[[Row], Any]) -> Callable[[Row], None]:
    """What looks at a locked row and raises a `Refusal` unless the caller has seen it as it is (If-Match)."""

    def look(locked: Row) -> None:
        require_match(request, represent(locked))

    return look


def expecting_if_said(request: Request, represent: Callable[[Row], Any]) -> Callable[[Row], None] | None:
    """The same where the caller says which state they have seen, for what may be done without: throwing away."""
    return expecting(request, represent) if "If-Match" in request.headers else None


def _names(header: str | None, tag: str, *, is_strong: bool = False) -> bool:
    given = _TAG.findall(header or "")
    return "*" in given or tag in (given if is_strong else [one.removeprefix("W/") for one in given])
