"""Model outages: how long a step is retried (R-30), and whether a job has one now (R-43).

The drain and the progress page use the same ``next_try``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from generation.enums import Outcome, StepState

#: Claims of a step before it fails for good after anything but an outage; in an outage that goes on, no more than so
#: many are counted until its last try: the rest is for workers that are lost.
TRIES: Final = 3
#: Claims of a step before it fails for good while providers or the database are away.
MOST_TRIES: Final = 6
#: The first wait after that, in back-offs of R-30: 30 s, then twice as long each time, at most 10 minutes.
_FIRST_WAIT_BACKOFFS: Final = 15
_LONGEST_WAIT: Final = timedelta(minutes=10)
#: A model said something, to the point or not.
_SPOKEN: Final = (Outcome.SUCCEEDED, Outcome.BAD_ANSWER, Outcome.CUT, Outcome.ONLY_REASONED, Outcome.REFUSED)
#: Nobody could be asked, or nobody answered.
_AWAY: Final = (
    Outcome.RATE_LIMITED,
    Outcome.TIMEOUT,
    Outcome.CONNECTION,
    Outcome.SERVER_ERROR,
    Outcome.AUTHENTICATION,
    Outcome.ACCOUNT,
)
#: Every key was refused, by what our accounts there may do: waiting for an answer does not end that.
_BARRED: Final = (Outcome.AUTHENTICATION, Outcome.ACCOUNT)
#: How far back calls say how it is now, and how far back they are looked at.
_NOW: Final = timedelta(minutes=2)
_LOOKED_AT: Final = timedelta(hours=6)
#: What a call may fail without a word about it: the next try is under way.
_WORTH_SAYING: Final = timedelta(seconds=10)
# Through the index of a job's attempts, or the one of the newest; ``job`` NULL means everybody's.
_CALLS: Final = """
    WITH calls AS (
        SELECT outcome, started_at, finished_at FROM generation_attempt
        WHERE started_at > %(since)s AND (%(job)s::uuid IS NULL OR job_id = %(job)s::uuid)
    ),
    spoken AS (SELECT max(finished_at) AS at FROM calls WHERE outcome = ANY(%(spoken)s)),
    failing AS (
        SELECT min(finished_at) AS since FROM calls, spoken
        WHERE outcome = ANY(%(away)s) AND (spoken.at IS NULL OR finished_at > spoken.at)
    )
    SELECT failing.since,
           count(*) FILTER (WHERE outcome = ANY(%(spoken)s) AND finished_at > %(lately)s),
           count(*) FILTER (WHERE outcome = ANY(%(away)s) AND finished_at > %(lately)s),
           count(*) FILTER (WHERE outcome = 'intent' AND started_at < failing.since),
           coalesce(
               bool_and(outcome = ANY(%(barred)s)) FILTER (
                   WHERE outcome = ANY(%(away)s) AND finished_at >= failing.since
               ), false
           )
    FROM failing LEFT JOIN calls ON true GROUP BY failing.since
"""


@dataclass(frozen=True)
class Trouble:
    """How calls fare. ``since`` is when the first failed after the newest answer; None where answers come.

    ``answered`` and ``failed`` count those of the last two minutes; ``under_way`` those that began before ``since`` and
    may still be answered. ``is_barred`` where all that failed since was refused for our keys or accounts.
    """

    since: datetime | None = None
    answered: int = 0
    failed: int = 0
    under_way: int = 0
    is_barred: bool = False

    def is_outage(self, now: datetime) -> bool:
        """Whether nothing was answered for long enough to say so."""
        return self.since is not None and not self.under_way and now - self.since >= _WORTH_SAYING

    @property
    def promises_nothing(self) -> bool:
        """Whether calls fail now, and no fewer than are answered: nobody knows how long that takes."""
        return self.since is not None and self.failed >= self.answered

    @property
    def slower(self) -> float:
        """How many times longer than usual work may take, where only some calls pass: 1 to 10."""
        return max(1.0, min(10.0, (self.answered + self.failed) / max(1, self.answered)))


def trouble(*, job_id: UUID | None, now: datetime) -> Trouble:
    """How the calls of a job fare, or those of the whole house."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CALLS,
            {
                "job": job_id,
                "since": now - (max(_LOOKED_AT, 2 * settings.LONGEST_OUTAGE) if job_id else 5 * _NOW),
                "lately": now - _NOW,
                "spoken": [outcome.value for outcome in _SPOKEN],
                "away": [outcome.value for outcome in _AWAY],
                "barred": [outcome.value for outcome in _BARRED],
            },
        )
        return Trouble(*cursor.fetchone())


def next_try(*, tries: int, waited: timedelta, is_outage: bool) -> tuple[timedelta, int] | None:
    """After which time a step that failed is tried again, and how many tries are counted until then; None for never.

    ``tries`` counts its claims, this one too; ``waited`` is how long ago the outage began. The last try is made when
    it has lasted LONGEST_OUTAGE to the second: that is the time at which people were told that it ends.
    """
    still = settings.LONGEST_OUTAGE - waited if is_outage else timedelta(0)
    if tries >= (MOST_TRIES if is_outage else TRIES) and still <= timedelta(0):
        return None
    wait = min(timedelta(seconds=settings.AI_BACKOFF_BASE * _FIRST_WAIT_BACKOFFS * 2 ** (tries - 1)), _LONGEST_WAIT)
    if still <= timedelta(0):
        return wait, tries
    return (still, MOST_TRIES - 1) if wait >= still else (wait, min(tries, TRIES))


@dataclass(frozen=True)
class OpenStep:
    """A step that is held or waits to be."""

    stage: str
    state: str
    started_at: datetime | None
    not_before: datetime
    created_at: datetime
    tries: int = 0


def next_due(steps: Sequence[OpenStep], *, now: datetime) -> datetime | None:
    """When models are asked again: the soonest of the steps, where all are put off; None while one is held or due."""
    dues = [step.not_before for step in steps]
    if not dues or any(step.state == StepState.CLAIMED for step in steps) or min(dues) < now + _WORTH_SAYING:
        return None
    return min(dues)


def ends_by(steps: Sequence[OpenStep], *, since: datetime | None, now: datetime) -> datetime | None:
    """When a job fails at the latest, and its money goes back, if nobody answers from now on; but for the last calls.

    ``since`` is when calls began to fail; where no call was made, a step waits since it was its turn. The first step
    that is given up ends the job.
    """
    return min((_given_up(step, since or step.created_at, now) for step in steps), default=None)


def _given_up(step: OpenStep, since: datetime, now: datetime) -> datetime:
    at, tries = max(now, step.not_before), step.tries
    if step.state != StepState.CLAIMED:
        tries += 1
    while tried := next_try(tries=max(1, tries), waited=at - since, is_outage=True):
        wait, counted = tried
        at += wait or _WORTH_SAYING
        tries = counted + 1
    return at
