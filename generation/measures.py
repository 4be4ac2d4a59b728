"""Metrics that workers count: calls to models, steps, jobs (R-111)."""

import time
from typing import TYPE_CHECKING, Final

from tesigo.platform.metrics.definitions import counter, histogram, on_commit
from tesigo.platform.metrics.measures import WORK_BOUNDS_SECONDS

if TYPE_CHECKING:
    from decimal import Decimal

_CALL_BOUNDS_SECONDS: Final = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 90.0, 120.0, 240.0)

# Models are rows that staff write: there are no more of them than they make.
ai_calls = counter(
    "ai_calls_total", "Calls to models that ended, by provider, model and outcome.", "provider", "model", "outcome"
)
ai_call_seconds = histogram(
    "ai_call_duration_seconds", "Time that calls to models took.", "provider", "model", bounds=_CALL_BOUNDS_SECONDS
)
ai_tokens = counter(
    "ai_tokens_total",
    "Tokens that providers charged (kind input, output; cached and cache_write are of the input, reasoning of the"
    " output).",
    "provider", "model", "kind",
)  # fmt: skip
ai_euros = counter("ai_cost_euros_total", "What calls to models cost, in euros.", "provider", "model")
steps = counter("steps_total", "Steps of jobs that ended, by stage and state (done, failed).", "stage", "state")
step_seconds = histogram(
    "step_duration_seconds", "Time from the claim of a step to its end, by stage.", "stage", bounds=WORK_BOUNDS_SECONDS
)
jobs = counter("jobs_total", "Jobs that got to a state (running, succeeded, failed).", "state")


def count_call(
    *, provider: str, model: str, outcome: str, seconds: float, tokens: dict[str, int], euros: "Decimal"
) -> None:
    """One call more. ``tokens`` are by kind."""
    ai_calls.labels(provider, model, outcome).inc()
    ai_call_seconds.labels(provider, model).observe(seconds)
    ai_euros.labels(provider, model).inc(float(euros))
    for kind, count in tokens.items():
        if count:
            ai_tokens.labels(provider, model, kind).inc(count)


def count_step(*, stage: str, state: str, began: float) -> None:
    """One step more, once its end is committed; ``began`` is when it was claimed, by time.monotonic."""

    def count() -> None:
        steps.labels(stage, state).inc()
        step_seconds.labels(stage).observe(time.monotonic() - began)

    on_commit(count)


def count_job(state: str) -> None:
    """One job more has got to this state, once that is committed."""
    on_commit(lambda: jobs.labels(state).inc())
