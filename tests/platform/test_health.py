"""/health says that the process runs, /ready whether it can work (R-112)."""

import asyncio
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import AsyncClient, Client
from django.utils import timezone

from generation.ai import breaker, keys
from generation.enums import Outcome, Provider
from tesigo.platform import looking, migrated, readiness, workers
from tesigo.platform.database.pulse import DatabaseAway, Pulse
from tesigo.platform.models import Worker
from tesigo.version import VERSION

TOKEN = secrets.token_urlsafe(32)


def test_health_answers_without_asking_anybody(client: Client) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "alive"}


@pytest.fixture
def worker(transactional_db: None) -> None:
    """A worker has just worked."""
    workers.note(node="celery@one")


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    """What earlier looks found counts for no test, and what this one registers for no other."""
    migrated.forget()
    kept = dict(readiness._parts)
    yield
    readiness._parts.clear()
    readiness._parts.update(kept)
    migrated.forget()


async def everything(client: AsyncClient, settings: Any) -> tuple[int, dict[str, Any]]:
    """Status and answer for who shows the token."""
    settings.READY_TOKEN = TOKEN
    response = await client.get("/ready", headers={"Authorization": f"Bearer {TOKEN}"})
    return response.status_code, response.json()


ALL_WELL = dict.fromkeys(("database", "redis", "storage", "migrations", "workers", "disk", "memory", "providers"), "ok")


async def test_ready_when_all_parts_answer(worker: None, async_client: AsyncClient, settings: Any) -> None:
    assert await everything(async_client, settings) == (
        200,
        {"status": "ready", "version": VERSION, "parts": ALL_WELL},
    )


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
@pytest.mark.parametrize("token", ["", TOKEN], ids=["none is set", "one is set"])
async def test_strangers_are_told_of_no_more_than_the_essential_parts(
    header: dict[str, str], token: str, worker: None, async_client: AsyncClient, settings: Any
) -> None:
    settings.READY_TOKEN = token
    response = await async_client.get("/ready", headers=header)
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "parts": {"database": "ok", "redis": "ok", "storage": "ok"}}


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_degraded_but_serving_when_redis_is_away(worker: None, async_client: AsyncClient, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{unused_port()}/0"
    response = await async_client.get("/ready")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["parts"]["redis"] == "away"


async def test_degraded_while_no_worker_works(worker: None, async_client: AsyncClient, settings: Any) -> None:
    await Worker.objects.aupdate(worked_at=timezone.now() - workers.SILENT_AFTER)
    code, said = await everything(async_client, settings)
    assert (code, said["status"], said["parts"]) == (200, "degraded", ALL_WELL | {"workers": "away"})


async def test_degraded_while_a_disk_or_the_memory_is_nearly_full(
    worker: None, async_client: AsyncClient, settings: Any
) -> None:
    settings.DISK_FREE_LEAST_PERCENT, settings.DISK_FREE_LEAST_BYTES = 90, 1 << 62
    settings.MEMORY_MOST_PERCENT = 0
    code, said = await everything(async_client, settings)
    assert (code, said["status"]) == (200, "degraded")
    assert said["parts"] == ALL_WELL | {"disk": "low", "memory": "low"}


async def test_degraded_while_a_provider_lets_nobody_ask(
    worker: None, async_client: AsyncClient, settings: Any
) -> None:
    [key] = keys.configured(Provider.OPENAI)
    breaker.report(key, call="c", outcome=Outcome.AUTHENTICATION)
    code, said = await everything(async_client, settings)
    assert (code, said["status"], said["parts"]) == (200, "degraded", ALL_WELL | {"providers": "away"})
    breaker.forgive(key)


async def test_a_version_whose_migrations_are_missing_is_not_ready(
    worker: None, async_client: AsyncClient, settings: Any
) -> None:
    newest = await MigrationRecorder.Migration.objects.filter(app="platform").alatest("name")
    await newest.adelete()
    migrated.forget()
    code, said = await everything(async_client, settings)
    assert (code, said["status"], said["parts"]["migrations"]) == (503, "unavailable", "missing")
    newest.pk = None
    await newest.asave()
    assert (await everything(async_client, settings))[0] == 200


def test_every_migration_of_this_version_is_known_by_its_name_without_loading_it(transactional_db: None) -> None:
    loaded = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    assert migrated.needed() == frozenset(loaded)
    assert migrated.missing() == frozenset()


async def test_storage_that_cannot_be_written_to_is_away(
    worker: None, async_client: AsyncClient, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    # By the fixture alone: it puts back what was there when it was first used, a block of overrides within included.
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    place = default_storage.location  # type: ignore[attr-defined]  # tests keep files in a folder
    default_storage.__dict__["location"] = str(settings.MEDIA_ROOT)
    try:
        code, said = await everything(async_client, settings)
    finally:
        default_storage.__dict__["location"] = place
    assert (code, said["status"], said["parts"]["storage"]) == (503, "unavailable", "away")


@pytest.mark.parametrize(("name", "code"), [("storage", 503), ("database", 503), ("disk", 200), ("providers", 200)])
async def test_a_part_that_hangs_costs_two_seconds_and_one_thread_however_many_ask(
    name: str, code: int, worker: None, async_client: AsyncClient, settings: Any
) -> None:
    may_end, asked = threading.Event(), []

    def hang() -> str:
        asked.append(True)
        may_end.wait(60)
        return readiness.OK

    readiness.register(name, hang)
    [look] = [one for one in readiness.parts() if one.name == name]
    began = time.monotonic()
    # Beside many others that ask the same: the test's client takes one request after the other.
    found, *others = await asyncio.gather(
        everything(async_client, settings), *(look.result() for _ in range(12)), return_exceptions=True
    )
    assert time.monotonic() - began < looking.CHECK_SECONDS + 30
    may_end.set()
    assert isinstance(found, tuple)
    assert (found[0], found[1]["parts"]) == (code, ALL_WELL | {name: "away"})
    assert [type(one) for one in others] == [TimeoutError] * 12
    assert asked == [True]


async def test_a_pool_that_is_full_is_busy_and_hides_nothing_else(
    worker: None, async_client: AsyncClient, settings: Any
) -> None:
    held = []
    pool = connection.pool  # type: ignore[attr-defined]
    pool.open()
    try:
        while connection.has_room():  # type: ignore[attr-defined]
            held.append(await sync_to_async(pool.getconn)(timeout=10))
        code, said = await everything(async_client, settings)
    finally:
        for one in held:
            pool.putconn(one)
    assert (code, said["status"], said["parts"]) == (200, "degraded", ALL_WELL | {"database": "busy"})


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
    deadline = time.monotonic() + 60
    while pulse.is_away:
        assert time.monotonic() < deadline, "its answer was not heard"
        time.sleep(0.01)
