"""Questions asked before money is taken; the floor above answers them (R-42, R-21)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from documents.models import Document


@dataclass(frozen=True)
class Refusal:
    """Why no money may be taken now, in words for the student, and when to come back."""

    reason: str
    retry_after: timedelta | None = None


Gate = Callable[[Document], Refusal | None]

_gates: dict[str, Gate] = {}


def register(name: str, gate: Gate) -> None:
    """Adds a question. Registering a name again replaces its question."""
    _gates[name] = gate


def unregister(name: str) -> None:
    """Takes a question away again."""
    _gates.pop(name, None)


def ask(document: Document) -> Refusal | None:
    """The first refusal, or None when every gate is open."""
    for gate in _gates.values():
        if refusal := gate(document):
            return refusal
    return None


Cost = Callable[[int], Decimal]

_costs: list[Cost] = []


def tell_cost(cost: Cost) -> None:
    """Whoever writes says what so many pages cost the house, in euros: asked before a price is put in force."""
    _costs[:] = [cost]


def cost_of(pages: int) -> Decimal | None:
    """What writing so many pages costs, at today's models; None where nobody says."""
    return _costs[0](pages) if _costs else None
