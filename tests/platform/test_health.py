"""/health says that the process runs, /ready whether it can work (R-112)."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.test import AsyncClient, Client

from tesigo.platform.database.pulse import DatabaseAway, Pulse


def test_health_answers_without_asking_anybody(client: Client) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "alive"}


@pytest.mark.django_db(transaction=True)
async def test_ready_when_all_parts_answer(async_client: AsyncClient) -> None:
    response = await async_client.get("/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "parts": {"database": "ok", "redis": "ok", "storage": "ok"}}


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.django_db(transaction=True)
async def test_degraded_but_serving_when_redis_is_away(async_client: AsyncClient, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{unused_port()}/0"
    response = await async_client.get("/ready")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["parts"]["redis"] == "away"


def test_the_database_is_found_away_and_found_again() -> None:
    refuses, lost = [True], []

    def reach() -> None:
        if refuses[0]:
            raise psycopg.OperationalError

    pulse = Pulse(reach=reach, lost=lambda: lost.append(True))
    assert not pulse.beats()
    with pytest.raises(DatabaseAway):
        pulse.require()
    assert lost == [True], "the pool is thrown away once"
    refuses[0] = False
    assert pulse.beats()
    pulse.require()


def test_a_server_that_hangs_is_asked_by_one_and_refused_to_the_others() -> None:
    may_answer, asked = threading.Event(), []

    def reach() -> None:
        asked.append(True)
        assert may_answer.wait(30)

    pulse = Pulse(reach=reach, lost=lambda: None)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: pulse.beats(), range(8))) == [False] * 8
    with pytest.raises(DatabaseAway):
        pulse.require()
    assert asked == [True]
    may_answer.set()
    deadline = time.monotonic() + 30
    while pulse.is_away:
        assert time.monotonic() < deadline, "its answer was not heard"
        time.sleep(0.01)
