"""Interface between the gateway and the queue and budgets (R-36).

The gateway knows only a held step and a ledger that records calls. A drain passes both.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from generation.ai.question import Usage
from generation.enums import Outcome
from generation.models import AIModel, Attempt


@dataclass(frozen=True)
class HeldStep:
    """A step that this worker holds, by its ``token``: what is asked for it is booked on it and its job."""

    step_id: int
    token: int
    job_id: UUID


class Ledger(Protocol):
    """Where calls are written down and paid for (R-36)."""

    def intend(
        self,
        *,
        job_id: UUID,
        step_id: int,
        token: int | None,
        model: AIModel,
        purpose: str,
        idempotency_key: UUID,
        expected: Usage,
        key_place: int,
        effort: str,
    ) -> Attempt:
        """Writes a call down before it is made. Raises OverBudget, LostStep; it must not be made then."""
        ...

    def settle(
        self, *, attempt: Attempt, model: AIModel, outcome: Outcome, latency_ms: int, usage: Usage | None, error: str
    ) -> None:
        """Books how a call ended, once however often it is said."""
        ...
