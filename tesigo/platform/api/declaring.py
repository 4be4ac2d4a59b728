"""How views say things by method: in tables that what guards them reads. Imports nothing, as settings name who does."""

from collections.abc import Mapping, Sequence
from typing import Any


def declared(view: Any, table: Mapping[str, Sequence[Any]], method: str) -> Sequence[Any] | None:
    """What a view declares for this method, or for the action that it leads to; None where it says nothing."""
    action = getattr(view, "action", None)
    if action and action in table:
        return table[action]
    return table.get("GET" if method == "HEAD" else method)
