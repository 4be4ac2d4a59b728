"""Whether the process is alive and whether it can do its work (R-112)."""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tesigo.platform.database.pulse import DatabaseAway
from tesigo.platform.log_values import word
from tesigo.platform.shared_redis import Pools

logger = logging.getLogger(__name__)

#: Seconds after which a part that has not answered counts as away.
CHECK_SECONDS = 2.0
OK, BUSY, AWAY = "ok", "busy", "away"
#: Without these nothing works; without the others pages still do (R-115).
ESSENTIAL = frozenset({"database", "storage"})


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answers as long as the process runs; asks nobody else."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
async def ready(request: HttpRequest) -> HttpResponse:
    """503 when the database or the storage is away, 200 and "degraded" when Redis is; bounded in time.

    A database that answers while this process has no connection to spare is "busy", and the process degraded.
    """
    checks: dict[str, Callable[[], str]] = {
        "database": _check_database,
        "redis": _check_redis,
        "storage": _check_storage,
    }
    answers = await asyncio.gather(*(_answer(name, check) for name, check in checks.items()))
    parts = dict(zip(checks, answers, strict=True))
    if any(parts[name] == AWAY for name in ESSENTIAL):
        status, code = "unavailable", 503
    elif set(answers) != {OK}:
        status, code = "degraded", 200
    else:
        status, code = "ready", 200
    return JsonResponse({"status": status, "parts": parts}, status=code)


async def _answer(name: str, check: Callable[[], str]) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await sync_to_async(check, thread_sensitive=False)()
    except Exception as error:
        logger.warning("Not ready: %s (%s)", word(name), type(error))
        return AWAY


def _check_database() -> str:
    """Asked by a connection of its own: whether one of the pool is free is another question."""
    if not connection.pulse.beats():  # type: ignore[attr-defined]  # our backend's
        raise DatabaseAway
    return OK if connection.has_room() else BUSY  # type: ignore[attr-defined]  # as above


def _check_redis() -> str:
    pool = Pools.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    with redis.Redis.from_pool(pool) as client:
        client.ping()
    return OK


def _check_storage() -> str:
    if isinstance(default_storage, FileSystemStorage):
        Path(default_storage.location).mkdir(parents=True, exist_ok=True)
        if not os.access(default_storage.location, os.W_OK):
            raise OSError("The media folder cannot be written to.")
    else:
        default_storage.exists("ready")
    return OK
