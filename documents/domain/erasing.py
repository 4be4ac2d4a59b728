"""What becomes of a person's documents when the person is erased (R-72)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.storage import default_storage
from django.db import transaction

from documents.domain import past_briefs
from documents.models import Document
from documents.uploads import storage
from privacy.domain import forgetting
from privacy.errors import NotReadable
from reading.failures import ExtractionFailed
from reading.protocol import Page
from reading.runner import records

_PDF: Final = b"%PDF-"


def erase(user: AbstractBaseUser, now: datetime) -> None:
    """Files, texts, versions, sources and what is found by; of an order the bare document stays, for the books."""
    forgetting.forget_app("documents", user=user)
    for pk in list(Document.objects.filter(owner=user.pk, ordered_at=None).values_list("pk", flat=True)):
        with transaction.atomic():
            # One that was ordered after all stays as empty as it is.
            drafts = Document.objects.select_for_update().filter(pk=pk, ordered_at=None)
            past_briefs.count_in(drafts)
            drafts.delete()


def text_of(stored_as: str) -> Iterator[str] | None:
    """The text of a stored PDF, page by page, read in a limited process; None for anything else.

    Raises NotReadable on the way, where the process gives up.
    """
    with default_storage.open(stored_as, "rb") as stored:
        if stored.read(len(_PDF)) != _PDF:
            return None
    return _pages(stored_as)


def _pages(stored_as: str) -> Iterator[str]:
    try:
        with storage.local_copy(stored_as) as path:
            for record in records(path, kind="pdf"):
                if isinstance(record, Page):
                    yield record.text
    except ExtractionFailed as failure:
        raise NotReadable(stored_as) from failure
