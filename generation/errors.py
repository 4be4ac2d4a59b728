"""Errors of generation."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from generation.enums import Scope

if TYPE_CHECKING:
    from documents.models import UnsavedText


class GenerationError(Exception):
    """What a caller of generation may meet; each of its failures is one."""


class LostStep(GenerationError):
    """The step is no longer the caller's: its lease ran out and somebody else holds it. Nothing was written."""


class StepFailed(GenerationError):
    """The step cannot succeed, however often it is tried. The message is in plain words, for the student."""


class ModelNotOffered(GenerationError):
    """Staff do not offer the model for writing; the message names those that they do (R-24)."""


class TryLater(GenerationError):
    """The step cannot go on now. It goes back to the queue and is claimed again after ``wait``.

    ``counts`` says whether this was a try: what only waits for others may wait as long as it takes.
    """

    def __init__(self, why: str, *, wait: timedelta, counts: bool = False) -> None:
        super().__init__(why)
        self.wait = wait
        self.counts = counts


class OverBudget(GenerationError):
    """A call does not fit into a budget. ``resets_at`` is when there is a new one; never for a job's."""

    def __init__(self, scope: Scope, resets_at: datetime | None = None) -> None:
        super().__init__(f"over the budget for {scope.value}")
        self.scope = scope
        self.resets_at = resets_at


class WritingBegan(GenerationError):
    """The order can no longer be stopped: its writing has begun, it is over, or its payment is disputed."""


class JobOpen(GenerationError):
    """A job of the kind is open for the document already."""


class RewritingRefused(GenerationError):
    """Nothing can be written anew as asked, or taken; the message says why, in plain words, for its owner."""


class DocumentLocked(RewritingRefused):
    """The document's payment is disputed."""


class TextInvalid(GenerationError):
    """A text that somebody typed cannot be a section's; the message says why, in plain words, for its owner."""


class TextTooLong(TextInvalid):
    """More than can be kept of a section unsaved."""


class TextTaken(GenerationError):
    """Another window or device keeps unsaved text of the section; ``kept`` is that."""

    def __init__(self, kept: "UnsavedText") -> None:
        super().__init__(str(kept))
        self.kept = kept


class TooManyLeft(GenerationError):
    """So many notes of a document were put away that no more are."""


class AlreadyDisclosed(GenerationError):
    """Staff may look at what changed in this document already."""


class NotDisclosed(GenerationError):
    """There is no leave, or none any more, to look at what changed in a document."""


class ComparingTooLong(GenerationError):
    """Versions are too long, or too different, to be compared within what that may cost."""
