"""Settings from URLs: one variable says where the database, the cache or the mail server is."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff

from tesigo.platform.database.connection import WatchedConnection
from tesigo.platform.redis_place import sentinels_of
from tesigo.platform.shared_redis import TIMEOUT_SECONDS

CONNECT_SECONDS = 5
# A process that freezes in the middle of a transaction keeps its locks, and soon everybody waits for it. Ours
# never wait within one, so that a session that does belongs to such a process and is ended by the server.
IDLE_IN_TRANSACTION_SECONDS = 30
# How long a connection of a full pool is waited for, and how long the pool tries to replace one that broke.
POOL_SECONDS = 10
RECONNECT_SECONDS = 5
BROKER_SECONDS = 3.0


def database_from_url(url: str, *, pool_size: int, is_pooled: bool = False) -> dict[str, Any]:
    """Django's database settings for PostgreSQL, with a pool of at most `pool_size` connections a process (R-105).

    A directory of a Unix socket may be given as `?host=/path`, settings of the session as `?options=-c%20name%3Dvalue`.
    With `is_pooled` a PgBouncer stands before it that lends a session for a transaction only (R-131): it refuses such
    settings, which the role bears then (`ALTER ROLE … SET`), and a cursor of the server's lasts no longer either.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    session = {} if is_pooled else {"options": f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_SECONDS}s"}
    return {
        "ENGINE": "tesigo.platform.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "DISABLE_SERVER_SIDE_CURSORS": is_pooled,
        "OPTIONS": {
            "connect_timeout": CONNECT_SECONDS,
            **session,
            # A server that vanished without a word is noticed by the kernel. One that is frozen is not: see
            # `tesigo.platform.database`, which also checks the connections it hands out.
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 60_000,
            "pool": {
                "min_size": 0,
                "max_size": pool_size,
                "timeout": POOL_SECONDS,
                "max_idle": 60,
                "reconnect_timeout": RECONNECT_SECONDS,
                "connection_class": WatchedConnection,
            },
            **query,
        },
    }


def cache_from_url(url: str, *, prefix: str) -> dict[str, Any]:
    """Django's cache settings for a Redis that pages can do without."""
    return {
        "BACKEND": "tesigo.platform.cache.ForgivingRedisCache",
        "LOCATION": url,
        "KEY_PREFIX": prefix,
        "OPTIONS": {"pool_class": "tesigo.platform.shared_redis.Pools"},
    }


def broker_from_url(url: str) -> str:
    """The broker's URL as Celery has it, for one Redis or for Sentinels."""
    place = sentinels_of(url)
    return place.broker_url() if place else url


def broker_options(url: str, *, key_prefix: str) -> dict[str, Any]:
    """Celery's transport options for Redis. Without a time limit of its own a publish waits for ever (R-106).

    It is longer than the second that a worker's blocking read asks Redis for, which it would end otherwise.
    """
    place = sentinels_of(url)
    return {
        **({"master_name": place.master, "sentinel_kwargs": place.asking()} if place else {}),
        "visibility_timeout": 3600,
        "global_keyprefix": key_prefix,
        "socket_timeout": BROKER_SECONDS,
        "socket_connect_timeout": BROKER_SECONDS,
        "socket_keepalive": True,
        # A worker whose reads are never answered connects anew within 1 + 2 × this many seconds.
        "health_check_interval": 10,
    }


def channel_host_from_url(url: str) -> dict[str, Any]:
    """The channel layer's settings for a Redis that pages can do without."""
    limits = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    place = sentinels_of(url)
    if place is None:
        return {"address": url, **limits}
    asking = place.asking(retry=AsyncRetry(NoBackoff(), 0))
    return {
        "sentinels": place.hosts,
        "master_name": place.master,
        "sentinel_kwargs": asking,
        **place.signing_in(),
        "retry": AsyncRetry(NoBackoff(), 0),
        **limits,
    }


def email_from_url(url: str) -> dict[str, Any]:
    """Django's mail settings: `smtp://` plain, `smtp+tls://` with STARTTLS, `smtps://` with TLS from the start."""
    parts = urlsplit(url)
    return {
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }


def is_ip_address(host: str) -> bool:
    """Whether a host is an IP address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_private_address(host: str) -> bool:
    """Whether a host is an IP address that only this machine or its own network reaches; not one that means all."""
    if not is_ip_address(host):
        return False
    address = ip_address(host)
    return address.is_private and not address.is_unspecified


def origin_of(url: str) -> str:
    """Scheme, host and port as a browser writes them; empty for what has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""
