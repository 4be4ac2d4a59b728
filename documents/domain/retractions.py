"""Which sources of a document were taken back, by any register's word: marked once, never cited again (R-98).

Asked when a file with a DOI was read, before a document is written, and again before each file of it is made.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.domain import search_services
from documents.models import Source, Upload
from documents.sources.asking import Line, line
from documents.sources.found import FoundWork
from documents.sources.searching import configured, look_up
from privacy.domain import audit

logger = logging.getLogger(__name__)
#: What a register said is believed so long.
BELIEVED_FOR: Final = timedelta(hours=24)
#: Sources looked up at one time, and the seconds for all of them: a file waits no longer.
_MOST: Final = 60
LONGEST_SECONDS: Final = 30.0


async def check(*, document_id: UUID, seconds: float = LONGEST_SECONDS) -> None:
    """Looks up the sources with a DOI that were not looked up lately. A register that is silent does no harm."""
    services = configured(settings.SOURCE_SERVICES)
    if not any(service.connector.look_up for service in services):
        return
    wanted = await sync_to_async(_wanted)(document_id, timezone.now())
    if not wanted:
        return
    async with line(services) as asked:
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(_look_up(asked, pk, doi) for pk, doi in wanted))
        except TimeoutError:
            logger.warning("not every source could be looked up in time")
    silent = {name: why for name, why in asked.failed.items() if name not in asked.answered}
    await sync_to_async(search_services.record)(answered=asked.answered, failed=silent, now=timezone.now())


def _wanted(document_id: UUID, now: datetime) -> list[tuple[int, str]]:
    stale = Q(looked_up_at=None) | Q(looked_up_at__lt=now - BELIEVED_FOR)
    rows = Source.objects.filter(stale, document_id=document_id, retracted_at=None).exclude(doi="").order_by("pk")
    return list(rows.values_list("pk", "doi")[:_MOST])


async def _look_up(asked: Line, pk: int, doi: str) -> None:
    works, silent = await look_up(asked, doi)
    registers = sum(service.connector.look_up is not None for service in asked.services)
    if len(silent) < registers:
        await sync_to_async(note)(source_id=pk, works=works, now=timezone.now())


def note(*, source_id: int, works: Iterable[FoundWork], now: datetime) -> None:
    """Keeps what registers say of a source: taken back by one is enough; corrections and concerns are gathered."""
    found = list(works)
    against = [name for work in found if work.is_retracted or work.is_notice for name in work.services]
    notices = sorted({one for work in found for one in work.notices})
    with transaction.atomic():
        source = Source.objects.select_for_update().filter(pk=source_id).first()
        if source is None:
            return
        values: dict[str, object] = {"looked_up_at": now}
        if notices:
            values["notices"] = [list(one) for one in sorted({tuple(one) for one in source.notices} | set(notices))]
        Source.objects.filter(pk=source_id).update(**values)
        if against:
            mark(source=source, by=against, now=now)


def mark(*, source: Source, by: Iterable[str], now: datetime) -> None:
    """From now on the source is not cited. Its owner is told at its file. A second mark changes nothing."""
    words = ", ".join(dict.fromkeys(by))[:200]
    if not Source.objects.filter(pk=source.pk, retracted_at=None).update(retracted_at=now, retracted_by=words):
        return
    audit.record(action="source.retracted", subject=source, by=None, details={"by": words})
    if source.upload_id:
        upload = Upload.objects.select_for_update().get(pk=source.upload_id)
        told = _("“%(title)s” was retracted: it will not be cited.") % {"title": source.title[:200]}
        Upload.objects.filter(pk=upload.pk).update(verdict=f"{upload.verdict} {told}".strip()[:500])
