"""What an outline on its way waits for, and whether sources are looked for: the floor above that does it tells."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

#: Returns what the outline of a document waits for, with ``html`` in plain words; None while it goes on.
Tell = Callable[[UUID], Mapping[str, Any] | None]

_tellers: list[Tell] = []
_searches: list[Callable[[UUID], bool]] = []


def told_by(tell: Tell) -> None:
    """Registers who tells, in place of an earlier one."""
    _tellers[:] = [tell]


def told(document_id: UUID) -> Mapping[str, Any] | None:
    """What the outline of the document waits for; None while it goes on, or nobody knows."""
    return next((tell(document_id) for tell in _tellers), None)


def searches_told_by(tell: Callable[[UUID], bool]) -> None:
    """Registers who knows of searches under way, in place of an earlier one."""
    _searches[:] = [tell]


def is_searching(document_id: UUID) -> bool:
    """Whether sources of the document are being looked for just now."""
    return any(tell(document_id) for tell in _searches)
