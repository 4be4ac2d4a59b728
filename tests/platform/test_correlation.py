"""One id from the request to the answer (R-110)."""

import pytest
from django.test import AsyncClient, Client

from tesigo.platform import correlation


def test_every_answer_carries_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/health").headers[correlation.HEADER] for _ in range(2))
    assert len(first) == 32
    assert first != second
    assert correlation.correlation_id() == ""


def test_an_id_from_a_proxy_is_kept(client: Client) -> None:
    assert client.get("/health", headers={correlation.HEADER: "proxy-0001"}).headers[correlation.HEADER] == "proxy-0001"


@pytest.mark.parametrize("forged", ["short", "x" * 65, "with space in it", "line\tbreak-forged"])
def test_an_id_that_could_forge_log_lines_is_replaced(client: Client, forged: str) -> None:
    assert client.get("/health", headers={correlation.HEADER: forged}).headers[correlation.HEADER] != forged


async def test_asynchronous_requests_carry_one_too(async_client: AsyncClient) -> None:
    response = await async_client.get("/health", headers={correlation.HEADER: "proxy-0002"})
    assert response.headers[correlation.HEADER] == "proxy-0002"


def test_security_headers_are_on_every_answer(client: Client) -> None:
    headers = client.get("/health").headers
    assert "camera=()" in headers["Permissions-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
