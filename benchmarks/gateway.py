"""One call through the gateway ÷ the same call by the bare SDK, to a sandbox that answers at once, in one run.

What the gateway adds: the chain and its keys, limits and breakers in Redis, the budgets, the row before and after the
call, the reading of the answer. CALLS= (200 of each, in turns), AT_ONCE= (8).
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import tables
from benchmarks.site import site

if TYPE_CHECKING:
    from generation.ai.question import Question
    from generation.engine.queue import Claim

_Call = Callable[[], Awaitable[Any]]


def main() -> None:
    """The same question over and over: the prompt of a real section."""
    calls, at_once = int(os.environ.get("CALLS", "200")), int(os.environ.get("AT_ONCE", "8"))
    with site():
        from benchmarks import orders  # not before Django is set up
        from generation.engine import queue
        from generation.writing import assignments
        from generation.writing.prompts import writing

        document = orders.order(pages=10, sections=10)
        orders.start(document)
        claim = queue.claim(limit=1, worker="benchmark")[0]
        section = document.sections.first()
        assert section is not None
        assignment = assignments.load(document_id=document.pk, section_id=section.pk)
        question = writing.write(assignment, characters=2_500)
        alone, together = asyncio.run(_measure(question, claim, calls, at_once))
    rows = [
        (what, f"{bare:.1f} ms", f"{ours:.1f} ms", f"{ours - bare:.1f} ms", f"{ours / bare:.2f}")
        for what, (bare, ours) in (("one at a time", alone), (f"{at_once} at once, for each", together))
    ]
    tables.show(f"A call through the gateway, {calls} of each", ("", "bare SDK", "gateway", "more", "ratio"), rows)


async def _measure(
    question: "Question", claim: "Claim", calls: int, at_once: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    import openai
    from django.conf import settings

    from generation.ai.gateway import Gateway
    from generation.spending import attempts

    gateway = Gateway(session_id=claim.job_id, seed=1, owner_id=1, ledger=attempts)
    answer: Any = {
        "type": "json_schema",
        "json_schema": {"name": question.purpose, "schema": question.schema, "strict": True},
    }
    client = openai.AsyncOpenAI(
        api_key=settings.OPENAI_API_KEYS[0], base_url=settings.OPENAI_BASE_URL, max_retries=0, timeout=30
    )

    async def bare() -> Any:
        return await client.chat.completions.create(
            model="gpt-6-luna",
            messages=[{"role": "system", "content": question.system}, {"role": "user", "content": question.prompt}],
            response_format=answer,
            max_completion_tokens=8_000,
            reasoning_effort="low",
        )

    async def through() -> Any:
        return await gateway.ask(question, claim=claim)

    try:
        await _times(bare, through, rounds=5, at_once=1)
        alone = await _times(bare, through, rounds=calls, at_once=1)
        together = await _times(bare, through, rounds=max(1, calls // at_once), at_once=at_once)
        return alone, together
    finally:
        await gateway.close()
        await client.close()


async def _times(bare: _Call, through: _Call, *, rounds: int, at_once: int) -> tuple[float, float]:
    """Median milliseconds for a call of each kind, taken in turns so that a busy moment meets both."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for call, times in zip((bare, through), found, strict=True):
            began = time.perf_counter()
            await asyncio.gather(*(call() for _ in range(at_once)))
            times.append((time.perf_counter() - began) * 1000 / at_once)
    return median(found[0]), median(found[1])


if __name__ == "__main__":
    main()
