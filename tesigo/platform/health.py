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

logger = logging.getLogger(__name__)

#: Seconds after which a part that has not answered counts as away.
CHECK_SECONDS = 2.0
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
    """503 when the database or the storage is away, 200 and "degraded" when Redis is; bounded in time."""
    checks: dict[str, Callable[[], None]] = {
        "database": _check_database,
        "redis": _check_redis,
        "storage": _check_storage,
    }
    answers = await asyncio.gather(*(_passes(name, check) for name, check in checks.items()))
    parts = dict(zip(checks, answers, strict=True))
    if not all(parts[name] for name in ESSENTIAL):
        status, code = "unavailable", 503
    elif not all(answers):
        status, code = "degraded", 200
    else:
        status, code = "ready", 200
    words = {name: "ok" if fine else "away" for name, fine in parts.items()}
    return JsonResponse({"status": status, "parts": words}, status=code)


async def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await sync_to_async(check, thread_sensitive=False)()
    except Exception as error:
        logger.warning("Not ready: %s (%s)", name, type(error).__name__)
        return False
    return True


def _check_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        # The thread is not Django's own: nobody else would give its connection back.
        connection.close()


def _check_redis() -> None:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
        client.ping()


def _check_storage() -> None:
    if isinstance(default_storage, FileSystemStorage):
        Path(default_storage.location).mkdir(parents=True, exist_ok=True)
        if not os.access(default_storage.location, os.W_OK):
            raise OSError("The media folder cannot be written to.")
        return
    default_storage.exists("ready")
