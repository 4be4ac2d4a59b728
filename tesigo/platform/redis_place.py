"""Where Redis is: one server, or the master that Sentinels name (R-131).

    redis+sentinel://:PASSWORD@sentinel1:26379,sentinel2:26379,sentinel3:26379/MASTER/0?sentinel_password=…

names the Sentinels, what they call the group, and the numbered database; the password is the servers'.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from redis.backoff import NoBackoff
from redis.retry import Retry

SCHEME: Final = "redis+sentinel"
_PORT: Final = 26_379
#: Seconds for a connection to a Sentinel and for what it says. They are asked one after the other, before each
#: connection to Redis: one that hangs costs so much once, since whoever spoke last is asked first.
SENTINEL_SECONDS: Final = 0.3


class PlaceError(ValueError):
    """A URL of Sentinels that cannot be used; the message goes on after the variable's name and repeats no secret."""


@dataclass(frozen=True)
class Sentinels:
    """Who knows the master called ``master``, and how to sign in to it and to them."""

    hosts: tuple[tuple[str, int], ...]
    master: str
    database: int
    username: str | None = None
    password: str | None = None
    sentinel_password: str | None = None

    def asking(self, *, retry: Any = None) -> dict[str, Any]:
        """How a Sentinel is asked. Without a word of ours redis-py waits 5 s for each and tries ten times."""
        return {
            "socket_timeout": SENTINEL_SECONDS,
            "socket_connect_timeout": SENTINEL_SECONDS,
            "retry": retry or Retry(NoBackoff(), 0),
            "password": self.sentinel_password,
        }

    def signing_in(self) -> dict[str, Any]:
        """How a connection to the master begins."""
        return {"username": self.username, "password": self.password, "db": self.database}

    def broker_url(self) -> str:
        """As Celery has it: one URL for each Sentinel, with the servers' password in each."""
        who = f"{quote(self.username or '', safe='')}:{quote(self.password or '', safe='')}@" if self.password else ""
        return ";".join(f"sentinel://{who}{host}:{port}/{self.database}" for host, port in self.hosts)


def sentinels_of(url: str) -> Sentinels | None:
    """What the URL says of Sentinels; None for one that names a server. Raises PlaceError."""
    parts = urlsplit(url)
    if parts.scheme != SCHEME:
        return None
    query = dict(parse_qsl(parts.query))
    master, _, database = parts.path.strip("/").partition("/")
    if not master:
        raise PlaceError("names no master: end it with /NAME or /NAME/NUMBER, as the Sentinels call the group")
    if database and not database.isdigit():
        raise PlaceError("has a database that is not a number")
    hosts = tuple(_host(one) for one in parts.netloc.rpartition("@")[2].split(","))
    return Sentinels(
        hosts=hosts,
        master=unquote(master),
        database=int(database or 0),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sentinel_password=query.get("sentinel_password"),
    )


def _host(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        raise PlaceError("names a Sentinel whose port is not one") from None
    if not host:
        raise PlaceError("names a Sentinel without a host")
    return host, port
