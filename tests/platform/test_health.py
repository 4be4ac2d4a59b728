"""/health says that the process runs, /ready whether it can work (R-112)."""

import socket
from typing import Any

import pytest
from django.test import AsyncClient, Client


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


async def test_unavailable_when_the_database_is_away(async_client: AsyncClient, settings: Any) -> None:
    # Without the mark, pytest-django refuses every connection: to the view, the database is away.
    response = await async_client.get("/ready")
    assert response.status_code == 503
    assert response.json()["parts"]["database"] == "away"
