"""Questions asked through one gateway, on behalf of a step that holds on while several are asked."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import redis

from generation.ai import breaker, chains, key_limits, keys
from generation.ai.chains import Link
from generation.ai.gateway import Gateway
from generation.ai.question import Answer
from generation.engine import queue
from generation.enums import JobKind, JobState, KeyHealth, Provider, Purpose, Stage
from generation.models import ChainPlace, Job
from generation.spending import attempts
from generation.writing.prompts import queries
from sandbox.client import Control
from tests.documents.factories import DocumentFactory

Ask = Callable[[], Coroutine[Any, Any, Answer]]
Work = Callable[[Ask], Coroutine[Any, Any, Any]]
Run = Callable[[Work], Any]


def asker(**changes: Any) -> Run:
    """Runs what asks through a gateway of its own in an event loop of its own, for the same document and step.

    ``changes`` are made to the question that is asked: one for search queries.
    """
    document = DocumentFactory.create()
    job = Job.objects.create(kind=JobKind.OUTLINE, document=document, sort_key=0, state=JobState.RUNNING)
    queue.add(job_id=job.pk, sort_key=0, stage=Stage.OUTLINE, sections=[None])
    (claim,) = queue.claim(limit=1, worker="test")
    question = replace(queries.question(document, []), **changes)

    def run(work: Work) -> Any:
        async def inside() -> Any:
            gateway = Gateway(
                session_id=document.session_id, seed=document.seed, owner_id=document.owner_id, ledger=attempts
            )
            try:
                return await work(lambda: gateway.ask(question, claim=claim))
            finally:
                await gateway.close()

        return asyncio.run(inside())

    return run


def one(ask: Ask) -> Coroutine[Any, Any, Answer]:
    """A single question; raises what it raises."""
    return ask()


def several(count: int) -> Work:
    """``count`` questions at once; returns what each of them got or raised."""

    async def work(ask: Ask) -> list[Any]:
        return await asyncio.gather(*(ask() for _ in range(count)), return_exceptions=True)

    return work


async def until(condition: Callable[[], bool]) -> None:
    """Looks again and again, for a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def health(provider: Provider) -> KeyHealth:
    """How a provider's first key is."""
    (known,), now, _ = breaker.look(keys.configured(provider)[:1])
    return known.state(now)


def ask_first(**which: Any) -> None:
    """Puts the models that are so before all others, in every chain."""
    ChainPlace.objects.filter(**{f"model__{name}": value for name, value in which.items()}).update(position=0)


def first_link(purpose: Purpose = Purpose.QUERIES) -> Link:
    """The model that is asked first for this, and its effort."""
    return chains.chains()[purpose][0]


def calls(control: Control, service: str) -> int:
    """How many calls a service has had."""
    return int(control.calls(service)["counts"].get(service, 0))


def told(client: redis.Redis) -> int:
    """How many mails to staff the broker holds."""
    return int(client.llen("tesigo:celery"))  # type: ignore[arg-type]  # a client that does not await


def forget_here() -> None:
    """Leaves what a process knows that has just begun."""
    for part in (breaker, key_limits, keys):
        part.forget()
