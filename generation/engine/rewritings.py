"""State changes of a rewriting that follow those of its job (R-93). Called with the job's document locked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.domain import quotas
from generation.enums import RewritingState
from generation.models import Rewriting

#: What is counted of a person in a day.
QUOTA: Final = "rewriting"


def offer(*, job_id: UUID, values: Mapping[str, Any]) -> None:
    """What was written anew waits for its owner, inside the transaction that ends its step."""
    _asked(job_id).update(state=RewritingState.OFFERED, **values)


def fail(*, job_id: UUID, reason: str, now: datetime) -> None:
    """It came to nothing, and counts for nothing; ``reason`` is for its owner."""
    for owner_id, asked_at in _asked(job_id).values_list("section__document__owner", "created_at"):
        quotas.give_back(user_id=owner_id, what=QUOTA, spent_at=asked_at)
    _asked(job_id).update(state=RewritingState.FAILED, failure=reason[:500], ended_at=now)


def call_off(*, job_id: UUID, now: datetime) -> None:
    """Its owner wants it no more, or leaves."""
    _asked(job_id).update(state=RewritingState.CANCELLED, ended_at=now)


def _asked(job_id: UUID) -> Any:
    return Rewriting.objects.filter(job=job_id, state=RewritingState.ASKED)
