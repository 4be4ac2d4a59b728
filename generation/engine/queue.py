"""Queue of steps, in a database table (R-40).

A worker claims a step with SKIP LOCKED and holds it by a lease. Each claim increments the fencing token, and every
write of the holder requires its own token. So a frozen worker that lost its lease commits nothing. All times are the
database's, as the clocks of workers differ.

Workers are told that there is work. Such a wake-up may be lost: beat sends it again.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from generation import measures
from generation.ai.ledger import HeldStep
from generation.enums import OPEN_STEP_STATES, Stage, StepState
from generation.errors import LostStep
from generation.models import Step
from generation.spending import attempts
from tesigo.platform.enqueue import enqueue

_TAKE: Final = """
    WITH free AS ({free}),
    taken AS (
        UPDATE generation_step AS step
        SET state = 'claimed', token = step.token + 1, tries = step.tries + 1, worker = %(worker)s,
            lease_until = statement_timestamp() + make_interval(secs => %(lease)s),
            started_at = statement_timestamp(), error = ''
        FROM free WHERE step.id = free.id
        RETURNING step.*
    )
    SELECT taken.id, taken.token, taken.job_id, job.document_id, taken.stage, taken.section_id, taken.round,
           taken.tries, taken.checkpoint, taken.created_at, job.correlation_id, job.state
    FROM taken JOIN generation_job AS job ON job.id = taken.job_id
    ORDER BY taken.sort_key, taken.id
"""
# Smallest and oldest first, through the partial index step_claimable. What a newer version's workers do is left
# to them.
_READY: Final = """
    SELECT id FROM generation_step
    WHERE state = 'ready' AND stage = ANY(%(stages)s)
          AND not_before <= statement_timestamp() - make_interval(secs => %(left_for)s)
    ORDER BY sort_key, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
# Whose holder is dead or frozen, through step_leased.
_EXPIRED: Final = """
    SELECT id FROM generation_step
    WHERE state = 'claimed' AND stage = ANY(%(stages)s) AND lease_until < statement_timestamp()
    ORDER BY lease_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
DRAIN: Final = "generation.tasks.drain"
#: Seconds after which a wake-up that no worker took is worth nothing: beat has sent others since.
_EXPIRES_SECONDS: Final = 30
#: Drains asked for at once; each goes on until nothing is claimable.
_MOST_DRAINS: Final = 10


@dataclass(frozen=True)
class Claim(HeldStep):
    """A held step with all that is known of it. ``tries`` counts claims that were not handed back.

    ``job_state`` is that of its job when it was claimed.
    """

    document_id: UUID
    stage: Stage
    section_id: UUID | None
    round: int
    tries: int
    checkpoint: dict[str, Any]
    created_at: datetime
    correlation_id: str
    job_state: str = ""
    #: When, by time.monotonic of this process.
    claimed_at: float = field(default_factory=time.monotonic, compare=False)


def claim(*, limit: int, worker: str, left_for: float = 0.0) -> list[Claim]:
    """Takes up to ``limit`` steps: first those whose lease ran out, then ready ones, smallest and oldest first.

    Of the ready ones only those that nobody took for ``left_for`` seconds.
    """
    with transaction.atomic():
        expired = _take(_EXPIRED, limit, worker, left_for)
        # What the lost holders asked may have been answered and paid for: nobody will know.
        attempts.abandon(step_ids=[taken.step_id for taken in expired])
        return expired + _take(_READY, limit - len(expired), worker, left_for)


def _take(free: str, limit: int, worker: str, left_for: float) -> list[Claim]:
    if limit < 1:
        return []
    lease: int = settings.STEP_LEASE_SECONDS
    with connection.cursor() as cursor:
        holder: dict[str, Any] = {"worker": worker[:100], "lease": lease}
        wanted: dict[str, Any] = {"limit": limit, "left_for": left_for, "stages": Stage.values}
        cursor.execute(_TAKE.format(free=free), holder | wanted)
        rows = cursor.fetchall()
    return [_claim(*row) for row in rows]


def _claim(step_id: int, token: int, job_id: UUID, document_id: UUID, stage: str, *rest: Any) -> Claim:
    section_id, round_, tries, checkpoint, created_at, correlation_id, job_state = rest
    return Claim(
        step_id=step_id,
        token=token,
        job_id=job_id,
        document_id=document_id,
        stage=Stage(stage),
        section_id=section_id,
        round=round_,
        tries=tries,
        checkpoint=json.loads(checkpoint),
        created_at=created_at,
        correlation_id=correlation_id,
        job_state=job_state,
    )


def _held(claim: Claim) -> Q:
    """The fence: this row, and only while this claim is the newest one."""
    return Q(pk=claim.step_id, token=claim.token, state=StepState.CLAIMED)


def save(*, claim: Claim, checkpoint: Mapping[str, Any], progress: int) -> None:
    """Keeps what a long step has got so far (R-34). ``progress`` in percent. Raises LostStep."""
    values = {"checkpoint": dict(checkpoint), "progress": max(0, min(99, progress))}
    if not Step.objects.filter(_held(claim)).update(**values):
        raise LostStep(str(claim.step_id))


def finish(*, claim: Claim, result: Mapping[str, Any], now: datetime, model: str = "") -> None:
    """Ends the step. Runs inside the transaction that commits what the step made (R-12). Raises LostStep.

    ``model`` is the one that answered last, where any was asked (R-32).
    """
    values = {"result": dict(result), "checkpoint": {}, "progress": 100, "model_name": model[:100]}
    _close(claim, now, StepState.DONE, **values)


def fail(*, claim: Claim, error: str, now: datetime) -> None:
    """Ends the step for good without a result, inside the caller's transaction. Raises LostStep."""
    _close(claim, now, StepState.FAILED, error=error[:500])


def _close(claim: Claim, now: datetime, state: StepState, **values: Any) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a step ends inside the transaction that commits its work")
    # A clock behind the database's must not make a step end before it began.
    ended = Greatest(F("started_at"), now)
    if not Step.objects.filter(_held(claim)).update(state=state, lease_until=None, finished_at=ended, **values):
        raise LostStep(str(claim.step_id))
    measures.count_step(stage=claim.stage, state=state, began=claim.claimed_at)


def hand_back(
    *, claim: Claim, wait: timedelta = timedelta(0), counts: bool = False, counted: int | None = None, why: str = ""
) -> bool:
    """Gives the step back, to be claimed again after ``wait`` (R-44); false when it was no longer held.

    With ``counts`` this was a try; without, it is as if the step had not been claimed. ``counted`` says instead how
    many tries there have been.
    """
    tries: Any = F("tries") if counts else Greatest(F("tries") - 1, 0)
    if counted is not None:
        tries = counted
    with transaction.atomic():
        attempts.abandon(step_ids=[claim.step_id], token=claim.token)
        moved = Step.objects.filter(_held(claim)).update(
            state=StepState.READY, lease_until=None, not_before=Now() + wait, tries=tries, error=why[:500]
        )
    return bool(moved)


def hasten(*, document_id: UUID, stage: Stage) -> int:
    """Lets steps of a stage that were put off be claimed at once; returns how many there are."""
    put_off = Step.objects.filter(job__document_id=document_id, stage=stage, state=StepState.READY)
    return put_off.update(not_before=Now())


def claimable() -> int:
    """How many steps could be claimed now: ready and due, or with a lease that ran out."""
    ready = Q(state=StepState.READY, not_before__lte=Now())
    expired = Q(state=StepState.CLAIMED, lease_until__lt=Now())
    return Step.objects.filter(ready).count() + Step.objects.filter(expired).count()


def withdraw(*, job_id: UUID, why: str, now: datetime) -> None:
    """Ends the steps of a job that nobody holds, when the job has failed. Held ones may still keep what they made."""
    Step.objects.filter(job_id=job_id, state=StepState.READY).update(
        state=StepState.FAILED, error=why[:500], finished_at=now
    )


def take_away(*, job_id: UUID, why: str, now: datetime) -> None:
    """Ends every step of a job, those included that a worker holds: what it made meanwhile is not committed."""
    # Steps before their attempts, as who claims them and who hands them back.
    steps = Step.objects.select_for_update().filter(job_id=job_id, state__in=OPEN_STEP_STATES).order_by("pk")
    attempts.abandon(step_ids=[pk for pk, state in steps.values_list("pk", "state") if state == StepState.CLAIMED])
    open_ones = Step.objects.filter(job_id=job_id, state__in=OPEN_STEP_STATES)
    open_ones.update(state=StepState.FAILED, lease_until=None, token=F("token") + 1, error=why[:500], finished_at=now)


def was_taken(*, job_id: UUID, stage: Stage) -> bool:
    """Whether any step of a stage was ever claimed. Until the caller's transaction ends, none of them is."""
    steps = Step.objects.select_for_update().filter(job_id=job_id, stage=stage).order_by("pk")
    return any(steps.values_list("token", flat=True))


def add(*, job_id: UUID, sort_key: int, stage: Stage, sections: Sequence[UUID | None], round: int = 0) -> int:
    """Adds the steps of a stage, one for each section (``None`` for a step of the whole document).

    Added before in this round they stay as they are. Returns how many were asked for.
    """
    Step.objects.bulk_create(
        [
            Step(
                job_id=job_id, sort_key=sort_key, stage=stage, section_id=section, round=round, position=place,
                not_before=Now(),
            )
            for place, section in enumerate(sections)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(sections)


def result_of(job_id: UUID, stage: Stage, round: int) -> dict[str, Any]:
    """What the step of the whole document left, of this stage and round."""
    step = Step.objects.get(job_id=job_id, stage=stage, round=round, section=None, state=StepState.DONE)
    result: dict[str, Any] = step.result
    return result


def search_of(document_id: UUID) -> dict[str, Any] | None:
    """What the newest search before payment left of the document; None where there was none."""
    done = Step.objects.filter(job__document_id=document_id, stage=Stage.SEARCH, state=StepState.DONE)
    result: dict[str, Any] | None = done.order_by("-id").values_list("result", flat=True).first()
    return result


def wake_on_commit(*, steps: int) -> None:
    """Asks for the number of drains that ``steps`` new steps keep busy, once they are committed."""
    transaction.on_commit(lambda: wake(steps=steps))


def wake(*, steps: int) -> int:
    """Asks for drains and returns how many; they leave by themselves, once the broker takes them (R-115)."""
    drains = min(_MOST_DRAINS, ceil(steps / settings.DRAIN_WIDTH))
    return sum(enqueue(DRAIN, expires=_EXPIRES_SECONDS) for _ in range(drains))


def wake_for_lost_work() -> int:
    """Asks for drains for everything that could be claimed now: what nobody was told of, and what died (beat)."""
    return wake(steps=claimable())
