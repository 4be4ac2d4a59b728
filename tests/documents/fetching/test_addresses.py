"""Only hosts of the public internet are reached, however an address is written (R-83)."""

import pytest

from documents.fetching.addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "192.88.99.1",
        "::", "::1", "::7f00:1", "fe80::1", "fe80::1%eth0", "2606:2800:21f::1%eth0", "fc00::1", "fd12::1", "ff02::1",
        "ff0e::1", "fec0::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "64:ff9b:1::1",
        "::ffff:0:7f00:1", "::ffff:0:a9fe:a9fe", "4000::1", "64:ff9b:0:1::7f00:1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1",
        # Teredo: server and client, the client's bits turned over.
        "2001:0:5ef5:79fb:0:59d:8000:fffe", "2001:0:7f00:1:0:59d:a0a0:1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "localhost", "", "1", "2130706433", "0x7f000001", "example.org",
    ],
)  # fmt: skip
def test_what_is_not_public_is_not_reached(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "2a00:1450:4001::200e", "::ffff:93.184.215.14",
        "64:ff9b::5db8:d70e", "2002:5db8:d70e::1",
    ],
)  # fmt: skip
def test_public_hosts_are_reached(address: str) -> None:
    assert is_public(address)
