"""Checks before work that costs money is started. Apps above register them (R-21, R-42).

The registry is also used by ``billing.gates``, for checks before money is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from documents.models import Document

#: For a refusal that does not say when to come back.
TRY_AGAIN_AFTER: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class NotNow:
    """Why not now, in words for the student, and when to come back.

    ``is_personal`` where it is the person's own allowance that is used up (HTTP 429), not the house's means (503).
    ``waits_in_vain`` where it is more than a whole day has room for: coming back does not help, asking for less does.
    """

    reason: str
    retry_after: timedelta | None = None
    is_personal: bool = False
    waits_in_vain: bool = False

    @property
    def status(self) -> int:
        """Of the response over HTTP."""
        return 429 if self.is_personal else 503

    @property
    def wait(self) -> timedelta:
        """When to come back; in a minute, where nobody knows."""
        return self.retry_after or TRY_AGAIN_AFTER


#: Returns a refusal, or None and may then hold a place for the document.
Ask = Callable[[Document], NotNow | None]
#: Gives up the place that was held.
Release = Callable[[UUID], None]


class Gates:
    """Checks by name."""

    def __init__(self) -> None:
        self._gates: dict[str, tuple[Ask, Release | None, Ask | None]] = {}

    def register(self, name: str, ask: Ask, *, release: Release | None = None, look: Ask | None = None) -> None:
        """Adds a check; ``look`` does the same and holds no place. Registering a name again replaces its check."""
        self._gates[name] = (ask, release, look)

    def unregister(self, name: str) -> None:
        """Removes a check."""
        self._gates.pop(name, None)

    def ask(self, document: Document) -> NotNow | None:
        """The first refusal, or None when every gate is open.

        Inside the transaction that does what was asked for: rolled back after a refusal, no place is held.
        """
        for ask, _release, _look in self._gates.values():
            if refusal := ask(document):
                return refusal
        return None

    def look(self, document: Document) -> NotNow | None:
        """What ``ask`` would refuse just now, for pages that come before it. Nothing is held."""
        for _ask, _release, look in self._gates.values():
            if look is not None and (refusal := look(document)):
                return refusal
        return None

    def release(self, document_id: UUID) -> None:
        """What was asked for will not happen: every place held for it is given up."""
        for _ask, release, _look in self._gates.values():
            if release is not None:
                release(document_id)


#: Asked before an outline is made.
outlines: Final = Gates()
