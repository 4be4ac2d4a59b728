"""Pages do without a cache that is away, and do not wait for it (R-115)."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from redis.exceptions import RedisError

from tesigo.platform.cache import ForgivingRedisCache
from tesigo.platform.processes import free_port
from tesigo.platform.redis_place import sentinels_of
from tesigo.platform.shared_redis import breaker
from tesigo.platform.urls import broker_from_url, broker_options, cache_from_url, database_from_url, email_from_url


@pytest.fixture(autouse=True)
def _no_pause_left_over() -> Iterator[None]:
    yield
    breaker(settings.REDIS_URL).forget()


def cache_at(url: str) -> ForgivingRedisCache:
    options = cache_from_url(url, prefix="test")
    return ForgivingRedisCache(options.pop("LOCATION"), {name: options[name] for name in ("KEY_PREFIX", "OPTIONS")})


def knocks(listener: socket.socket) -> int:
    """Connections that came since the last look."""
    count = 0
    with suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


def use_all(cache: Any) -> list[Any]:
    cache.set("a", 1)
    cache.set_many({"b": 2, "c": 3})
    cache.touch("a", 60)
    answers = [cache.get("a"), cache.get_many(["b", "c"]), cache.add("a", 9), cache.has_key("b"), cache.delete("b")]
    cache.delete_many(["c"])
    cache.clear()
    return [*answers, cache.get("a", "gone")]


def test_a_redis_that_is_there_is_used() -> None:
    assert use_all(cache_at(settings.REDIS_URL)) == [1, {"b": 2, "c": 3}, False, True, True, "gone"]


def test_a_redis_that_is_away_means_that_nothing_is_there() -> None:
    cache = cache_at(f"redis://127.0.0.1:{free_port()}/0")
    assert use_all(cache) == [None, {}, False, False, False, "gone"]


def test_nobody_waits_for_a_redis_that_was_away_just_now() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        listener.setblocking(False)
        cache = cache_at(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
        assert cache.get("a") is None  # taken, and never answered
        assert knocks(listener) > 0
        for _ in range(100):
            cache.get("a")
        assert knocks(listener) == 0


def test_it_is_asked_again_after_a_pause() -> None:
    cache = cache_at(settings.REDIS_URL)
    cache.breaker.failed(RedisError())
    cache.set("a", 1)
    assert cache.get("a") is None
    cache.breaker.forget()  # as if the pause were over
    cache.set("a", 1)
    assert cache.get("a") == 1


def test_the_site_uses_it() -> None:
    assert isinstance(caches["default"], ForgivingRedisCache)


def test_servers_are_read_from_their_urls() -> None:
    database = database_from_url("postgresql://us%40er:p%3Aw@db.example:6432/house?sslmode=require", pool_size=5)
    assert (database["USER"], database["PASSWORD"], database["HOST"]) == ("us@er", "p:w", "db.example")
    assert (database["PORT"], database["NAME"]) == ("6432", "house")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["pool"]["max_size"] == 5
    assert database_from_url("postgresql:///house?host=/run/pg", pool_size=5)["HOST"] == "/run/pg"
    mail = email_from_url("smtp+tls://me:pw@mail.example")
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert email_from_url("smtps://mail.example")["EMAIL_USE_SSL"]


def test_a_session_that_waits_within_a_transaction_is_ended_by_the_server() -> None:
    usual = database_from_url("postgresql:///house", pool_size=5)["OPTIONS"]["options"]
    chosen = "postgresql:///house?options=-c%20idle_in_transaction_session_timeout%3D3s"
    assert usual == "-c idle_in_transaction_session_timeout=30s"
    assert database_from_url(chosen, pool_size=5)["OPTIONS"]["options"] == "-c idle_in_transaction_session_timeout=3s"


def test_behind_pgbouncer_nothing_is_asked_of_a_session() -> None:
    pooled = database_from_url("postgresql:///house", pool_size=5, is_pooled=True)
    assert "options" not in pooled["OPTIONS"]
    assert pooled["DISABLE_SERVER_SIDE_CURSORS"]
    assert not database_from_url("postgresql:///house", pool_size=5)["DISABLE_SERVER_SIDE_CURSORS"]


def test_sentinels_are_read_from_the_url() -> None:
    who, where = "us%40er:p%3Aw", "one,two:26380/the%20group/3"
    url = f"redis+sentinel://{who}@{where}?sentinel_password=other"
    place = sentinels_of(url)
    assert place is not None
    assert (place.hosts, place.master, place.database) == ((("one", 26379), ("two", 26380)), "the group", 3)
    assert place.signing_in() == {"username": "us@er", "password": "p:w", "db": 3}
    assert place.asking()["password"] == "other"  # pragma: allowlist secret
    assert broker_from_url(url) == f"sentinel://{who}@one:26379/3;sentinel://{who}@two:26380/3"
    assert broker_options(url, key_prefix="a:")["master_name"] == "the group"
    assert broker_from_url("redis://one/0") == "redis://one/0"
