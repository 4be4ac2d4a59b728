"""Who was refused what leaves a line in the log (ASVS V16.3.2): somebody signed in who asked for what is not theirs."""

import logging
from typing import Final

from django.http import HttpRequest, HttpResponseBase

from tesigo.platform import rate_limits
from tesigo.platform.correlation import actor_of
from tesigo.platform.log_values import word
from tesigo.platform.view_middleware import ViewMiddleware

logger = logging.getLogger(__name__)

#: Lines an hour for one person: a script that tries all numbers fills no disk, and the first ones say who it is.
LINES_AN_HOUR: Final = 30
_REFUSED: Final = frozenset({401, 403, 404})


class RefusedAccess(ViewMiddleware):
    """Notes a 401, 403 or 404 of an address that names an object; the line says who, which route and which ids."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response as it is."""
        response = self.get_response(request)
        match = request.resolver_match
        # To others an object that is not theirs does not exist, so a 404 tells of one as well as a 403.
        if response.status_code in _REFUSED and match and (match.kwargs or response.status_code == 403):
            self._note(request, response.status_code)
        return response

    def _note(self, request: HttpRequest, status: int) -> None:
        actor, match = actor_of(request), request.resolver_match
        if not actor or match is None or not _has_room(actor):
            return
        # Only what has the form of an id: the log leaves the rest out.
        facts = {"status": status, "route": word(match.route), "ids": [str(value) for value in match.kwargs.values()]}
        logger.warning("access refused", extra=facts)


def _has_room(actor: str) -> bool:
    # While Redis is away nothing is counted: a line less, and Django's own says the address all the same.
    return rate_limits.check("refused", actor, limit=LINES_AN_HOUR, seconds=3600, when_redis_is_away="refuse").allowed
