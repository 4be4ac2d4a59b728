"""Gateway to the models. Every call goes through it.

1. Take the next model of the chain.
2. Get a key within its limits, waiting if needed. Nothing is reserved yet, so a waiting call blocks no budget.
3. Reserve budget and record the attempt.
4. Make the call.
5. Record usage, cost, latency and outcome; settle the budget; update the key's health.
"""

import asyncio
import hashlib
import logging
import time
import uuid
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID

import httpx2
from django.conf import settings

from generation import measures
from generation.ai import alerts, answers, chains, endings, providers, waiting
from generation.ai.answers import Order, Reply
from generation.ai.chains import PURPOSES, Link, Rules
from generation.ai.choosing import Grant, Wanted, some_key
from generation.ai.errors import KEY_IS_WRONG, AtLimit, NoAnswer, NoKey, ProviderError
from generation.ai.keys import configured
from generation.ai.ledger import HeldStep, Ledger
from generation.ai.question import (
    Answer,
    Call,
    Completion,
    Provider,
    Question,
    Usage,
    expected_usage,
    fits,
    seconds_allowed,
)
from generation.database import in_database, insisting
from generation.enums import Outcome, Purpose
from generation.errors import OverBudget
from generation.models import AIModel, Attempt
from tesigo.platform.crypto import keyed_hash
from tesigo.platform.log_values import word
from tesigo.platform.measuring import OPERATION, measured

logger = logging.getLogger(__name__)

#: The next model may take the question; those who look after prompts want to know (R-30).
_QUESTION_REFUSED: Final = frozenset({Outcome.BAD_REQUEST, Outcome.REFUSED})
_KEY_SPACE: Final = UUID("6f9b1f6e-5c0a-4d3e-9a2b-7d1c8e4f0a35")


@dataclass
class _Asking:
    """A question on its way along the chain: for whom, by which rules, how many calls failed so far.

    ``patience`` is how many seconds it may wait for a limit.
    """

    question: Question
    claim: HeldStep
    rules: Rules
    failed: int = 0
    patience: float = field(default_factory=lambda: settings.AI_LIMIT_PATIENCE)


class Gateway:
    """The door for one document in one drain: its own connections, shared with no other document (R-35)."""

    def __init__(self, *, session_id: UUID, seed: int, owner_id: int, ledger: Ledger) -> None:
        self._session_id = str(session_id)
        self._person = keyed_hash("person at providers", str(owner_id)).hex()
        self._seed = seed
        self._ledger = ledger
        #: The model that its owner chose to write, by its id (R-24).
        self.writer: int | None = None
        self._http: httpx2.AsyncClient | None = None
        self._providers: dict[str, Provider] = {}

    async def ask(self, question: Question, *, claim: HeldStep) -> Answer:
        """The first usable answer of the chain of models, on behalf of a held step.

        Raises NoAnswer; AtLimit, when it should be asked again later; OverBudget, when no model is cheap enough.
        """
        asking = _Asking(question, claim, await chains.current_rules())
        chain = asking.rules.chain(question.purpose)
        if PURPOSES[question.purpose] == Purpose.WRITING:
            chain = chains.chosen_first(chain, self.writer)
        left = [link for link in chain if fits(question, link.model)]
        if chain and not left:
            raise NoAnswer([Outcome.BAD_REQUEST])
        outcomes: list[Outcome] = []
        waits: list[float | None] = []
        limited: list[timedelta] = []
        over: OverBudget | None = None
        while left:
            link = left.pop(0)
            model = link.model
            try:
                return await self._ask_model(link, asking)
            except OverBudget as error:
                over = error
                left = [other for other in left if other.model.output_price < model.output_price]
            except AtLimit as error:
                limited.append(error.wait)
                # Its other models have the same keys. A question that has waited once does not wait again.
                left = [other for other in left if other.model.provider != model.provider]
                asking.patience = 0.0
            except NoKey as error:
                outcomes.append(error.outcome)
                waits.append(error.wait)
            except ProviderError as error:
                outcomes.append(error.outcome)
        soonest = [timedelta(seconds=wait) for wait in waits if wait is not None]
        # Where every provider told us to wait, and we did not even ask, nothing failed either.
        if limited or (soonest and len(soonest) == len(outcomes) and not asking.failed):
            raise AtLimit(min(limited + soonest))
        if over is not None:
            raise over
        raise NoAnswer(outcomes)

    async def close(self) -> None:
        """Closes all connections; what goes wrong with one must not keep those of other documents open."""
        self._providers.clear()
        http, self._http = self._http, None
        if http is None:
            return
        try:
            await http.aclose()
        except Exception:
            logger.warning("connections of a document did not close", exc_info=True)

    async def _ask_model(self, link: Link, asking: _Asking) -> Answer:
        async for attempt in waiting.policy(failed_before=asking.failed):
            with attempt:
                return await self._usable_answer(link, asking)
        raise AssertionError("the policy raises what failed last")  # pragma: no cover

    async def _usable_answer(self, link: Link, asking: _Asking) -> Answer:
        """A broken answer is repaired once, by asking again with what was wrong with it.

        Where it was cut, there was too little room: it is asked with more, and less reasoning in it.
        """
        question = asking.question
        order = Order(link.model, question, link.effort)
        reply = await self._with_some_key(order, asking)
        if reply.value is None:
            order = answers.repaired(order, reply)
            reply = await self._with_some_key(order, asking)
        if reply.value is not None:
            return Answer(reply.value, link.model.name)
        said = reply.completion
        # Half a text is no text, and JSON that does not read is none either.
        if question.salvage is None or said.was_cut or not answers.is_prose(said.text):
            raise ProviderError(reply.outcome, reply.mistake)
        return Answer(question.salvage(answers.readable(said.text)), link.model.name)

    async def _with_some_key(self, order: Order, asking: _Asking) -> Reply:
        """A key that may not make the call gives way to another at once: none is left when all were refused."""
        failures: list[ProviderError] = []
        known = configured(order.model.provider)
        for _ in known:
            try:
                return await self._call(order, asking)
            except ProviderError as error:
                if error.outcome not in KEY_IS_WRONG:
                    raise
                failures.append(error)
            except NoKey as error:
                if not failures:
                    raise
                raise failures[-1] from error
        if {failure.outcome for failure in failures} == {Outcome.GONE}:
            await in_database(endings.mark_gone, order.model)
        raise failures[-1]

    async def _call(self, order: Order, asking: _Asking) -> Reply:
        model, question, claim = order.model, order.question, asking.claim
        expected = expected_usage(question, model, effort=order.effort, again=order.is_again)
        seconds = seconds_allowed(question)
        tokens = expected.input_tokens + expected.output_tokens
        same = _idempotency_key(claim.step_id, order)
        wanted = Wanted(model.provider, model.name, tokens, seconds, asking.patience)
        async with some_key(wanted, known=asking.rules) as grant:
            attempt = await in_database(
                self._ledger.intend,
                job_id=claim.job_id,
                step_id=claim.step_id,
                token=claim.token,
                model=model,
                purpose=question.purpose,
                effort=order.effort,
                idempotency_key=same,
                expected=expected,
                key_place=grant.key.place,
            )
            call = Call(
                model=model.name,
                key=grant.key.value,
                system=question.system,
                shared=question.shared,
                prompt=question.prompt,
                schema=question.schema,
                name=question.purpose,
                effort=order.effort,
                max_tokens=expected.output_tokens,
                seed=self._seed,
                session_id=self._session_id,
                person=self._person,
                idempotency_key=str(same),
            )
            started = time.monotonic()
            try:
                completion = await self._timed(model.provider, call, grant, seconds)
            except ProviderError as error:
                asking.failed += 1
                await self._settle(attempt, model, started, error.outcome, error.usage, str(error))
                if error.outcome in _QUESTION_REFUSED:
                    await in_database(alerts.question_refused, attempt=attempt, outcome=error.outcome)
                raise
            reply = answers.reply(completion, question)
            await self._settle(attempt, model, started, reply.outcome, completion.usage, reply.mistake)
            return reply

    async def _timed(self, provider: str, call: Call, grant: Grant, seconds: float) -> Completion:
        """One call, within our own time limit; the grant knows how it ended."""
        grant.begin()
        try:
            with measured(OPERATION, "model", provider=word(provider), model=word(call.model), purpose=word(call.name)):
                async with asyncio.timeout(seconds):
                    completion = await self._provider(provider).complete(call)
        except TimeoutError:
            grant.ended(Outcome.TIMEOUT)
            raise ProviderError(Outcome.TIMEOUT) from None
        except ProviderError as error:
            grant.ended(error.outcome, retry_after=error.retry_after, usage=error.usage, trouble=error.trouble)
            raise
        grant.ended(Outcome.SUCCEEDED, usage=completion.usage)
        return completion

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            self._http = self._http or providers.client()
            self._providers[name] = providers.open_provider(name, self._http)
        return self._providers[name]

    async def _settle(
        self, attempt: Attempt, model: AIModel, started: float, outcome: Outcome, usage: Usage | None, why: str
    ) -> None:
        """Books how a call ended. It was paid for: a connection that was lost meanwhile is no reason to forget it."""
        latency = int((time.monotonic() - started) * 1000)
        book = partial(
            self._ledger.settle,
            attempt=attempt,
            model=model,
            outcome=outcome,
            latency_ms=latency,
            usage=usage,
            error=why,
        )
        await in_database(insisting, book)
        measures.count_call(
            provider=model.provider,
            model=model.name,
            outcome=outcome,
            seconds=latency / 1000,
            tokens={name.removesuffix("_tokens"): count for name, count in asdict(usage).items()} if usage else {},
            euros=usage.cost(model) if usage else Decimal(0),
        )


def _idempotency_key(step_id: int, order: Order) -> UUID:
    """The same for the same question of a step, also after a crash (R-36)."""
    model, asked = order.model, f"{order.question.text} {order.effort} {order.is_again or ''}"
    digest = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
    return uuid.uuid5(_KEY_SPACE, f"{step_id} {model.provider} {model.name} {digest}")
