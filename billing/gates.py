"""Questions asked before money is taken, and places held while it is paid; the floor above answers (R-42, R-21)."""

from typing import Final

from documents.gates import Gates, Refusal

__all__ = ["Refusal", "ask", "register", "release", "unregister"]

_orders: Final = Gates()

register = _orders.register
unregister = _orders.unregister
ask = _orders.ask
release = _orders.release
