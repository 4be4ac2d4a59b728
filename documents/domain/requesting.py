"""Asking for files of a finished document, one or all, and telling that one was taken away or lost."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.domain import quotas
from documents.domain import exporting, retractions
from documents.enums import ExportFormat, ExportState
from documents.models import Export
from privacy.domain import audit
from tesigo.platform import duty
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)


def request_export(
    *,
    document_id: UUID,
    format: ExportFormat,
    with_ai_statement: bool,
    with_comments: bool = False,
    by: "User | None" = None,
) -> Export:
    """An export a person asked for; it is made in the background unless the same file is there already.

    Asking again while it is on its way changes nothing. Each one asked for ``by`` somebody counts: raises QuotaReached.
    Of what they ask for it is looked whether the storage still has it; not within a transaction, for that takes time.
    Registers that were asked long ago are asked again, and the file is made anew if a work was taken back (R-98).
    """
    if by is not None:
        quotas.spend(user=by, what="export", limit=settings.EXPORTS_PER_DAY)
    row, _ = exporting.prepare(
        document_id=document_id, format=format, with_ai_statement=with_ai_statement, with_comments=with_comments
    )
    now = timezone.now()
    with transaction.atomic():
        is_begun = exporting.begin(row, now=now)
        if is_begun and by is not None:
            _note_asked(row, by)
    if not is_begun and by is not None and row.state == ExportState.READY:
        _see_to([row], now)
    return row


def request_all(*, document_id: UUID, with_ai_statement: bool, by: "User") -> None:
    """Every file of the document that is not there yet, those of one text by one task: citations are set once.

    Each file that is to be made counts, and one at least: raises QuotaReached, and asks for none. What is there is
    looked at as by ``request_export``.
    """
    rows = exporting.prepare_all(document_id=document_id, with_ai_statement=with_ai_statement)
    now = timezone.now()
    missing = [row for row in rows if row.state != ExportState.READY and row.due_at is None]
    with transaction.atomic():
        quotas.spend(user=by, what="export", limit=settings.EXPORTS_PER_DAY, count=max(1, len(missing)))
        Export.objects.bulk_create([row for row in missing if row._state.adding], ignore_conflicts=True)
        _begin_together(missing, now=now, by=by)
    _see_to([row for row in rows if row.state == ExportState.READY], now)


def _begin_together(rows: list[Export], *, now: datetime, by: "User") -> None:
    idle = Export.objects.filter(pk__in=[row.pk for row in rows], due_at=None).exclude(state=ExportState.READY)
    waiting = set(idle.select_for_update().values_list("pk", flat=True))
    idle.update(state=ExportState.PENDING, **duty.afresh(now))
    told = set()
    for row in (one for one in rows if one.pk in waiting):
        _note_asked(row, by)
        if row.fingerprint not in told:  # the task of the first makes all of one text
            enqueue_on_commit(exporting.EXPORTS.task, str(row.pk))
            told.add(row.fingerprint)


def _note_asked(row: Export, by: "User") -> None:
    about = {"document": str(row.document_id), "format": row.format}
    audit.record(action="export.requested", subject=row, by=by, details=about)


def note_taken(*, export: Export, by: "User", is_part: bool) -> None:
    """Its owner takes the file away: a row in the trail (R-76). Parts of one download are one."""
    audit.record_taken(
        action="export.downloaded",
        subject=export,
        by=by,
        details={"document": str(export.document_id), "format": export.format},
        is_part=is_part,
    )


def _see_to(rows: list[Export], now: datetime) -> None:
    """Files that were made before and are asked for again: are they there, and does all that they cite still stand?"""
    stored = [row for row in rows if _is_stored(row)]
    for row in rows:
        if row not in stored:
            note_lost(export=row)  # the registers are asked when it is made
    if stored and retractions.is_due(document_id=stored[0].document_id, now=now):
        enqueue_on_commit(retractions.CHECK_TASK, str(stored[0].document_id))


def _is_stored(row: Export) -> bool:
    try:
        return default_storage.exists(row.stored_as)
    except ServiceAway:
        return True  # as far as anybody knows


def note_lost(*, export: Export) -> None:
    """The storage has lost the file, or a part of it: it is made again."""
    now = timezone.now()
    rows = Export.objects.filter(pk=export.pk, state=ExportState.READY, stored_as=export.stored_as)
    if rows.update(state=ExportState.PENDING, stored_as="", size=0, finished_at=None, **duty.afresh(now)):
        logger.error("an export's file was lost", extra={"export": str(export.pk)})
        enqueue_on_commit(exporting.EXPORTS.task, str(export.pk))
