"""Documents that stopped half-way, each with what to do next (R-92)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from documents.enums import DocumentState as S
from documents.models import Document, DocumentEvent

if TYPE_CHECKING:
    from accounts.models import User

#: Time without a move after which what goes on by itself counts as stopped.
LATE: Final = timedelta(minutes=15)
_WAITS_FOR_OWNER: Final = (S.DRAFT, S.OUTLINED, S.FAILED)
_GOES_ON_BY_ITSELF: Final = (S.OUTLINING, S.QUEUED)
#: From where an order leads back to its outline: its money went back.
_ORDERED: Final = (S.QUEUED, S.WRITING, S.FAILED)


@dataclass(frozen=True)
class Stopped:
    """A document, what happened to it in words for its owner, and the name of the page on which it goes on."""

    document: Document
    words: str
    page: str


def stopped(*, user: "User", now: datetime, most: int) -> list[Stopped]:
    """The user's documents that wait for somebody, newest change first, no more than ``most``; none put away."""
    is_late = Q(state__in=_GOES_ON_BY_ITSELF, updated_at__lt=now - LATE)
    documents = Document.objects.owned_by(user).filter(archived_at=None).filter(Q(state__in=_WAITS_FOR_OWNER) | is_late)
    # Its payment came and went back: it is to be ordered anew.
    ended = DocumentEvent.objects.filter(document=OuterRef("pk"), to_state=S.OUTLINED, from_state__in=_ORDERED)
    documents = documents.annotate(is_ended=Exists(ended))
    newest = documents.without_long_texts().order_by("-updated_at")[:most]
    return [_stopped(document) for document in newest]


def _stopped(document: Any) -> Stopped:
    match document.state:
        case S.FAILED:
            words = _("Writing failed: %(reason)s Your money goes back; what was finished is kept.")
            return Stopped(document, words % {"reason": document.failure}, "generation:progress")
        case S.QUEUED:
            return Stopped(document, _("Paid; it waits for its turn longer than usual."), "generation:progress")
        case S.OUTLINING:
            return Stopped(document, _("Its outline takes longer than usual."), "documents:outline")
    page = "documents:brief" if document.state == S.DRAFT else "documents:outline"
    if document.outline_error:
        words = _("The outline could not be made: %(reason)s")
        return Stopped(document, words % {"reason": document.outline_error}, page)
    if document.state == S.DRAFT:
        return Stopped(document, _("Described; its outline comes next."), page)
    if document.ordered_at is not None and not document.is_ended:
        return Stopped(document, _("Ordered; no payment for it has arrived yet."), "billing:price")
    return Stopped(document, _("The outline is ready and not ordered yet."), page)
