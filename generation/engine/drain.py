"""A drain: runs up to K steps at once, of any documents, until none can be claimed (R-40).

K limits concurrent calls to models; results are committed besides. When told to stop, a drain claims nothing more and
starts no calls. Calls under way get a grace period; the steps that remain go back to the queue (R-44).
"""

import asyncio
import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone, translation

from documents.domain.owners_language import owners_language
from documents.models import Document
from generation.ai import chains
from generation.ai.errors import AtLimit, NoAnswer
from generation.ai.gateway import Gateway
from generation.database import in_database
from generation.engine import failing, holding, pipeline, queue
from generation.engine.heartbeat import Heartbeat
from generation.engine.queue import Claim
from generation.engine.work import Room, Stages, Work
from generation.enums import JobState
from generation.errors import LostStep, OverBudget, StepFailed, TryLater
from generation.progress import outages
from generation.spending import attempts
from tesigo.platform import correlation, workers
from tesigo.platform.log_values import word
from tesigo.platform.measuring import STEP, measured

logger = logging.getLogger(__name__)

#: Seconds until the queue is looked at again; sooner when a step has made what it was to make.
_LOOK_AGAIN_SECONDS: Final = 0.25
#: With every call taken, ``_STEPS_AHEAD`` more steps are made ready, for the next call to begin the moment one ends:
#: steps that no other drain has taken for ``_LEFT_SECONDS``, and only while calls take less than
#: ``_SHORT_CALL_SECONDS``. Longer ones would gain nothing.
_STEPS_AHEAD: Final = 2
_LEFT_SECONDS: Final = 1.0
_SHORT_CALL_SECONDS: Final = 5.0
#: Seconds after which a drain claims nothing more, so that its process can be recycled.
_LONGEST_SECONDS: Final = 900.0
_DATABASE_AWAY: Final = (OperationalError, InterfaceError)


class Drain:
    """One run through the queue. ``width`` is K; ``grace`` the seconds that held steps get once it is told to stop.

    ``stages`` say what is done with a step.
    """

    def __init__(self, stages: Stages, *, width: int | None = None, grace: float = 10.0) -> None:
        self._stages = stages
        self.width = width or settings.DRAIN_WIDTH
        self.grace = grace
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.finished = 0
        #: Steps of the same cause as the wake-up stand in its trace; those of others each in that of their own.
        self._cause = correlation.correlation_id()
        self._gateways: dict[UUID, Gateway] = {}
        #: Of the owners of these documents, for what a step says to them.
        self._languages: dict[UUID, str] = {}
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._room = Room(self.width)
        #: Steps that are still being worked on, not those whose result is being committed.
        self._at_work: set[int] = set()
        self._is_stopped = False
        self._news = asyncio.Event()

    def stop(self, *, at_once: bool = False) -> None:
        """Claims and asks nothing more; ``at_once`` hands back what is held without waiting for it."""
        if at_once:
            self.grace = 0.0
        self._is_stopped = True
        self._room.close()
        self._news.set()

    async def run(self) -> int:
        """Drains the queue and returns how many steps came to an end."""
        loop = asyncio.get_running_loop()

        def lost(step_id: int) -> None:
            loop.call_soon_threadsafe(self._drop, step_id)

        try:
            with Heartbeat(on_lost=lost) as heartbeat:
                await self._work(heartbeat)
                await self._wind_up()
        finally:
            for gateway in self._gateways.values():
                await gateway.close()
            await in_database(_close_connection)
        return self.finished

    async def _work(self, heartbeat: Heartbeat) -> None:
        ends_at = time.monotonic() + _LONGEST_SECONDS
        while not self._is_stopped:
            self._news.clear()
            if time.monotonic() < ends_at:
                for claim in await self._claims():
                    self._take(claim, heartbeat)
            if not self._running:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                    await self._news.wait()
            await self._close_idle()
            if node := workers.sign_due():
                await in_database(workers.still_working, node=node)

    async def _claims(self) -> list[Claim]:
        """What may be begun now; nothing while the database is away, for what was asked may be answered meanwhile."""
        free = self.width - len(self._at_work)
        ahead = free + _STEPS_AHEAD if self._room.last_call < _SHORT_CALL_SECONDS else 0
        try:
            if free > 0:
                return await in_database(queue.claim, limit=free, worker=self.worker)
            if ahead > 0:
                return await in_database(queue.claim, limit=ahead, worker=self.worker, left_for=_LEFT_SECONDS)
        except _DATABASE_AWAY as error:
            logger.warning("nothing claimed", extra={"error": type(error)})
        return []

    def _take(self, claim: Claim, heartbeat: Heartbeat) -> None:
        heartbeat.hold(claim.step_id, claim.token)
        task = asyncio.create_task(self._step(claim), name=f"step {claim.step_id}")
        self._running[task] = claim
        self._at_work.add(claim.step_id)

        def ended(task: asyncio.Task[None]) -> None:
            heartbeat.release(claim.step_id)
            self._running.pop(task, None)
            self._leave(claim)

        task.add_done_callback(ended)

    def _leave(self, claim: Claim) -> None:
        """The step's work is done: another one may be claimed while it is committed."""
        self._at_work.discard(claim.step_id)
        self._news.set()

    async def _wind_up(self) -> None:
        """What is still held gets its moment, then goes back."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=self.grace)
        rest = dict(self._running)
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(set(rest))

    def _drop(self, step_id: int) -> None:
        """The lease is gone: whatever is still being done for this step is for nothing."""
        for task, claim in self._running.items():
            if claim.step_id == step_id:
                task.cancel()

    async def _close_idle(self) -> None:
        """One gateway for each (drain, document); those of documents that nothing is held of go when there are many."""
        if len(self._gateways) <= 2 * self.width:
            return
        busy = {claim.document_id for claim in self._running.values()}
        for document_id in [one for one in self._gateways if one not in busy]:
            del self._languages[document_id]
            await self._gateways.pop(document_id).close()

    async def _step(self, claim: Claim) -> None:
        """Runs one step to one of its ends. Nothing it raises harms the others."""
        token = correlation.begin(claim.correlation_id)
        try:
            if claim.tries > outages.MOST_TRIES:
                await self._give_up(claim, RuntimeError("its workers were lost again and again"))
                return
            is_root = correlation.correlation_id() != self._cause
            with measured(STEP, claim.stage, is_root=is_root, step=claim.step_id, job=str(claim.job_id)):
                await self._run(claim)
            self.finished += 1
        except LostStep:
            logger.info("step was taken over", extra={"step": claim.step_id})
        except StepFailed as failure:
            await self._guard(pipeline.fail, claim=claim, reason=str(failure))
            self.finished += 1
        except TryLater as later:
            await self._guard(queue.hand_back, claim=claim, wait=later.wait, counts=later.counts, why=str(later))
        except asyncio.CancelledError:
            # The task is done for; giving back is one short statement that must still happen.
            await asyncio.shield(self._guard(_let_go, claim=claim))
        except Exception as error:
            await self._unexpected(claim, error)
        finally:
            correlation.end(token)

    async def _run(self, claim: Claim) -> None:
        if claim.job_state != JobState.RUNNING:
            await in_database(pipeline.begin, claim=claim)
        work = Work(claim, await self._gateway(claim.document_id), self._room)
        # For the rest of the task, which is this step's own: why it failed is kept as it is said here.
        translation.activate(self._languages[claim.document_id])
        try:
            result = await self._stages[claim.stage](work)
        except OverBudget as over:
            wait = await in_database(holding.wait_for_budget, claim=claim, over=over)
            raise TryLater(str(over), wait=wait) from over
        except AtLimit as limit:
            raise TryLater(str(limit), wait=limit.wait) from limit
        self._leave(claim)
        await in_database(pipeline.complete, claim=claim, result=result, model=work.model)

    async def _unexpected(self, claim: Claim, error: Exception) -> None:
        """No answer from any model, a layout that failed, a mistake of ours: tried again a few times, then final."""
        facts = {"step": claim.step_id, "stage": word(claim.stage), "tries": claim.tries}
        is_outage = error.is_outage if isinstance(error, NoAnswer) else isinstance(error, _DATABASE_AWAY)
        if is_outage:  # nothing of ours is wrong: where it was raised would tell nobody anything
            logger.warning("step put off: %s", type(error), extra=facts)
        else:
            logger.error("step went wrong", extra=facts, exc_info=error)
        since = claim.created_at
        if is_outage and isinstance(error, NoAnswer):
            since = await self._failing_since(claim)
        tried = outages.next_try(tries=claim.tries, waited=timezone.now() - since, is_outage=is_outage)
        if tried is None:
            await self._give_up(claim, error)
            return
        wait, counted = tried
        why = f"{type(error).__name__}: {error}"
        await self._guard(queue.hand_back, claim=claim, wait=wait, counted=counted, why=why)

    async def _failing_since(self, claim: Claim) -> datetime:
        """When the calls of its job began to fail; where none was made, since it was its turn."""
        try:
            calls = await in_database(outages.trouble, job_id=claim.job_id, now=timezone.now())
        except _DATABASE_AWAY:
            return claim.created_at
        return calls.since or claim.created_at

    async def _give_up(self, claim: Claim, error: Exception) -> None:
        await self._guard(_fail, claim=claim, error=error)
        self.finished += 1

    async def _guard(self, function: Callable[..., object], *, claim: Claim, **values: object) -> None:
        """Ends a step where its own work could not. When even that fails, its lease runs out and others see to it."""
        try:
            await in_database(function, claim=claim, **values)
        except LostStep:
            logger.info("step was taken over", extra={"step": claim.step_id})
        except Exception:
            logger.exception("step is left to its lease", extra={"step": claim.step_id})

    async def _gateway(self, document_id: UUID) -> Gateway:
        if document_id not in self._gateways:
            session_id, seed, owner_id, language = await in_database(_identity, document_id)
            self._languages[document_id] = language
            # Two steps of a document may come here at once.
            self._gateways.setdefault(
                document_id, Gateway(session_id=session_id, seed=seed, owner_id=owner_id, ledger=attempts)
            )
        gateway = self._gateways[document_id]
        gateway.writer = await in_database(chains.chosen_writer, document_id)
        return gateway


def _let_go(*, claim: Claim) -> None:
    """Gives a step back unfinished. Raises LostStep when there is nothing to give: why it was cancelled."""
    if not queue.hand_back(claim=claim, why="The worker was told to stop."):
        raise LostStep(str(claim.step_id))


def _fail(*, claim: Claim, error: Exception) -> None:
    # It may have failed before anything was known of its owner.
    with owners_language(claim.document_id):
        pipeline.fail(claim=claim, reason=failing.words_for(claim, error), facts=failing.facts_for(claim, error))


def _close_connection() -> None:
    connection.close()


def _identity(document_id: UUID) -> tuple[UUID, int, int, str]:
    return Document.objects.values_list("session_id", "seed", "owner_id", "owner__language").get(pk=document_id)
