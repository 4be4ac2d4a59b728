"""The parts that /ready asks (R-112), and a place for those of the apps."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection

from tesigo.platform import machine, migrated, shared_redis, workers
from tesigo.platform.database.pulse import DatabaseAway
from tesigo.platform.looking import Look

OK, BUSY, AWAY, LOW, MISSING = "ok", "busy", "away", "low", "missing"
#: Without these nothing works; without the others pages still do (R-115).
ESSENTIAL: Final = frozenset({"database", "storage", "migrations"})
#: What strangers are told of; the rest says how the house is built, and is for who shows READY_TOKEN.
PUBLIC: Final = ("database", "redis", "storage")

_parts: dict[str, Look] = {}


def register(name: str, ask: Callable[[], str]) -> None:
    """Takes in a part; ``ask`` returns one of the words above, or raises where the part is away.

    Apps do so in their ``AppConfig.ready()``. Registering a name again replaces the part.
    """
    _parts[name] = Look(name, ask)


def parts() -> list[Look]:
    """All parts, in the order in which they were registered."""
    return list(_parts.values())


def register_own() -> None:
    """The parts that every site has."""
    for name, ask in (
        ("database", _database),
        ("redis", _redis),
        ("storage", _storage),
        ("migrations", _migrations),
        ("workers", _workers),
        ("disk", _disk),
        ("memory", _memory),
    ):
        register(name, ask)


def _database() -> str:
    """Asked by a connection of its own: whether one of the pool is free is another question."""
    if not connection.pulse.beats():  # type: ignore[attr-defined]  # our backend's
        raise DatabaseAway
    return OK if connection.has_room() else BUSY  # type: ignore[attr-defined]  # as above


def _redis() -> str:
    shared_redis.client(settings.REDIS_URL).ping()
    return OK


def _storage() -> str:
    if isinstance(default_storage, FileSystemStorage):
        Path(default_storage.location).mkdir(parents=True, exist_ok=True)
        if not os.access(default_storage.location, os.W_OK):
            raise OSError("The media folder cannot be written to.")
    else:
        default_storage.exists("ready")
    return OK


def _migrations() -> str:
    return MISSING if migrated.missing() else OK


def _workers() -> str:
    since = datetime.now(UTC) - workers.SILENT_AFTER
    question = "SELECT count(*) FROM platform_worker WHERE worked_at > %s"
    [(count,)] = connection.ask(question, [since])  # type: ignore[attr-defined]  # our backend's
    return OK if count else AWAY


def _disk() -> str:
    return LOW if any(one.is_low for one in machine.disks()) else OK


def _memory() -> str:
    return LOW if machine.memory().percent > settings.MEMORY_MOST_PERCENT else OK
