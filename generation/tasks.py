"""Celery tasks (R-40): drain the queue, look for lost work."""

import asyncio
import logging

from celery import shared_task
from django.utils import timezone

from generation.ai import endings
from generation.engine import admission, queue
from generation.engine.drain import Drain
from generation.spending import upkeep
from generation.stopping import Stopping
from generation.writing.stages import RUN

logger = logging.getLogger(__name__)


@shared_task(name="generation.tasks.drain", ignore_result=True)
def drain() -> None:
    """Works until nothing is claimable, or until the worker is told to stop."""
    asyncio.run(_drain())


@shared_task(name="generation.tasks.nudge_lost_work", ignore_result=True)
def nudge_lost_work() -> None:
    """Starts what was paid for and not begun, and has everything drained that nobody holds (beat)."""
    admission.sweep()
    queue.wake_for_lost_work()


@shared_task(name="generation.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Puts right what calls and payments that came to nothing have left in the books (beat)."""
    upkeep.tidy(now=timezone.now())


@shared_task(name="generation.tasks.check_models", ignore_result=True)
def check_models() -> None:
    """Reads which models there are and when they end, where that is due (beat, hourly, R-25)."""
    for checked in endings.check_due():
        if checked.note:
            logger.warning("not known of a model", extra={"model": checked.model.pk})


@shared_task(name=endings.CHECK_MODEL, ignore_result=True)
def check_model(model_id: str) -> None:
    """Reads the same of one model that was just added."""
    endings.check_one(model_id=int(model_id))


async def _drain() -> None:
    running = Drain(RUN)
    with Stopping(running):
        await running.run()
