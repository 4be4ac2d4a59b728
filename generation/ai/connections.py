"""The HTTP connections of one document in one drain (R-35, R-105)."""

import ssl
from functools import cache
from typing import Final

import httpx2
from django.conf import settings

#: Seconds to reach a provider at all. How long an answer may take is the gateway's to say.
_CONNECT: Final = 10.0


def client() -> httpx2.AsyncClient:
    """A client with as many connections as a drain can use at once. To be closed by whoever asked for it."""
    width = settings.DRAIN_WIDTH
    return httpx2.AsyncClient(
        verify=_trusted(),
        timeout=httpx2.Timeout(None, connect=_CONNECT),
        limits=httpx2.Limits(max_connections=width, max_keepalive_connections=width),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust, the same for all: reading the authorities takes longer than everything else here."""
    return httpx2.create_ssl_context()
