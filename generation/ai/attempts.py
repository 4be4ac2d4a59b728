"""Every call is a row, written before it is made and completed after it (R-36); tokens and cost go to its job (R-22)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from generation.domain import queue
from generation.enums import Outcome
from generation.models import AIModel, Attempt

MILLION = Decimal(1_000_000)


def open_attempt(*, job_id: UUID, step_id: int, model: AIModel, purpose: str) -> Attempt:
    """The intent, committed before the call: after a crash it tells that a call may have been paid."""
    return Attempt.objects.create(
        job_id=job_id,
        step_id=step_id,
        model=model,
        provider=model.provider,
        model_name=model.name,
        purpose=purpose,
    )


def close_attempt(
    *,
    attempt: Attempt,
    model: AIModel,
    outcome: Outcome,
    input_tokens: int = 0,
    output_tokens: int = 0,
    error: str = "",
    now: datetime | None = None,
) -> None:
    """What became of the call. An attempt given up as lost is counted all the same when it ends after all."""
    now = now or timezone.now()
    cost = cost_of(model=model, input_tokens=input_tokens, output_tokens=output_tokens)
    with transaction.atomic():
        closed = Attempt.objects.filter(
            pk=attempt.pk, outcome__in=[Outcome.INTENT, Outcome.ABANDONED]
        ).update(
            outcome=outcome,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost=cost,
            latency_ms=int((now - attempt.started_at).total_seconds() * 1000),
            error=error[:500],
            finished_at=now,
        )
        if closed and (input_tokens or output_tokens):
            queue.add_usage(
                job_id=attempt.job_id, input_tokens=input_tokens, output_tokens=output_tokens, cost=cost
            )


def cost_of(*, model: AIModel, input_tokens: int, output_tokens: int) -> Decimal:
    """Euros, from the model's prices per million tokens, to the millionth."""
    euros = (model.input_price * input_tokens + model.output_price * output_tokens) / MILLION
    return euros.quantize(Decimal("0.000001"))
