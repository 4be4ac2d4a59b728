"""Whether the process is alive and whether it can do its work (R-112)."""

import asyncio
import hmac
import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tesigo.platform import readiness
from tesigo.platform.log_values import word
from tesigo.platform.looking import Look
from tesigo.platform.readiness import AWAY, ESSENTIAL, MISSING, OK, PUBLIC
from tesigo.version import VERSION

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Responds as long as the process runs; asks nobody else."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
async def ready(request: HttpRequest) -> HttpResponse:
    """503 when the database or the storage is away or migrations are missing, 200 and "degraded" for the rest.

    A database that answers while this process has no connection to spare is "busy", and the process degraded. Who
    shows READY_TOKEN is told of every part and of the version. Bounded in time.
    """
    looks = readiness.parts()
    found = await asyncio.gather(*(_answer(look) for look in looks))
    parts = {look.name: answer for look, answer in zip(looks, found, strict=True)}
    status, code = _judged(parts)
    if not _is_trusted(request):
        return JsonResponse({"status": status, "parts": {name: parts[name] for name in PUBLIC}}, status=code)
    said: dict[str, Any] = {"status": status, "version": VERSION, "parts": parts}
    return JsonResponse(said, status=code)


def _judged(parts: dict[str, str]) -> tuple[str, int]:
    if any(parts[name] in {AWAY, MISSING} for name in ESSENTIAL):
        return "unavailable", 503
    return ("ready", 200) if set(parts.values()) == {OK} else ("degraded", 200)


def _is_trusted(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    return bool(settings.READY_TOKEN) and hmac.compare_digest(given, settings.READY_TOKEN.encode())


async def _answer(look: Look) -> str:
    try:
        return await look.result()
    except Exception as error:
        logger.warning("Not ready: %s (%s)", word(look.name), type(error))
        return AWAY
