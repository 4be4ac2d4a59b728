"""Checks before money is taken, and places held while it is paid. Apps above register them (R-42, R-21)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from documents.gates import TRY_AGAIN_AFTER, Gates, NotNow

__all__ = [
    "TRY_AGAIN_AFTER", "NotNow", "ask", "cost_of", "look", "more_pages", "register", "release", "tell_cost",
    "unregister",
]  # fmt: skip

_orders: Final = Gates()

register = _orders.register
unregister = _orders.unregister
ask = _orders.ask
look = _orders.look
release = _orders.release

#: Asked before more pages of rewriting are sold: whether a rewriting could be had at all. They hold no place (R-93).
more_pages: Final = Gates()

#: Takes a number of pages; returns euros that they cost the house.
Cost = Callable[[int], Decimal]

_costs: list[Cost] = []


def tell_cost(cost: Cost) -> None:
    """Whoever writes says what pages cost: asked before a price is put in force (R-60)."""
    _costs[:] = [cost]


def cost_of(pages: int) -> Decimal | None:
    """What writing ``pages`` costs, by today's models; None where nobody says."""
    return _costs[0](pages) if _costs else None
