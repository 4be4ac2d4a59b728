"""Forged proxy headers change nothing (R-53)."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from accounts.domain.client import client_ip, counted_address


def _request(peer: str, forwarded: str | None = None) -> object:
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **headers)


def test_without_proxies_the_header_is_not_believed() -> None:
    assert client_ip(_request("203.0.113.7", "198.51.100.1")) == "203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1"),  # came past the outer proxy
        (1, "nonsense", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(
    settings: Settings, proxies: int, forwarded: str, seen: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_ip(_request("10.0.0.1", forwarded)) == seen


def test_a_socket_without_an_address_has_none() -> None:
    assert client_ip(_request("")) is None
    assert counted_address(None) is None


def test_one_household_of_ipv6_counts_as_one() -> None:
    assert counted_address("2001:db8:1:2:3:4:5:6") == counted_address("2001:db8:1:2::1") == "2001:db8:1:2::"
    assert counted_address("203.0.113.7") == "203.0.113.7"
