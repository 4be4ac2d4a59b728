"""Runs the questions of one check concurrently, up to a limit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

#: Questions of one check under way at once; the limits of providers are the gateway's own.
QUESTIONS_AT_ONCE: Final = 4

Given = TypeVar("Given")
Made = TypeVar("Made")


async def each(given: Sequence[Given], work: Callable[[Given], Awaitable[Made]]) -> list[Made]:
    """What ``work`` makes of each, in order. The first failure ends them all, and is raised as it is."""
    room = asyncio.Semaphore(QUESTIONS_AT_ONCE)

    async def one(value: Given) -> Made:
        async with room:
            return await work(value)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(value)) for value in given]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
