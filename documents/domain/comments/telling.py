"""The mail that says that a text was commented on: one for all comments of some hours (R-94)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.domain.mail import send_mail
from documents.models import Comment, Document

#: Between two mails about one document.
_QUIET: Final = timedelta(hours=6)
#: Documents whose mail is made in one run; the others have theirs in the next.
_MOST_DOCUMENTS: Final = 500


def tell(*, document_id: UUID, now: datetime) -> bool:
    """Writes to the owner of comments that no mail has counted yet, unless one was written a short while ago.

    Returns whether it did. What waits is told by `tell_all`.
    """
    with transaction.atomic():
        document = (
            Document.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=document_id)
        )
        rows = Comment.objects.filter(document=document)
        last = rows.aggregate(last=Max("told_at"))["last"]
        if last is not None and last > now - _QUIET:
            return False
        new = rows.filter(told_at=None).update(told_at=now)
        if new:
            context = {"document_id": str(document.pk), "title": str(document), "count": new}
            send_mail(user=document.owner, template="commented", context=context)
    return bool(new)


def tell_all(*, now: datetime) -> int:
    """The same for every document with such comments; how many mails were written."""
    ids = Comment.objects.filter(told_at=None).order_by().values_list("document", flat=True).distinct()
    return sum(tell(document_id=document_id, now=now) for document_id in ids[:_MOST_DOCUMENTS])
