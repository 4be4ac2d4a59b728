"""Estimates the remaining time of a job from past steps, by model and stage (R-43)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from generation.ai import chains
from generation.enums import Purpose, Stage, StepState
from generation.progress import recording
from generation.progress.outages import OpenStep
from generation.progress.recording import Tallies, Tally

#: Seconds a step takes until enough past ones are known.
FIRST_GUESS: Final[dict[str, float]] = {
    Stage.RESEARCH: 10,
    Stage.WRITE: 30,
    Stage.CHECK: 8,
    Stage.MEASURE: 4,
    Stage.REVISE: 25,
    Stage.RECHECK: 8,
    Stage.ASSEMBLE: 4,
    Stage.EXPORT: 8,
}
#: How far the truth may be from what is expected at the start: after a guess, and after past jobs.
_SPREAD: Final = {False: 0.6, True: 0.4}
_ENOUGH_TO_LEARN: Final = 5
_REMEMBERED_STEPS: Final = 400
_LEARNED_FOR_SECONDS: Final = 60
_CACHE_KEY: Final = "usual-seconds"
# The newest steps of each stage through step_learned_from, once by model and once together (model NULL).
_LEARN: Final = """
    SELECT step.stage, step.model_name, count(*),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM step.finished_at - step.started_at))
    FROM unnest(%(stages)s::text[]) AS wanted (stage)
    CROSS JOIN LATERAL (
        SELECT stage, model_name, started_at, finished_at FROM generation_step
        WHERE stage = wanted.stage AND state = 'done' AND started_at IS NOT NULL AND finished_at IS NOT NULL
        ORDER BY id DESC LIMIT %(limit)s
    ) AS step
    GROUP BY GROUPING SETS ((step.stage, step.model_name), (step.stage))
"""


@dataclass(frozen=True)
class Usual:
    """Seconds of a step by stage; ``is_learned`` when those of writing come from past jobs."""

    seconds: Mapping[str, float]
    is_learned: bool


@dataclass(frozen=True)
class Ahead:
    """What comes before a job that has not begun: ``place`` in the queue from 1, and the pages still to be written."""

    place: int
    pages: Decimal


def usual(model: str | None = None) -> Usual:
    """The median of past steps of this model, or of the first in the chain now; else of the stage; else a guess."""
    learned = _learned()
    model = model or first_in_chain()
    known = {stage: learned.get((stage, model), learned.get((stage, None))) for stage in FIRST_GUESS}
    seconds = {stage: FIRST_GUESS[stage] if median is None else median for stage, median in known.items()}
    return Usual(seconds, is_learned=known[Stage.WRITE] is not None)


def first_in_chain() -> str:
    """The name of the model that writes first now; empty when there is none."""
    model = chains.first_model(Purpose.WRITING)
    return model.name if model else ""


def _learned() -> dict[tuple[str, str | None], float]:
    """Medians by stage and model, and by stage alone, where enough steps are known; kept for a minute."""
    kept: dict[tuple[str, str | None], float] | None = cache.get(_CACHE_KEY)
    if kept is not None:
        return kept
    with connection.cursor() as cursor:
        cursor.execute(_LEARN, {"stages": list(FIRST_GUESS), "limit": _REMEMBERED_STEPS})
        found = {
            (stage, model): float(median)
            for stage, model, count, median in cursor.fetchall()
            if count >= _ENOUGH_TO_LEARN
        }
    cache.set(_CACHE_KEY, found, _LEARNED_FOR_SECONDS)
    return found


def left(
    *,
    tallies: Tallies,
    open_steps: Sequence[OpenStep],
    sections: int,
    percent: int,
    now: datetime,
    pages: int = 0,
    ahead: Ahead | None = None,
    slower: float = 1.0,
) -> dict[str, int]:
    """Seconds left as a range that narrows as the work goes on, and the same in minutes.

    ``ahead`` is what is written before a job that has not begun; ``sections`` and ``pages`` are the job's own. Where
    calls fail, it may take ``slower`` times as long, or be as usual again at once.
    """
    known = usual()
    expected = _expected(sections)
    begun = [place for place, visible in enumerate(recording.STAGES) if recording.tally_of(visible, tallies).steps]
    seconds = 0.0
    for visible in recording.STAGES[max(begun, default=0) :]:
        for stage in visible.stages:
            here = [step for step in open_steps if step.stage == stage]
            to_come = max(0, expected[stage] - tallies.get(stage, Tally()).steps)
            seconds += _stage_seconds(here, to_come, known.seconds[stage], now)
    if ahead is not None:
        seconds += _queue_seconds(ahead, known, sections / max(pages, 1))
    spread = _SPREAD[known.is_learned] * (1 - percent / 100)
    low, high = int(seconds * (1 - spread)), ceil(seconds * (1 + spread) * slower) + 1
    return {"low": low, "high": high, "low_minutes": max(1, low // 60), "high_minutes": max(1, ceil(high / 60))}


def _expected(sections: int) -> dict[str, int]:
    """Steps of each stage; about a third of the sections are fitted, and measured once more."""
    return {
        Stage.RESEARCH: 1,
        Stage.WRITE: sections,
        Stage.CHECK: sections,
        Stage.MEASURE: 2,
        Stage.REVISE: ceil(sections / 3),
        Stage.RECHECK: ceil(sections / 3),
        Stage.ASSEMBLE: 1,
        Stage.EXPORT: 1,
    }


def _stage_seconds(open_steps: Sequence[OpenStep], to_come: int, usual: float, now: datetime) -> float:
    """Until a stage is over: what runs or is put off ends, and the others follow, a drain's width at once."""
    busy, ready = [], to_come
    for step in open_steps:
        if step.state == StepState.CLAIMED and step.started_at is not None:
            busy.append(max(0.0, usual - (now - step.started_at).total_seconds()))
        elif step.not_before > now:
            busy.append((step.not_before - now).total_seconds() + usual)
        else:
            ready += 1
    at_once = settings.DRAIN_WIDTH
    free = max(0, at_once - len(busy))
    first = max([*busy, usual if ready and free else 0.0], default=0.0)
    return first + ceil(max(0, ready - free) / at_once) * usual


def _queue_seconds(ahead: Ahead, known: Usual, sections_per_page: float) -> float:
    """Until the pages ahead are written, taking their sections for as long as the job's own."""
    fitted = (known.seconds[Stage.REVISE] + known.seconds[Stage.RECHECK]) / 3
    section = known.seconds[Stage.WRITE] + known.seconds[Stage.CHECK] + fitted
    return float(ahead.pages) * sections_per_page * section / settings.DRAIN_WIDTH
