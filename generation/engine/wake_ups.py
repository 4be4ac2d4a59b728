"""Wake-ups: Celery messages that tell workers there is work (R-40). Beat sends lost ones again."""

from math import ceil
from typing import Final

from django.conf import settings
from django.db import transaction

from generation.engine import queue
from tesigo.platform.enqueue import enqueue

DRAIN: Final = "generation.tasks.drain"
#: Seconds after which a wake-up that no worker took is worth nothing: beat has sent others since.
_EXPIRES_SECONDS: Final = 30
#: Drains asked for at once; each goes on until nothing is claimable.
_MOST_DRAINS: Final = 10


def wake_on_commit(*, steps: int) -> None:
    """Asks for the number of drains that ``steps`` new steps keep busy, once they are committed."""
    transaction.on_commit(lambda: wake(steps=steps))


def wake(*, steps: int) -> int:
    """Asks for drains and returns how many; they leave by themselves, once the broker takes them (R-115)."""
    drains = min(_MOST_DRAINS, ceil(steps / settings.DRAIN_WIDTH))
    return sum(enqueue(DRAIN, expires=_EXPIRES_SECONDS) for _ in range(drains))


def wake_for_lost_work() -> int:
    """Asks for drains for everything that could be claimed now: what nobody was told of, and what died (beat)."""
    return wake(steps=queue.claimable())
