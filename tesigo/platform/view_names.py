"""Which view answered, in a bounded number of names: those of the resolver, never a path or an id."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest

#: Where the name stands in an ASGI scope.
VIEW: Final = "tesigo.view"
#: What is asked by machines every few seconds, and files: with them few pages would seem to fail, or to be slow.
NOT_PAGES: Final = frozenset({"health", "ready", "metrics", "static"})


def name_view(request: HttpRequest) -> None:
    """Notes for the ASGI door which view answered: its name from the resolver, never a path or an id.

    The administration counts as one; so does what no view answered.
    """
    scope = getattr(request, "scope", None)
    if scope is None:
        return
    match = request.resolver_match
    if match is not None:
        scope[VIEW] = "admin" if match.namespaces[:1] == ["admin"] else match.view_name
    elif request.path.startswith(settings.STATIC_URL):
        scope[VIEW] = "static"
