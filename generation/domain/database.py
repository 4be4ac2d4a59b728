"""The database from asyncio: every query of a process runs in one and the same thread."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``function`` answers, called in the one thread that speaks to the database.

    A connection that broke since is replaced first: PostgreSQL may have been away for a moment.
    """
    return await sync_to_async(_with_sound_connection, thread_sensitive=True)(function, *args, **kwargs)


def _with_sound_connection(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    return function(*args, **kwargs)
