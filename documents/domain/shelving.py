"""Documents out of sight: put away, or thrown away and brought back within 30 days (R-89)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import QuotaReached
from documents import signals
from documents.domain import briefs, lifecycle
from documents.enums import DocumentState
from documents.errors import NotEditable
from documents.models import Document
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User
    from documents.domain.briefs import Expects


def throw_away(*, document_id: UUID, by: "User", expects: "Expects | None" = None) -> None:
    """Takes a draft out of its owner's sight. The rule for drafts deletes it 30 days later.

    What is being made for it ends: an outline on its way is not waited for any more.

    ``expects`` looks at the locked document first and raises where it is not as the caller knew it. Raises NotEditable
    for one that was ever ordered: books point at it.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if expects:
            expects(document)
        if not document.is_editable or document.ordered_at:
            raise NotEditable(document.state)
        now = timezone.now()
        if document.state == DocumentState.OUTLINING:
            lifecycle.move(document_id=document_id, to=DocumentState.DRAFT, cause="thrown away", by=by, now=now)
        # The rule counts from the last change. The same form sent again makes another document.
        Document.objects.filter(pk=document_id).update(thrown_away_at=now, updated_at=now, made_from=None)
        audit.record(action="document.thrown_away", subject=document, by=by)
        transaction.on_commit(lambda: signals.draft_thrown_away.send_robust(sender=Document, document_id=document_id))


def bring_back(*, document_id: UUID, by: "User") -> bool:
    """Puts a draft back into the library; false where it is not there to be brought back. Raises QuotaReached."""
    with transaction.atomic():
        document = _thrown_away(document_id, by)
        if document is None:
            return False
        if briefs.drafts_of(by).count() >= settings.DRAFTS_PER_PERSON:
            raise QuotaReached(briefs.too_many_drafts())
        back = {"thrown_away_at": None, "archived_at": None, "updated_at": timezone.now()}
        Document.objects.filter(pk=document_id).update(**back)
        audit.record(action="document.brought_back", subject=document, by=by)
    return True


def delete(*, document_id: UUID, by: "User") -> bool:
    """Deletes at once what was thrown away, with its files; false where there is no such thing."""
    with transaction.atomic():
        if _thrown_away(document_id, by) is None:
            return False
        briefs.delete(document_id=document_id, by=by)
    return True


def _thrown_away(document_id: UUID, by: "User") -> Document | None:
    return Document.objects.select_for_update().filter(pk=document_id, owner=by).exclude(thrown_away_at=None).first()


def archive(*, document_id: UUID, by: "User", is_archived: bool) -> None:
    """Puts a document away, or back among the others. What goes on with it goes on.

    The rule for drafts leaves it alone meanwhile, and counts anew from the day it is back.
    """
    with transaction.atomic():
        now = timezone.now()
        values = {"archived_at": now} if is_archived else {"archived_at": None, "updated_at": now}
        mine = Document.objects.owned_by(by).filter(pk=document_id, archived_at__isnull=is_archived)
        if mine.update(**values):
            action = "document.archived" if is_archived else "document.unarchived"
            audit.record(action=action, subject=Document.objects.get(pk=document_id), by=by)
