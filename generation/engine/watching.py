"""Checks for interrupted jobs, used-up budgets and unavailable providers (R-112, R-113)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from generation.ai import breaker, keys
from generation.engine.interrupted import interrupted
from generation.engine.queue_statistics import queue_age
from generation.enums import JobState, KeyHealth, Provider
from generation.spending import budgets
from tesigo.platform import readiness
from tesigo.platform.conditions import Check, Trouble
from tesigo.platform.counted import counted

#: Time after which a step that could be claimed, or a job without a sign of life, is stuck.
STUCK_AFTER: Final = timedelta(minutes=30)
#: From which share of a budget of the house it counts as nearly used up, in percent.
NEARLY_PERCENT: Final = 80
_JOBS_NAMED: Final = 10
_DAY: Final = timedelta(days=1)
#: A key that is asked, or will be again within a minute or so.
_ASKED: Final = (KeyHealth.CLOSED, KeyHealth.RESTING)


def stuck_jobs(now: datetime) -> Iterator[Trouble]:
    """Steps that no worker takes, and jobs that run without a sign of life though nothing is waited for."""
    queue = queue_age(now=now)
    still = interrupted(now=now, quiet=STUCK_AFTER).filter(state=JobState.RUNNING, waits_for="")
    jobs = [str(pk) for pk in still.values_list("pk", flat=True)[:_JOBS_NAMED]]
    lines = []
    if queue.oldest > STUCK_AFTER:
        waiting = counted(sum(queue.waiting), "step waits", "steps wait")
        minutes = counted(int(queue.oldest.total_seconds() // 60), "minute")
        lines.append(f"{waiting} for a worker, the oldest for {minutes}.")
    if jobs:
        lines += ["Jobs without a sign of life for half an hour:", *jobs]
    if lines:
        yield Trouble(
            subject="Documents are not being written",
            text="\n".join(lines) + "\nAdmin, Jobs shows each step; `manage.py interrupted_jobs` sets them going.",
        )


def used_budgets(now: datetime) -> Iterator[Trouble]:
    """The house's day or month is nearly used up, or is; when it gets there an alert of its own tells at once."""
    for state in budgets.overview(now=now, scopes=budgets.HOUSE):
        if state.limit is not None and state.share >= NEARLY_PERCENT:
            yield Trouble(
                subject=f"{state.share} % of the budget {state.scope.value} is used",
                text="Over it, cheaper models are asked; with none left, writing waits for the next budget.",
                of=state.scope.value,
                is_told=True,
            )


def providers_answer() -> str:
    """For /ready: away where a provider that we have keys of can be asked with none of them."""
    known = [key for provider in Provider for key in keys.configured(provider)]
    healths, now, _is_shared = breaker.look(known)
    can_be_asked: dict[str, bool] = {}
    for key, health in zip(known, healths, strict=True):
        can_be_asked[key.provider] = can_be_asked.get(key.provider, False) or health.state(now) in _ASKED
    return readiness.OK if all(can_be_asked.values()) else readiness.AWAY


CHECKS: Final = (
    Check("stuck-jobs", stuck_jobs),
    Check("ai-budget", used_budgets, repeat_after=_DAY, settle=timedelta(0)),
)
