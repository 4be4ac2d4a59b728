"""Input and result of a stage: the step it works on, and what it returns. Runs a stage's questions concurrently."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

from generation.ai.question import Answer, Question
from generation.database import in_database
from generation.engine import queue
from generation.engine.queue import Claim
from generation.enums import Stage
from generation.errors import TryLater
from generation.progress import recording
from generation.progress.outages import MOST_TRIES

#: Seconds between two words about one step.
_TELL_EVERY_SECONDS: Final = 2.0
#: Questions of one check under way at once; the limits of providers are the gateway's own.
QUESTIONS_AT_ONCE: Final = 4
Given = TypeVar("Given")
Made = TypeVar("Made")


class Asks(Protocol):
    """Asks models: the gateway of the step's document."""

    async def ask(self, question: Question, *, claim: Claim) -> Answer:
        """The first usable answer. Raises NoAnswer."""
        ...


class Room:
    """Bounds the questions that a drain has under way. ``last_call`` is how many seconds the newest answer took."""

    def __init__(self, calls: int) -> None:
        self._calls = asyncio.Semaphore(calls)
        self._is_closed = False
        self.last_call = 0.0

    def close(self) -> None:
        """Lets the questions under way be answered, and no others be asked."""
        self._is_closed = True

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Room for one question, as soon as there is any. Raises TryLater once the room is closed."""
        async with self._calls:
            if self._is_closed:
                raise TryLater("The worker was told to stop.", wait=timedelta(0))
            began = time.monotonic()
            try:
                yield
            finally:
                self.last_call = time.monotonic() - began


@dataclass
class Work:
    """A step in the hands of this process. ``model`` is the name of the model that answered last (R-32)."""

    claim: Claim
    ai: Asks
    room: Room
    model: str = ""
    _told_at: float = field(default_factory=time.monotonic)

    @property
    def may_wait(self) -> bool:
        """Whether the step will be tried again when nobody could be asked this time."""
        return self.claim.tries < MOST_TRIES

    async def ask(self, question: Question) -> Answer:
        """Asks the models. Raises NoAnswer when none of them has a usable answer, TryLater when it is time to stop."""
        async with self.room.call():
            answer = await self.ai.ask(question, claim=self.claim)
        self.model = answer.model
        return answer

    async def save(self, checkpoint: Mapping[str, Any], *, progress: int) -> None:
        """Keeps what there is so far, to go on from after a crash (R-34). Raises LostStep.

        Those who watch are told of it every few seconds; of a step that is done sooner, they are told at its end.
        """
        is_told = time.monotonic() - self._told_at >= _TELL_EVERY_SECONDS
        if is_told:
            self._told_at = time.monotonic()
        await in_database(_save, self.claim, checkpoint, progress, is_told=is_told)


@dataclass(frozen=True)
class Result:
    """What a step made. ``commit`` writes it to the document, in the transaction that ends the step (R-12)."""

    data: Mapping[str, Any] = field(default_factory=dict)
    commit: Callable[[], None] | None = None


#: What each stage does with a step: one coroutine, no writes but through its result.
Stages = Mapping[Stage, Callable[[Work], Awaitable[Result]]]


def _save(claim: Claim, checkpoint: Mapping[str, Any], percent: int, *, is_told: bool) -> None:
    queue.save(claim=claim, checkpoint=checkpoint, progress=percent)
    if is_told:
        recording.record(document_id=claim.document_id)


async def each_at_once(given: Sequence[Given], work: Callable[[Given], Awaitable[Made]]) -> list[Made]:
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
