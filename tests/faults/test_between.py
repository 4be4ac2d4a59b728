"""The site behind PgBouncer and with a Redis that Sentinels watch: as with neither (R-115, R-131)."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest
from celery import Celery
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import Settings
from redis.exceptions import RedisError

from documents.models import Document
from generation.enums import Outcome
from generation.models import Attempt
from privacy.domain import audit, consent
from privacy.enums import ConsentKind
from sandbox.client import Control
from tesigo.checks import sessions_behind_the_pooler_are_bounded
from tesigo.platform import rate_limits, shared_redis, urls
from tesigo.platform.in_pages import in_pages
from tests.documents.factories import UserFactory
from tests.documents.test_views import BRIEF
from tests.faults.between import WatchedRedis, asking_through, pgbouncer
from tests.faults.promises import assert_promises_kept, ordered, wait_for_end
from tests.faults.watching import watching
from tests.faults.workers import LEASE_SECONDS, beat, wait_until, worker

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

#: Fewer sessions than those who ask at once: each transaction gets whichever is free.
SESSIONS = 3


@pytest.fixture(scope="module")
def pooled_url(django_db_setup: None) -> Iterator[str]:
    """Where PgBouncer takes queries for this process's database."""
    with pgbouncer(os.environ["DATABASE_URL"], sessions=SESSIONS) as url:
        yield url


@pytest.fixture
def through(pooled_url: str, committed: None) -> Iterator[None]:
    """What the test asks goes through PgBouncer."""
    with asking_through(pooled_url):
        yield


@pytest.fixture
def watched_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedRedis]:
    """Two Redis and three Sentinels of this test's own."""
    group = WatchedRedis(tmp_path_factory.mktemp("redis"))
    yield group
    group.stop()


def test_a_document_is_written_through_pgbouncer_while_redis_fails_over(
    pooled_url: str, watched_redis: WatchedRedis, control: Control, tmp_path: Any, settings: Settings
) -> None:
    environ = {
        "DATABASE_URL": pooled_url,
        "DATABASE_IS_POOLED": "true",
        "REDIS_URL": watched_redis.url,
        "STEP_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    with (
        worker(tmp_path / "worker.log", processes=2, environ=environ),
        beat(tmp_path / "beat.log", environ=environ),
        watching() as watch,
    ):
        control.fault("ai", "delay", seconds=3, match="The section to write", times=2)
        first = ordered()
        waiting = Attempt.objects.filter(job__document=first, purpose="write", outcome=Outcome.INTENT)
        wait_until(lambda: waiting.count() == 2, "nobody began to write")
        watched_redis.signal(watched_redis.first, signal.SIGKILL)
        second = ordered()
        wait_until(lambda: watched_redis.master() == watched_redis.second, "nobody took over", seconds=20)
        wait_for_end(first, second, nudged=False)
        for document in (first, second):
            assert_promises_kept(document, watch)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_all_who_speak_to_redis_find_the_new_master(
    watched_redis: WatchedRedis, settings: Settings, how: signal.Signals
) -> None:
    url = settings.REDIS_URL = watched_redis.url
    cache_options = urls.cache_from_url(url, prefix="test")
    settings.CACHES = {"default": cache_options}
    cache = caches.create_connection("default")
    layer = RedisPubSubChannelLayer(hosts=[urls.channel_host_from_url(url)], prefix="test")
    celery = Celery("test", broker=urls.broker_from_url(url), set_as_current=False)
    celery.conf.broker_transport_options = urls.broker_options(url, key_prefix="test:")
    celery.conf.task_publish_retry_policy = settings.CELERY_TASK_PUBLISH_RETRY_POLICY

    def is_kept() -> bool:
        cache.set("a", 1)
        return bool(cache.get("a") == 1)

    def is_counted() -> bool:
        return rate_limits.check("name", "key", limit=1000, seconds=60, when_redis_is_away="refuse").allowed

    def is_heard() -> bool:
        return asyncio.run(hears(layer)) == {"type": "news"}

    def is_sent() -> bool:
        return bool(celery.send_task("test").id and shared_redis.client(url).llen("test:celery"))

    def all_work(when: str) -> None:
        for works in (is_kept, is_counted, is_heard, is_sent):
            wait_until(partial(_holds, works, url), f"{works.__name__}: not so {when}", seconds=30)

    all_work("at first")
    watched_redis.signal(watched_redis.first, how)
    wait_until(lambda: watched_redis.master() == watched_redis.second, "nobody took over", seconds=30)
    all_work("with the new master")
    if how == signal.SIGSTOP:
        # It still believes that it is the master, until a Sentinel tells it otherwise.
        watched_redis.signal(watched_redis.first, signal.SIGCONT)
        all_work("with the old master back")


def _holds(works: Callable[[], bool], url: str) -> bool:
    """As after the pause of the breaker."""
    shared_redis.breaker(url).forget()
    try:
        return works()
    except (RedisError, OSError, OperationalError):
        return False


async def hears(layer: RedisPubSubChannelLayer) -> dict[str, Any]:
    """What comes through a group."""
    channel = await layer.new_channel()
    await layer.group_add("group", channel)
    await layer.group_send("group", {"type": "news"})
    async with asyncio.timeout(2):
        message: dict[str, Any] = await layer.receive(channel)
    return message


def test_students_work_side_by_side_on_few_sessions(through: None) -> None:
    people = [UserFactory.create() for _ in range(8)]
    for person in people:
        consent.give(user=person, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())

    def journey(person: Any) -> str:
        try:
            browser = Client()
            browser.force_login(person)
            made = browser.post(reverse("documents:new"), BRIEF | {"topic": f"How {person.pk} was kept"})
            document = Document.objects.get(owner=person)
            brief = reverse("documents:brief", args=[document.pk])
            changed = browser.post(brief, BRIEF | {"topic": document.topic, "pages": "20"})
            document.refresh_from_db()
            pages = [browser.get(path).status_code for path in (brief, reverse("documents:library"))]
            return f"{made.status_code} {changed.status_code} {pages} {document.pages} {document.topic}"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(journey, people))
    assert answers == [f"302 302 [200, 200] 20 How {person.pk} was kept" for person in people]


def test_a_limit_of_a_transaction_stays_in_it(through: None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '123ms', true)")
    for _ in range(SESSIONS * 2):
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)


def test_long_readings_are_whole(through: None) -> None:
    Session.objects.bulk_create(
        Session(session_key=f"key{number}", session_data="", expire_date=timezone.now()) for number in range(1_200)
    )
    assert len(list(Session.objects.iterator(chunk_size=500))) == 1_200
    assert [one.pk for one in in_pages(Session.objects.all(), page=400)] == sorted(f"key{n}" for n in range(1_200))
    with transaction.atomic():
        for number in range(3):
            audit.record(action="test.happened", subject=None, by=None, details={"number": number})
    audit.seal_new()
    assert (audit.verify().checked, audit.verify().broken_at) == (3, None)


def test_a_cursor_of_the_server_would_not_last(pooled_url: str) -> None:
    """Why DISABLE_SERVER_SIDE_CURSORS: without it the same reading fails."""
    with asking_through(pooled_url, DISABLE_SERVER_SIDE_CURSORS=False):
        Session.objects.bulk_create(
            Session(session_key=f"key{number}", session_data="", expire_date=timezone.now()) for number in range(600)
        )
        reading = Session.objects.iterator(chunk_size=100)
        next(reading)
        # Whoever comes meanwhile is lent the session that holds the cursor.
        with psycopg.connect(pooled_url, prepare_threshold=None) as other:
            other.execute("SELECT 1")
            with pytest.raises((ProgrammingError, psycopg.Error)):
                list(reading)


def test_settings_of_a_session_are_refused_at_the_door(pooled_url: str) -> None:
    """Why DATABASE_IS_POOLED: PgBouncer lets nobody in who asks for some."""
    with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter"):
        psycopg.connect(pooled_url, options="-c idle_in_transaction_session_timeout=30s").close()


def test_a_role_without_a_limit_is_told_of(through: None, settings: Settings) -> None:
    settings.DATABASE_IS_POOLED = True
    (found,) = sessions_behind_the_pooler_are_bounded(None, databases=["default"])
    assert found.id == "tesigo.W010"
    assert found.hint is not None
    with connection.cursor() as cursor:
        role = connection.settings_dict["USER"]
        cursor.execute(found.hint)
        try:
            with psycopg.connect(os.environ["DATABASE_URL"]) as fresh:
                shown = fresh.execute("SHOW idle_in_transaction_session_timeout").fetchone()
            assert shown == ("30s",)
        finally:
            cursor.execute(f'ALTER ROLE "{role}" RESET idle_in_transaction_session_timeout')
    assert sessions_behind_the_pooler_are_bounded(None, databases=[]) == []
