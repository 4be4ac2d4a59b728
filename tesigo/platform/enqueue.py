"""Handing work to Celery after the commit: a broker that hangs neither fails nor holds the caller (R-106, R-115)."""

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from celery import current_app
from celery.signals import worker_process_shutdown
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from tesigo.platform.correlation import begin, correlation_id, end
from tesigo.platform.log_values import word
from tesigo.platform.measuring import sending_for, traceparent
from tesigo.platform.shared_redis import breaker

logger = logging.getLogger(__name__)

#: Messages that wait for a broker that is away. Beyond them new ones are dropped: beat finds every task of ours again.
ROOM_MESSAGES: Final = 10_000
#: Seconds between two looks at a breaker that is open.
_LOOK_AGAIN_SECONDS: Final = 0.25
#: Seconds that a process which ends waits for what it has not sent yet.
_FAREWELL_SECONDS: Final = 2.0


@dataclass(frozen=True)
class _Message:
    """What is to be sent, with the correlation id of the caller."""

    name: str
    send: Callable[[], object]
    #: Seconds after which it is worth nothing; None: it keeps.
    expires: float | None
    cause: str = field(default_factory=correlation_id)
    #: The trace that its task goes on with.
    trace: str = field(default_factory=traceparent)
    asked_at: float = field(default_factory=time.monotonic)

    @property
    def is_stale(self) -> bool:
        """Whether its time is over."""
        return self.expires is not None and time.monotonic() - self.asked_at > self.expires


class Outbox:
    """Messages on their way to Redis: taken in at once, sent one after the other by a thread of its own.

    Requests hold a database connection and a person waits for them: neither shall wait for Redis. What is here is
    lost when the process is killed; the rows in the database are the truth, and beat looks for them. ``room`` is how
    many may wait; more are dropped.
    """

    def __init__(self, *, room: int) -> None:
        self._room = room
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        # Also in a child: what waits is the parent's to send, and so is its thread.
        self._waiting: deque[_Message] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, name: str, send: Callable[[], object], *, expires: float | None = None) -> bool:
        """Takes a message in; False when there is no room, because Redis has been away for long."""
        with self._changed:
            if len(self._waiting) >= self._room:
                logger.warning("not sent", extra={"task": word(name), "error": word("no room")})
                return False
            self._waiting.append(_Message(name, send, expires))
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, name="outbox", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return True

    def flush(self, *, seconds: float) -> bool:
        """Waits until everything is sent; False when it was not within ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout=seconds)

    def _send_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                message = self._waiting[0]
            if message.is_stale or self._try(message):
                with self._changed:
                    self._waiting.popleft()
                    self._changed.notify_all()
            else:
                time.sleep(_LOOK_AGAIN_SECONDS)

    def _try(self, message: _Message) -> bool:
        """Whether the message is done with: sent, or such that nobody could ever send it."""
        guard = breaker(settings.REDIS_URL)
        if not guard.admits():
            return False
        token = begin(message.cause) if message.cause else None
        try:
            with sending_for(message.trace):
                message.send()
        except (OperationalError, RedisError, OSError) as error:
            guard.failed(error)
            logger.warning("not sent yet", extra={"task": word(message.name), "error": type(error)})
            return False
        except Exception:
            logger.exception("not sent", extra={"task": word(message.name)})
        finally:
            if token is not None:
                end(token)
        guard.succeeded()
        return True


outbox: Final = Outbox(room=ROOM_MESSAGES)
atexit.register(outbox.flush, seconds=_FAREWELL_SECONDS)


def _say_farewell(**_facts: object) -> None:
    outbox.flush(seconds=_FAREWELL_SECONDS)


# A process of a worker's pool ends without what is registered for its end.
worker_process_shutdown.connect(_say_farewell, dispatch_uid="farewell")


def enqueue(task: str, *args: str | int, expires: float | None = None) -> bool:
    """Sends ``task`` by its name, soon and without waiting; a worker throws it away after ``expires`` seconds.

    False when it was dropped: every task of ours is found again by beat.
    """
    return outbox.put(task, partial(current_app.send_task, task, args, expires=expires), expires=expires)


def enqueue_on_commit(task: str, *args: str | int) -> None:
    """As `enqueue`, once the transaction is committed (now, outside one)."""
    transaction.on_commit(lambda: enqueue(task, *args))
