"""The port of their own: who may ask, what it tells, and who takes it over (R-111)."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tesigo.platform.metrics import measures, port
from tesigo.platform.metrics.port import MetricsServer
from tesigo.platform.processes import free_port
from tesigo.platform.urls import is_private_address
from tests.platform.metrics.scraping import value
from tests.serving import serving


@pytest.fixture
def server(told: str) -> Iterator[str]:
    """A server that tells what processes counted, as a worker's does; its address."""
    with serving(MetricsServer(("127.0.0.1", 0), with_readings=False)) as running:
        yield f"http://127.0.0.1:{running.server_address[1]}"


def test_it_tells_what_processes_counted_and_asks_no_database(server: str, told: str) -> None:
    measures.tasks.labels("some.task", "success").inc()
    answer = httpx.get(f"{server}/metrics", headers={"Authorization": f"Bearer {told}"}, timeout=10)
    assert answer.status_code == 200
    assert value(answer.text, "tesigo_tasks_total", task="some.task") == 1
    assert "tesigo_collector_success" not in answer.text


def test_with_a_token_set_it_asks_for_it(server: str, settings: Any) -> None:
    assert httpx.get(f"{server}/metrics", timeout=10).status_code == 401
    settings.METRICS_TOKEN = ""
    assert httpx.get(f"{server}/metrics", timeout=10).status_code == 200


def test_there_is_nothing_else(server: str, told: str) -> None:
    shown = {"Authorization": f"Bearer {told}"}
    assert httpx.get(f"{server}/", headers=shown, timeout=10).status_code == 404
    assert httpx.get(f"{server}/metrics/../admin/", headers=shown, timeout=10).status_code == 404
    assert httpx.post(f"{server}/metrics", headers=shown, timeout=10).status_code == 501


def test_another_takes_the_port_over_when_the_first_ends(
    told: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "_AGAIN_SECONDS", 0.05)
    settings.METRICS_TOKEN, settings.METRICS_HOST = "", "127.0.0.1"
    number = free_port()
    with MetricsServer(("127.0.0.1", number), with_readings=False):
        port.serve(number, with_readings=False)
        time.sleep(0.2)  # it has tried in vain meanwhile
    deadline = time.monotonic() + 60
    while True:
        try:
            assert httpx.get(f"http://127.0.0.1:{number}/metrics", timeout=5).status_code == 200
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline, "nobody took it over"
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("host", "is_private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.0.9", True),
        ("::1", True),
        ("0.0.0.0", False),  # what is to be refused
        ("::", False),
        ("8.8.8.8", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_private_addresses_are_told_from_others(host: str, is_private: bool) -> None:
    assert is_private_address(host) is is_private
