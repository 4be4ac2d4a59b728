"""Counts a job's steps by stage and by section, in one query (R-43)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from generation.enums import Stage, StepState

# Steps that were never begun were withdrawn with their job: nothing is wrong with their sections.
_COUNT: Final = """
    SELECT GROUPING(stage) = 0, stage, section_id,
           count(*),
           count(*) FILTER (WHERE state = %(done)s),
           count(*) FILTER (WHERE state = %(failed)s),
           coalesce(sum(progress) FILTER (WHERE state <> %(done)s), 0),
           max(stage) FILTER (WHERE state = %(claimed)s),
           count(*) FILTER (WHERE state = %(failed)s AND started_at IS NOT NULL),
           count(*) FILTER (WHERE state = %(done)s AND stage = %(write)s),
           count(*) FILTER (WHERE state = %(done)s AND stage = %(check)s),
           coalesce(
               sum(coalesce(finished_at, clock_timestamp()) - started_at)
                   FILTER (WHERE started_at IS NOT NULL AND state <> %(ready)s),
               interval '0'
           )
    FROM generation_step WHERE job_id = %(job)s
    GROUP BY GROUPING SETS ((stage), (section_id))
"""
_WORDS: Final = {
    "done": StepState.DONE.value,
    "failed": StepState.FAILED.value,
    "claimed": StepState.CLAIMED.value,
    "ready": StepState.READY.value,
    "write": Stage.WRITE.value,
    "check": Stage.CHECK.value,
}


@dataclass(frozen=True)
class Tally:
    """A stage's steps: how many there are, are done, have failed; and how far the others are, in percent added up."""

    steps: int = 0
    done: int = 0
    failed: int = 0
    partly: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.steps + other.steps, self.done + other.done, self.failed + other.failed, self.partly + other.partly
        )


Tallies = Mapping[str, Tally]


@dataclass(frozen=True)
class SectionSteps:
    """A section's steps: the stage that runs, how many failed once begun, wrote, checked; and what they took."""

    running: str | None = None
    failed: int = 0
    written: int = 0
    checked: int = 0
    took: timedelta = timedelta(0)


@dataclass(frozen=True)
class StepCounts:
    """A job's steps by stage, and by the section that they are for."""

    by_stage: Tallies
    by_section: Mapping[UUID, SectionSteps]


def of_job(job_id: UUID) -> StepCounts:
    """Counts a job's steps: as cheap for 200 sections as for two."""
    by_stage: dict[str, Tally] = {}
    by_section: dict[UUID, SectionSteps] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"job": job_id, **_WORDS})
        for is_stage, stage, section_id, steps, done, failed, partly, *of_section in cursor.fetchall():
            if is_stage:
                by_stage[stage] = Tally(steps, done, failed, partly)
            elif section_id is not None:
                by_section[section_id] = SectionSteps(*of_section)
    return StepCounts(by_stage, by_section)
