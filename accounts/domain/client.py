"""By what callers are told apart and counted (R-53)."""

import ipaddress

from tesigo.platform.client import USER_AGENT_LENGTH, client_ip, user_agent

__all__ = ["USER_AGENT_LENGTH", "client_ip", "counted_address", "user_agent"]


def counted_address(ip: str | None) -> str | None:
    """What limits count by: an IPv4 address, or the first address of an IPv6 /64 (one household owns all of it)."""
    if ip is None:
        return None
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)
