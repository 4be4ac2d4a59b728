"""A held step as its stage sees it, and what a stage hands in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from generation.ai.question import Answer, Question
from generation.domain import progress, queue
from generation.domain.database import in_database
from generation.domain.queue import Claim


class Asks(Protocol):
    """Who answers questions: the gateway of the step's document."""

    async def ask(self, question: Question, *, claim: Claim) -> Answer:
        """The first usable answer. Raises NoAnswer."""
        ...


@dataclass
class Work:
    """A step in the hands of this process. ``model`` is the name of the model that answered last (R-32)."""

    claim: Claim
    ai: Asks
    model: str = ""

    async def ask(self, question: Question) -> Answer:
        """Asks the models. Raises NoAnswer when none of them has a usable answer."""
        answer = await self.ai.ask(question, claim=self.claim)
        self.model = answer.model
        return answer

    async def save(self, checkpoint: Mapping[str, Any], *, progress: int) -> None:
        """Keeps what there is so far, to go on from after a crash (R-34). Raises LostLease."""
        await in_database(_save, self.claim, checkpoint, progress)


@dataclass(frozen=True)
class Result:
    """What a step made. ``commit`` writes it to the document, in the transaction that ends the step (R-12)."""

    data: Mapping[str, Any] = field(default_factory=dict)
    commit: Callable[[], None] | None = None


def _save(claim: Claim, checkpoint: Mapping[str, Any], percent: int) -> None:
    queue.save(claim=claim, checkpoint=checkpoint, progress=percent)
    progress.record(document_id=claim.document_id)
