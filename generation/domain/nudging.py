"""Telling the workers that there is work (R-40). A nudge may be lost: beat sends it again."""

import logging
from math import ceil
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from generation.domain import queue

logger = logging.getLogger(__name__)

DRAIN: Final = "generation.tasks.drain"
#: Seconds after which a nudge that no worker took is worth nothing: beat has sent others since.
_EXPIRES: Final = 30
#: Drains asked for at once; each goes on until nothing is claimable.
_MOST: Final = 10


def nudge_on_commit(*, steps: int) -> None:
    """Asks for as many drains as ``steps`` new steps keep busy, once they are committed."""
    transaction.on_commit(lambda: nudge(steps=steps))


def nudge(*, steps: int) -> int:
    """Asks for drains now and answers how many. A broker that is away is logged and forgotten (R-115)."""
    drains = min(_MOST, ceil(steps / settings.DRAIN_WIDTH))
    try:
        for _ in range(drains):
            current_app.send_task(DRAIN, expires=_EXPIRES)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("nudge not sent", extra={"error": type(error).__name__})
        return 0
    return drains


def nudge_lost_work() -> int:
    """Asks for drains for everything that could be claimed now: what nobody was told of, and what died (beat)."""
    return nudge(steps=queue.claimable())
