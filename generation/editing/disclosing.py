"""Leave to look at what changed in a document, for a complaint: given, taken back, and each look written down (R-118).

Nothing of a text is shown to staff without it. What they looked at is read from the audit trail, where it cannot be
changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Window
from django.db.models.functions import Cast, RowNumber

from accounts.domain import quotas
from accounts.models import User
from documents.enums import DocumentState
from documents.models import Document
from generation.errors import AlreadyDisclosed, NotDisclosed
from generation.models import Disclosure
from privacy.domain import audit
from privacy.models import AuditEvent

PAGE: Final = "page"
FILE: Final = "file"
LOOKED: Final = "disclosure.looked"
#: What is shown to a document's owner: the newest leaves, and the newest looks of each.
_SHOWN_LEAVES: Final = 20
_SHOWN_LOOKS: Final = 200


@dataclass(frozen=True)
class Look:
    """A member of staff looked: when, and whether at the page or the Word file."""

    at: datetime
    is_file: bool


@dataclass(frozen=True)
class Given:
    """A leave with the looks that it allowed, oldest first, and whether it is open."""

    row: Disclosure
    looks: Sequence[Look]
    is_open: bool


def give(*, document: Document, words: str, by: User, now: datetime) -> Disclosure:
    """Lets staff look for `DISCLOSURE_DAYS`. Raises AlreadyDisclosed, QuotaReached."""
    with transaction.atomic():
        quotas.spend(user=by, what="disclosure", limit=settings.DISCLOSURES_PER_DAY, now=now)
        # One after the other: two windows give one leave.
        Document.objects.select_for_update(no_key=True).only("pk").get(pk=document.pk)
        rows = Disclosure.objects.filter(document=document, is_current=True)
        rows.filter(ends_at__lte=now).update(is_current=False)
        if rows.exists():
            raise AlreadyDisclosed
        ends_at = now + timedelta(days=settings.DISCLOSURE_DAYS)
        row = Disclosure.objects.create(document=document, words=words, given_at=now, ends_at=ends_at)
        details = _about(row) | {"days": settings.DISCLOSURE_DAYS}
        audit.record(action="disclosure.given", subject=row, by=by, details=details)
    return row


def take_back(*, document: Document, disclosure_id: UUID, by: User, now: datetime) -> None:
    """Ends a leave at once; nothing happens if it has ended. Raises Disclosure.DoesNotExist."""
    with transaction.atomic():
        row = Disclosure.objects.get(pk=disclosure_id, document=document)
        still = Disclosure.objects.filter(pk=row.pk, is_current=True, ends_at__gt=now)
        if still.update(withdrawn_at=now, is_current=False):
            audit.record(action="disclosure.withdrawn", subject=row, by=by, details=_about(row))


def of_document(document: Document, *, now: datetime) -> list[Given]:
    """The leaves that its owner gave, newest first, each with what staff looked at."""
    rows = list(Disclosure.objects.filter(document=document)[:_SHOWN_LEAVES])
    looks: dict[str, list[Look]] = {str(row.pk): [] for row in rows}
    place = Window(RowNumber(), partition_by="object_id", order_by="-pk")
    newest = (
        AuditEvent.objects.filter(action=LOOKED, object_type=Disclosure._meta.label_lower, object_id__in=list(looks))
        .annotate(place=place)
        .filter(place__lte=_SHOWN_LOOKS)
    )
    for event in newest.order_by("pk"):
        looks[event.object_id].append(Look(event.at, event.details.get("as") == FILE))
    return [Given(row, looks[str(row.pk)], row.is_current and row.ends_at > now) for row in rows]


def open_now(now: datetime) -> QuerySet[Disclosure]:
    """The leaves by which staff may look, newest first."""
    return Disclosure.objects.filter(
        is_current=True,
        ends_at__gt=now,
        document__thrown_away_at=None,
        document__state=DocumentState.READY,
        document__owner__is_active=True,
    )


def marked(rows: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """The same rows, each with ``is_seen``: whether somebody has looked by it."""
    return rows.annotate(is_seen=_has_looks())


def counts(now: datetime) -> tuple[int, int]:
    """How many leaves are open, and by how many of them nobody has looked."""
    found = open_now(now).aggregate(open=Count("pk"), new=Count("pk", filter=~_has_looks()))
    return found["open"], found["new"]


def look(*, disclosure_id: UUID, what: str, by: User, now: datetime) -> Disclosure:
    """The leave with its document, for a member of staff; each look is a row in the trail. Raises NotDisclosed.

    Who looks has to ask `still_open` once more before anything is sent: it may be taken back meanwhile.
    """
    with transaction.atomic():
        row = open_now(now).select_related("document").select_for_update(of=("self",)).filter(pk=disclosure_id).first()
        if row is None:
            raise NotDisclosed
        audit.record(action=LOOKED, subject=row, by=by, details=_about(row) | {"as": what})
    return row


def still_open(row: Disclosure, *, now: datetime) -> bool:
    """Whether what was read under a leave may still be sent."""
    return open_now(now).filter(pk=row.pk).exists()


def _has_looks() -> Exists:
    looks = AuditEvent.objects.filter(
        action=LOOKED, object_type=Disclosure._meta.label_lower, object_id=Cast(OuterRef("pk"), CharField())
    )
    return Exists(looks)


def _about(row: Disclosure) -> dict[str, str]:
    return {"document": str(row.document_id)}
