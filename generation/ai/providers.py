"""HTTP clients and SDKs of the providers. One HTTP client for each document in a drain (R-35, R-105).

The SDKs are imported only where models are called: both take 50 MB and a second. The site, beat and the supervisor
never call a model. A worker imports them before it forks, so its child processes share that memory.
"""

import socket
import ssl
from functools import cache
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from django.conf import settings

from generation.ai.question import Provider
from generation.enums import Provider as ProviderName
from tesigo.platform.measuring import traceparent

#: Seconds to reach a provider at all. How long an answer may take is the gateway's to say.
_CONNECT_SECONDS: Final = 10.0
#: An answer may take minutes, in which not a byte comes; what stands between forgets connections that say nothing.
#: Seconds before the first sign of life and between two, and how many may stay unanswered.
KEEP_ALIVE_SECONDS: Final = 60
_UNANSWERED_PROBES: Final = 5
_SOCKET_OPTIONS: Final = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), value)
        for name, value in (
            ("TCP_KEEPIDLE", KEEP_ALIVE_SECONDS),
            ("TCP_KEEPINTVL", KEEP_ALIVE_SECONDS),
            ("TCP_KEEPCNT", _UNANSWERED_PROBES),
        )
        if hasattr(socket, name)
    ),
]


def client() -> httpx2.AsyncClient:
    """A client with one connection for each step of a drain. The caller closes it."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
        transport=_transport(),
        event_hooks={"request": [_name_trace]},
        mounts={address: _transport(proxy) for address, proxy in _proxies().items()},
    )


def open_provider(name: str, http: httpx2.AsyncClient) -> Provider:
    """The way to one provider, over the connections of one document."""
    if name == ProviderName.OPENAI:
        from generation.ai.openai import OpenAI

        return OpenAI(http)
    from generation.ai.anthropic import Anthropic

    return Anthropic(http)


def load() -> None:
    """Imports the SDKs."""
    from generation.ai import anthropic, openai  # noqa: F401  # loaded is all that is asked


async def _name_trace(request: httpx2.Request) -> None:
    """What is traced here can go on at a proxy of ours, or at the provider."""
    if parent := traceparent():
        request.headers["traceparent"] = parent


def _transport(proxy: str | None = None) -> httpx2.AsyncHTTPTransport:
    width = settings.DRAIN_WIDTH
    return httpx2.AsyncHTTPTransport(
        verify=_trusted(),
        limits=httpx2.Limits(max_connections=width, max_keepalive_connections=width),
        socket_options=_SOCKET_OPTIONS,
        proxy=proxy,
    )


def _proxies() -> dict[str, str]:
    """The providers' addresses that the environment has a proxy for: a transport of one's own knows none by itself."""
    found, known = {}, getproxies()
    for url in (settings.OPENAI_BASE_URL, settings.ANTHROPIC_BASE_URL):
        at = urlsplit(url)
        proxy = known.get(at.scheme) or known.get("all")
        if proxy and at.hostname and not proxy_bypass(at.hostname):
            found[f"{at.scheme}://{at.hostname}"] = proxy
    return found


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust, the same for all: reading the authorities takes longer than everything else here."""
    return httpx2.create_ssl_context()
