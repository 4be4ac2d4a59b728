"""Which addresses of the network may be reached: those of the public internet, however they are written (R-83)."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address
from typing import Final

#: IPv4 within IPv6: behind which prefix, and at which bit from the right.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
#: Public by Python 3.11's tables, and no public host: protocol assignments with 192.0.0.8, relays of 6to4.
_NO_HOSTS_4: Final = tuple(ipaddress.IPv4Network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10"))
#: All that is handed out to hosts of IPv6; the rest is for special uses, such as IPv4 translated ("::ffff:0:7f00:1").
_HOSTS_6: Final = ipaddress.IPv6Network("2000::/3")
#: Of it no public hosts: protocol assignments, documentation.
_NO_HOSTS_6: Final = tuple(ipaddress.IPv6Network(net) for net in ("2001::/23", "3fff::/20"))


def is_public(text: str) -> bool:
    """Whether the address, as the resolver gave it, is one of a host on the public internet."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_public_4(address)
    if address.scope_id is not None:
        return False
    within = _within(address)
    if within:
        return all(_is_public_4(one) for one in within)
    return address in _HOSTS_6 and address.is_global and not any(address in net for net in _NO_HOSTS_6)


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in net for net in _NO_HOSTS_4)


def _within(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that a packet to this one may end at: mapped, 6to4, Teredo, NAT64."""
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address.sixtofour]
    if address.teredo is not None:
        return list(address.teredo)
    return [IPv4Address(int(address) & 0xFFFFFFFF)] if address in _NAT64 else []
