"""Who is calling, as far as proxies of our own vouch for it (R-53)."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

USER_AGENT_LENGTH = 300


def client_ip(request: HttpRequest) -> str | None:
    """The caller's address, or None where the server knows none (a Unix socket).

    With `TRUSTED_PROXY_COUNT` proxies in front, the entry that the outermost of them wrote into X-Forwarded-For is
    taken, counted from the right; whatever stands left of it came from the caller and is never believed.
    """
    direct = _address(str(request.META.get("REMOTE_ADDR", "")))
    count: int = settings.TRUSTED_PROXY_COUNT
    if not count:
        return direct
    hops = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    return (_address(hops[-count]) if len(hops) >= count else None) or direct


def counted_address(ip: str | None) -> str | None:
    """What limits count by: an IPv4 address, or the first address of an IPv6 /64 (one household owns all of it)."""
    if ip is None:
        return None
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


def user_agent(request: HttpRequest) -> str:
    """What the browser calls itself, cut to what is kept."""
    return request.headers.get("User-Agent", "")[:USER_AGENT_LENGTH]


def _address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        # A dual-stack socket reports IPv4 callers as ::ffff:a.b.c.d; a zone (%eth0) is no part of the address.
        return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address)))
    return str(address)
