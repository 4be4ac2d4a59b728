"""The one door to the writing models.

Each call: pick the model by the chain → pick a key in turn → write the intent → call → book usage, cost, latency,
outcome. Budgets are reserved and limits waited for around ``_call``, where a model and a key are chosen.
"""

import asyncio
import hashlib
import time
import uuid
from typing import Final
from uuid import UUID

from django.conf import settings

from generation.ai import answers, keys, waiting
from generation.ai.anthropic import Anthropic
from generation.ai.errors import NoAnswer, ProviderError
from generation.ai.openai import OpenAI
from generation.ai.question import Answer, Call, Completion, Provider, Question
from generation.domain import attempts
from generation.domain.database import in_database
from generation.domain.queue import Claim
from generation.enums import Outcome
from generation.enums import Provider as ProviderName
from generation.models import AIModel, Attempt

_PROVIDERS: Final[dict[str, type[OpenAI] | type[Anthropic]]] = {
    ProviderName.OPENAI: OpenAI,
    ProviderName.ANTHROPIC: Anthropic,
}
#: Fewer than any model needs for a token of the languages we write in: the limit is never what makes a text short.
_CHARACTERS_PER_TOKEN: Final = 2
#: For a model's own thinking, and for the JSON around the text.
_SPARE_TOKENS: Final = 4_000
_KEY_SPACE: Final = UUID("6f9b1f6e-5c0a-4d3e-9a2b-7d1c8e4f0a35")


class Gateway:
    """The door for one document in one drain: its own clients, shared with no other document (R-35)."""

    def __init__(self, *, session_id: UUID, seed: int) -> None:
        self._session_id = str(session_id)
        self._seed = seed
        self._providers: dict[str, Provider] = {}

    async def ask(self, question: Question, *, claim: Claim) -> Answer:
        """The first usable answer of the chain of models, on behalf of a held step. Raises NoAnswer."""
        outcomes: list[Outcome] = []
        for model in await in_database(chain):
            try:
                return await self._ask_model(model, question, claim, failed_before=len(outcomes) * waiting.TRIES)
            except ProviderError as error:
                outcomes.append(error.outcome)
        raise NoAnswer(outcomes)

    async def close(self) -> None:
        """Closes all connections."""
        for provider in self._providers.values():
            await provider.close()
        self._providers.clear()

    async def _ask_model(self, model: AIModel, question: Question, claim: Claim, *, failed_before: int) -> Answer:
        async for attempt in waiting.policy(failed_before=failed_before):
            with attempt:
                return await self._usable_answer(model, question, claim)
        raise AssertionError("the policy raises what failed last")  # pragma: no cover

    async def _usable_answer(self, model: AIModel, question: Question, claim: Claim) -> Answer:
        """A broken answer is repaired once, by asking again with what was wrong with it."""
        completion = await self._with_some_key(model, question, question.prompt, claim)
        try:
            return Answer(answers.read(completion.text, question.schema), model.name)
        except answers.BadAnswer as mistake:
            why = f"{mistake} It was cut off: keep it shorter." if completion.was_cut else str(mistake)
        completion = await self._with_some_key(model, question, answers.correction(question.prompt, why), claim)
        try:
            return Answer(answers.read(completion.text, question.schema), model.name)
        except answers.BadAnswer as mistake:
            if question.salvage is None or not completion.text.strip():
                raise ProviderError(Outcome.BAD_ANSWER, str(mistake)) from None
            return Answer(question.salvage(completion.text), model.name)

    async def _with_some_key(self, model: AIModel, question: Question, prompt: str, claim: Claim) -> Completion:
        for key in keys.usable(model.provider):
            try:
                return await self._call(model, key, question, prompt, claim)
            except ProviderError as error:
                if error.outcome != Outcome.AUTHENTICATION:
                    raise
                keys.set_aside(model.provider, key)
        raise ProviderError(Outcome.AUTHENTICATION, "no key is left")

    async def _call(self, model: AIModel, key: str, question: Question, prompt: str, claim: Claim) -> Completion:
        same = _idempotency_key(claim.step_id, model, question.system + prompt)
        attempt = await in_database(
            attempts.intend,
            job_id=claim.job_id,
            step_id=claim.step_id,
            model=model,
            purpose=question.purpose,
            idempotency_key=same,
        )
        call = Call(
            model=model.name,
            key=key,
            system=question.system,
            prompt=prompt,
            schema=question.schema,
            name=question.purpose,
            max_tokens=min(model.max_output_tokens, question.characters // _CHARACTERS_PER_TOKEN + _SPARE_TOKENS),
            seed=self._seed,
            session_id=self._session_id,
            idempotency_key=str(same),
        )
        started = time.monotonic()
        try:
            async with asyncio.timeout(settings.AI_TIMEOUT):
                completion = await self._provider(model.provider).complete(call)
        except TimeoutError:
            await _settle(attempt, model, started, error=ProviderError(Outcome.TIMEOUT))
            raise ProviderError(Outcome.TIMEOUT) from None
        except ProviderError as error:
            await _settle(attempt, model, started, error=error)
            raise
        await _settle(attempt, model, started, completion=completion, question=question)
        return completion

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            self._providers[name] = _PROVIDERS[name]()
        return self._providers[name]


def chain() -> list[AIModel]:
    """The models that may be asked, in order (R-23, R-32): enabled, of a provider whose keys are known here."""
    models = AIModel.objects.filter(enabled=True).order_by("position", "id")
    return [model for model in models if keys.configured(model.provider)]


def _idempotency_key(step_id: int, model: AIModel, asked: str) -> UUID:
    """The same for the same question of a step, also after a crash (R-36)."""
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return uuid.uuid5(_KEY_SPACE, f"{step_id} {model.provider} {model.name} {digest}")


async def _settle(
    attempt: Attempt,
    model: AIModel,
    started: float,
    *,
    completion: Completion | None = None,
    question: Question | None = None,
    error: ProviderError | None = None,
) -> None:
    outcome, why = (error.outcome, str(error)) if error else (Outcome.SUCCEEDED, "")
    usage = error.usage if error else None
    if completion is not None and question is not None:
        usage = completion.usage
        try:
            answers.read(completion.text, question.schema)
        except answers.BadAnswer as mistake:
            outcome, why = Outcome.BAD_ANSWER, str(mistake)
    latency = int((time.monotonic() - started) * 1000)
    await in_database(
        attempts.settle, attempt=attempt, model=model, outcome=outcome, latency_ms=latency, usage=usage, error=why
    )
