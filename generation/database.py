"""Database queries from asyncio. All queries of a process run in one thread."""

import threading
import time
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, close_old_connections, connection

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds after its last use within which a connection is taken for sound.
_TRUSTED_SECONDS: Final = 1.0
_used = threading.local()


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``function`` returns, called in the one thread that speaks to the database.

    A connection that broke, or lay idle for a second, is looked at first: PostgreSQL may have been away for a moment.
    """
    return await sync_to_async(_with_sound_connection, thread_sensitive=True)(function, *args, **kwargs)


def insisting(function: Callable[[], T]) -> T:
    """What ``function`` returns, called once more when the connection was lost: for what may be repeated without harm.

    Both calls are in the database's thread, so that the second is made even if nobody waits for it any more.
    """
    try:
        return function()
    except (OperationalError, InterfaceError):
        close_old_connections()
        return function()


def _with_sound_connection(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    if connection.errors_occurred or time.monotonic() - getattr(_used, "at", 0.0) > _TRUSTED_SECONDS:
        close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        _used.at = time.monotonic()
