"""One row for each call to a model (R-36): the intent before it, what came of it after, usage added up on the job."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from generation.enums import Outcome
from generation.models import AIModel, Attempt, Job

_MILLION: Final = Decimal(1_000_000)
#: States in which an answer may still be booked: also after the step was taken over, for it was paid for.
_OPEN: Final = (Outcome.INTENT, Outcome.ABANDONED)


@dataclass(frozen=True)
class Usage:
    """The provider's own figures (R-22)."""

    input_tokens: int = 0
    output_tokens: int = 0

    def cost(self, model: AIModel) -> Decimal:
        """Euros at the model's prices."""
        spent = self.input_tokens * model.input_price + self.output_tokens * model.output_price
        return (spent / _MILLION).quantize(Decimal("0.000001"))


def intend(*, job_id: UUID, step_id: int, model: AIModel, purpose: str, idempotency_key: UUID) -> Attempt:
    """Writes down that a call is about to be made. Committed before it is (R-36)."""
    return Attempt.objects.create(
        job_id=job_id,
        step_id=step_id,
        model=model,
        provider=model.provider,
        model_name=model.name,
        purpose=purpose,
        idempotency_key=idempotency_key,
    )


def settle(
    *, attempt: Attempt, model: AIModel, outcome: Outcome, latency_ms: int, usage: Usage | None = None, error: str = ""
) -> None:
    """Books how a call ended and adds its usage to the job, once however often it is said."""
    usage = usage or Usage()
    cost = usage.cost(model)
    with transaction.atomic():
        booked = Attempt.objects.filter(pk=attempt.pk, outcome__in=_OPEN).update(
            outcome=outcome,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost=cost,
            latency_ms=latency_ms,
            error=error[:500],
            finished_at=max(timezone.now(), attempt.started_at),
        )
        if booked and (usage.input_tokens or usage.output_tokens):
            Job.objects.filter(pk=attempt.job_id).update(
                input_tokens=F("input_tokens") + usage.input_tokens,
                output_tokens=F("output_tokens") + usage.output_tokens,
                cost=F("cost") + cost,
            )


def abandon(*, step_ids: Sequence[int], token: int | None = None) -> None:
    """Marks calls whose answer nobody waits for any more. With ``token``, only while that claim is the newest one."""
    if not step_ids:
        return
    lost = Attempt.objects.filter(step_id__in=step_ids, outcome=Outcome.INTENT)
    if token is not None:
        lost = lost.filter(step__token=token)
    # An id list: an UPDATE cannot filter over the join.
    ids = list(lost.values_list("pk", flat=True))
    if ids:
        Attempt.objects.filter(pk__in=ids).update(outcome=Outcome.ABANDONED, finished_at=timezone.now())
