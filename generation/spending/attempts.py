"""Attempts: one row for each call to a model (R-36). Written before the call, updated after it.

Each attempt is settled or abandoned once, by a conditional update. Budgets change in the same transaction. Lock order:
job, steps, attempts by id, budgets in their own order.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from generation.ai.question import Usage
from generation.enums import Outcome
from generation.errors import LostStep
from generation.models import AIModel, Attempt, Step
from generation.spending import budgets, credits
from generation.spending.budgets import Amount, Payer

# Keeps both from going while a call is written down for them. The foreign keys do so too, but not before the commit:
# a worker that takes the step over at that moment would wait for our budgets, and we for its step.
_OWNER: Final = """
    SELECT document.owner_id FROM generation_step AS step
    JOIN generation_job AS job ON job.id = step.job_id
    JOIN documents_document AS document ON document.id = job.document_id
    WHERE step.id = %(step)s AND job.id = %(job)s AND step.token = COALESCE(%(token)s, step.token)
    FOR KEY SHARE OF step, job
"""
# Keeps the job, for what the call cost is about to be booked on it.
_HELD: Final = """
    SELECT document.owner_id FROM generation_job AS job
    JOIN documents_document AS document ON document.id = job.document_id
    WHERE job.id = %s FOR NO KEY UPDATE OF job
"""
_BOOK: Final = """
    UPDATE generation_job SET
        input_tokens = input_tokens + %(input_tokens)s,
        output_tokens = output_tokens + %(output_tokens)s,
        cached_tokens = cached_tokens + %(cached_tokens)s,
        cache_write_tokens = cache_write_tokens + %(cache_write_tokens)s,
        reasoning_tokens = reasoning_tokens + %(reasoning_tokens)s,
        cost = cost + %(cost)s
    WHERE id = %(job)s
"""
#: Longer than any call takes, and the age after which the budgets of a call do not matter any more.
_LONGEST_CALL: Final = timedelta(hours=2)
_LOOKED_AT: Final = timedelta(days=32)


def intend(
    *,
    job_id: UUID,
    step_id: int,
    token: int | None = None,
    model: AIModel,
    purpose: str,
    idempotency_key: UUID,
    expected: Usage,
    key_place: int,
    effort: str = "",
) -> Attempt:
    """Writes down that a call is about to be made, with what it may take from the budgets. Committed before it (R-36).

    Raises OverBudget when ``expected`` does not fit, LostStep for a step that is gone or, with ``token``, has another
    holder now; nothing is written then.
    """
    now = timezone.now()
    wanted = _amount(expected, model)
    with transaction.atomic():
        payer = Payer(job_id, _owner_of(job_id, step_id, token), now)
        attempt = Attempt.objects.create(
            job_id=job_id,
            step_id=step_id,
            model=model,
            provider=model.provider,
            model_name=model.name,
            key_place=key_place,
            purpose=purpose,
            effort=effort,
            idempotency_key=idempotency_key,
            reserved_tokens=wanted.tokens,
            reserved_cost=wanted.euros,
            started_at=now,
        )
        levels = budgets.reserve(payer=payer, amount=wanted)
    budgets.tell(levels)
    return attempt


def settle(
    *, attempt: Attempt, model: AIModel, outcome: Outcome, latency_ms: int, usage: Usage | None = None, error: str = ""
) -> None:
    """Books how a call ended, on the job and on its budgets, once however often it is said.

    The answer to a call that was given up for lost is booked all the same: it was paid for.
    """
    usage = usage or Usage()
    spent = _amount(usage, model)
    values = {
        "outcome": outcome,
        **asdict(usage),
        "cost": spent.euros,
        "latency_ms": latency_ms,
        "error": error[:500],
        "finished_at": max(timezone.now(), attempt.started_at),
    }
    reserved = Amount(attempt.reserved_cost, attempt.reserved_tokens)
    job_id = attempt.job_id
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HELD, [job_id])
        owner = cursor.fetchone()
        if owner is None or job_id is None:
            # Its document was thrown away; what it cost stays, and the budgets are put right by reconciliation.
            if _end(attempt, Outcome.INTENT, values) or _end(attempt, Outcome.ABANDONED, values):
                credits.book(provider=attempt.provider, euros=spent.euros)
            return
        payer = Payer(job_id, owner[0], attempt.started_at)
        if _end(attempt, Outcome.INTENT, values):
            budgets.settle((payer, reserved, spent))
        elif _end(attempt, Outcome.ABANDONED, values):
            # What it held was counted as spent when it was given up.
            budgets.settle((payer, Amount(), spent - reserved))
        else:
            return
        credits.book(provider=attempt.provider, euros=spent.euros)
        cursor.execute(_BOOK, {**asdict(usage), "cost": spent.euros, "job": attempt.job_id})


def _amount(usage: Usage, model: AIModel) -> Amount:
    """What a call takes from the budgets."""
    return Amount(usage.cost(model), usage.input_tokens + usage.output_tokens)


def _end(attempt: Attempt, present: Outcome, values: dict[str, Any]) -> bool:
    return bool(Attempt.objects.filter(pk=attempt.pk, outcome=present).update(**values))


def abandon(*, step_ids: Sequence[int], token: int | None = None) -> None:
    """Marks calls whose answer nobody waits for any more. With ``token``, only while that claim is the newest one.

    They may have been answered and paid for: what they held counts as spent, until the answer is booked (R-12).
    """
    if not step_ids:
        return
    with transaction.atomic():
        if token is not None:
            # Steps come before their calls: a worker that takes a step over locks it, then its calls.
            mine = Step.objects.select_for_update(no_key=True).filter(pk__in=step_ids, token=token)
            step_ids = list(mine.order_by("pk").values_list("pk", flat=True))
        _give_up(Attempt.objects.filter(step_id__in=step_ids))


def abandon_lost(*, now: datetime) -> None:
    """Gives up calls whose end nobody will book any more: their step has ended, or is gone with its section."""
    began = Q(started_at__lte=now - _LONGEST_CALL, started_at__gt=now - _LOOKED_AT)
    with transaction.atomic():
        _give_up(Attempt.objects.filter(began))


def _give_up(attempts: QuerySet[Attempt]) -> None:
    locked = attempts.select_for_update(of=("self",), no_key=True).select_related("job__document")
    rows = list(locked.filter(outcome=Outcome.INTENT).order_by("pk"))
    if not rows:
        return
    Attempt.objects.filter(pk__in=[row.pk for row in rows]).update(
        outcome=Outcome.ABANDONED, finished_at=timezone.now()
    )
    # Of those whose document is gone reconciliation counts what they held.
    held = [(row.job, row, Amount(row.reserved_cost, row.reserved_tokens)) for row in rows if row.job is not None]
    if held:
        budgets.settle(*((Payer(job.pk, job.document.owner_id, row.started_at), all_, all_) for job, row, all_ in held))


def _owner_of(job_id: UUID, step_id: int, token: int | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OWNER, {"step": step_id, "job": job_id, "token": token})
        row = cursor.fetchone()
    if row is None:
        raise LostStep(str(step_id))
    return int(row[0])
