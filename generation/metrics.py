"""Metrics read on request: jobs, queue, budgets, keys (R-111)."""

from collections.abc import Iterable
from typing import Final

from django.db.models import Count
from django.utils import timezone
from prometheus_client.core import Metric

from generation.ai import states
from generation.engine import queue_statistics
from generation.engine.interrupted import interrupted
from generation.enums import (
    OPEN_JOB_STATES,
    OPEN_STEP_STATES,
    JobKind,
    JobState,
    KeyHealth,
    Provider,
    Scope,
    Wait,
)
from generation.models import Job, Step
from generation.spending import budgets
from tesigo.platform.metrics import collectors
from tesigo.platform.metrics.definitions import family

_HOUSE: Final = (Scope.HOUSE_DAY, Scope.HOUSE_MONTH)

open_jobs = family("jobs_open", "Jobs that are not over, by kind and state (queued, running).", "kind", "state")
held_jobs = family("jobs_held", "Open jobs that wait for a budget or their owner's limit.", "waits_for")
stuck_jobs = family("jobs_stuck", "Running jobs without a sign of life for ten minutes that wait for no budget.")
queue_steps = family("queue_steps", "Steps in the queue (state ready, claimed).", "state")
queue_oldest = family("queue_oldest_seconds", "How long the step that could be claimed longest has waited.")
budget_used = family("budget_used_ratio", "Share of a budget of the house that is spent or held.", "scope")
budget_euros = family("budget_spent_euros", "What is spent of a budget of the house, in euros.", "scope")
keys = family(
    "ai_keys", "Keys of a provider, by how they are (closed, open, half_open, resting, aside).", "provider", "health"
)


def jobs() -> Iterable[Metric]:
    """How the open jobs stand: three questions, of open ones only."""
    counted = {(kind, state): 0 for kind in JobKind.values for state in OPEN_JOB_STATES}
    waits = dict.fromkeys(Wait.values, 0)
    rows = Job.objects.filter(state__in=OPEN_JOB_STATES).values_list("kind", "state", "waits_for").order_by()
    for kind, state, waits_for, count in rows.annotate(count=Count("pk")):
        counted[kind, state] += count
        if waits_for:
            waits[waits_for] += count
    yield open_jobs.values([([kind, state], count) for (kind, state), count in counted.items()])
    yield held_jobs.values([([wait], count) for wait, count in waits.items()])
    running = Job.objects.filter(state=JobState.RUNNING, waits_for="")
    yield stuck_jobs.value(interrupted(now=timezone.now(), jobs=running).count())


def queue() -> Iterable[Metric]:
    """What waits for a worker and what is being worked on, by the queue's own small indexes."""
    states_of = {state: Step.objects.filter(state=state).count() for state in OPEN_STEP_STATES}
    yield queue_steps.values([([state], count) for state, count in states_of.items()])
    yield queue_oldest.value(max(0.0, queue_statistics.queue_age(now=timezone.now()).oldest.total_seconds()))


def spending() -> Iterable[Metric]:
    """How far the budgets of the house are used."""
    found = budgets.overview(now=timezone.now(), scopes=_HOUSE)
    yield budget_used.values(
        [([state.scope], float((state.spent + state.reserved) / state.limit)) for state in found if state.limit]
    )
    yield budget_euros.values([([state.scope], float(state.spent)) for state in found])


def ai_keys() -> Iterable[Metric]:
    """Each provider's keys by their state."""
    known = states.key_states()
    yield keys.values(
        [
            ([provider, health], sum(key.provider == provider and key.state == health for key in known))
            for provider in Provider.values
            for health in KeyHealth.values
        ]
    )


def register() -> None:
    """Has them read at each scrape."""
    collectors.register("jobs", jobs)
    collectors.register("queue", queue)
    collectors.register("budgets", spending)
    collectors.register("ai_keys", ai_keys)
