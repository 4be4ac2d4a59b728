"""Handing work to Celery after the commit, without failing the caller when the broker is away (R-115)."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def enqueue_on_commit(task: str, *args: str | int) -> None:
    """Sends ``task`` by its name once the transaction is committed (now, outside one).

    A nudge that cannot be sent is logged and forgotten: every task of ours is found again by beat.
    """

    def send() -> None:
        try:
            current_app.send_task(task, args)
        except (OperationalError, RedisError, OSError) as error:
            logger.warning("nudge not sent", extra={"task": task, "error": type(error).__name__})

    transaction.on_commit(send)
