"""How often a program may call, by who it is or by where it calls from (R-104)."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tesigo.platform import rate_limits
from tesigo.platform.client import client_ip, counted_address


class ApiThrottle(BaseThrottle):
    """Limits calls a minute: by person, or by network address, with a lower limit, for callers who are not signed in.

    Counted in Redis; while it is away all pass, since what costs money or sends mail is counted in the database.
    """

    _wait = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Counts this call."""
        user = request.user
        if user is not None and user.is_authenticated:
            key, limit = f"user:{user.pk}", settings.API_CALLS_PER_MINUTE
        else:
            key, limit = f"ip:{counted_address(client_ip(request._request))}", settings.API_ANONYMOUS_PER_MINUTE
        verdict = rate_limits.check("api", key, limit=limit, seconds=60)
        self._wait = verdict.retry_after
        return verdict.allowed

    def wait(self) -> float:
        """Seconds until the next call is let through."""
        return self._wait
