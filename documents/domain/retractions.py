"""Which sources of a document were taken back, by any register's word: marked once, never cited again (R-98).

Asked when a file with a DOI was read, before a document is written, and again before each file of it is made.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.mail import send_mail
from documents.domain import search_services
from documents.domain.comparing import as_work
from documents.domain.owners_language import owners_language
from documents.enums import DOI_OF_ANOTHER
from documents.models import Citation, Document, Source, Upload
from documents.sources.asking import Line, NoAnswer, Service, line
from documents.sources.found import FoundWork
from documents.sources.found import doi as bare_doi
from documents.sources.merging import takes_back
from documents.sources.same_titles import same_title
from documents.sources.searching import configured, look_up, registers
from privacy.domain import audit
from tesigo.platform.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)
CHECK_TASK: Final = "documents.tasks.check_sources"
RENEW_TASK: Final = "documents.tasks.renew"
#: How long what a register said is believed.
BELIEVED_FOR: Final = timedelta(hours=24)
#: Sources looked up at one time, and the seconds for all of them: a file waits no longer.
MOST_SOURCES: Final = 60
LONGEST_SECONDS: Final = 30.0


@dataclass(slots=True)
class _Heard:
    """A source, and what registers have said of it so far."""

    source_id: int
    doi: str
    works: list[FoundWork] = field(default_factory=list)
    answers: int = 0


async def check(*, document_id: UUID, seconds: float = LONGEST_SECONDS) -> dict[int, list[FoundWork]]:
    """Looks up the sources with a DOI that were not looked up lately, for ``seconds`` at most.

    Returns what registers said of each, by the source's key in the database.
    A register that is silent does no harm: what others say is kept, and the source is looked up again next time.
    """
    services = configured(settings.SOURCE_SERVICES)
    asking = registers(services)
    if not asking:
        return {}
    wanted = await sync_to_async(_wanted)(document_id, timezone.now())
    if not wanted:
        return {}
    async with line(services) as asked:
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(_ask(asked, one, register, seconds) for one in wanted for register in asking))
        except TimeoutError:
            logger.warning("not every source could be looked up in time")
    silent = {name: why for name, why in asked.failed.items() if name not in asked.answered}
    await sync_to_async(_keep)(wanted, len(asking))
    await sync_to_async(search_services.record)(answered=asked.answered, failed=silent, now=timezone.now())
    return {heard.source_id: heard.works for heard in wanted if heard.works}


def _wanted(document_id: UUID, now: datetime) -> list[_Heard]:
    """What is cited comes first, then what was never looked up, or longest ago; of equals, each time others."""
    rows = (
        Source.objects.filter(_stale(now), document_id=document_id, retracted_at=None)
        .exclude(doi="")
        .annotate(is_cited=Exists(Citation.objects.filter(source=OuterRef("pk"))))
        .order_by("-is_cited", F("looked_up_at").asc(nulls_first=True), "?")
    )
    return [_Heard(pk, bare_doi(said) or said) for pk, said in rows.values_list("pk", "doi")[:MOST_SOURCES]]


def is_due(*, document_id: UUID, now: datetime) -> bool:
    """Whether registers are to be asked for something that the document cites."""
    cited = Source.objects.filter(_stale(now), document_id=document_id, retracted_at=None, citations__isnull=False)
    return bool(registers(configured(settings.SOURCE_SERVICES))) and cited.exclude(doi="").exists()


def _stale(now: datetime) -> Q:
    return Q(looked_up_at=None) | Q(looked_up_at__lt=now - BELIEVED_FOR)


async def _ask(asked: Line, heard: _Heard, register: Service, seconds: float) -> None:
    try:
        work = await look_up(asked, register, heard.doi, patience=seconds)
    except NoAnswer:
        return
    heard.answers += 1
    if work is not None:
        heard.works.append(work)


def _keep(wanted: list[_Heard], asked: int) -> None:
    now = timezone.now()
    for heard in wanted:
        if heard.answers:
            note(source_id=heard.source_id, works=heard.works, now=now, is_complete=heard.answers == asked)


def note(*, source_id: int, works: Iterable[FoundWork], now: datetime, is_complete: bool = True) -> None:
    """Keeps what registers say of a source: taken back by one is enough; corrections and concerns are gathered.

    That its DOI is another work's is noted where no register has a title under it that fits (R-97).
    That it stands is believed for a day only where every register answered (``is_complete``).
    """
    found = list(works)
    against = [name for work in found if work.is_retracted or work.takes_back for name in work.services]
    with transaction.atomic():
        held = _held(source_id)
        if not held:
            return
        source = held[0]
        values: dict[str, object] = {"looked_up_at": now} if is_complete else {}
        notices = {tuple(one) for one in source.notices} | {one for work in found for one in work.notices}
        if has_doi := [work for work in found if work.doi and work.doi == bare_doi(source.doi)]:
            in_doubt = (DOI_OF_ANOTHER, source.doi)
            fits = any(same_title(work.title, source.title) for work in has_doi)
            notices = notices - {in_doubt} if fits else notices | {in_doubt}
        if notices != {tuple(one) for one in source.notices}:
            values["notices"] = [list(one) for one in sorted(notices)]
        if values:
            Source.objects.filter(pk=source_id).update(**values)
        if against:
            _mark(held, by=against, now=now)


def mark_found(*, document_id: UUID, works: Iterable[FoundWork], now: datetime) -> None:
    """Marks what a search knows to be taken back among the document's sources: by DOI, or by title and what fits."""
    against = [work for work in works if work.is_retracted or work.takes_back]
    if not against:
        return
    for source in Source.objects.filter(document_id=document_id, retracted_at=None):
        mine = as_work(source)
        if by := [name for work in against if takes_back(work, mine) for name in work.services]:
            mark(source_id=source.pk, by=by, now=now)


def mark(*, source_id: int, by: Iterable[str], now: datetime) -> None:
    """From now on the source is not cited, nor the one that it is joined to. A second mark changes nothing.

    Its owner is told at its file. Where a text cites it, they get a mail, and the document's files are made anew.
    """
    with transaction.atomic():
        _mark(_held(source_id), by=by, now=now)


def _held(source_id: int) -> list[Source]:
    """The source, then those that stand for it, each joined to the next; nothing where it is gone.

    They are held in the order that all keep who join, read and delete them: the document, the files, then the sources.
    """
    of_source = Document.objects.filter(sources=source_id)
    document = of_source.select_for_update(of=("self",), no_key=True).only("pk").first()
    if document is None:
        return []
    chain = [source_id]
    joined_to = dict(document.sources.exclude(joined_to=None).values_list("pk", "joined_to_id"))
    while chain[-1] in joined_to:
        chain.append(joined_to[chain[-1]])
    list(Upload.objects.select_for_update().filter(sources__in=chain).order_by("pk"))
    there = {
        one.pk: one for one in document.sources.select_for_update(of=("self",)).filter(pk__in=chain).order_by("pk")
    }
    return [there[pk] for pk in chain if pk in there]


def _mark(held: Iterable[Source], *, by: Iterable[str], now: datetime) -> None:
    words = ", ".join(dict.fromkeys(by))[:200]
    for source in held:
        if source.retracted_at is not None:
            return
        Source.objects.filter(pk=source.pk).update(retracted_at=now, retracted_by=words)
        audit.record(action="source.retracted", subject=source, by=None, details={"by": words})
        if Citation.objects.filter(source=source).exists():
            _tell_owner(source)
            enqueue_on_commit(RENEW_TASK, str(source.document_id))
        if source.upload_id:
            upload = Upload.objects.get(pk=source.upload_id)
            with owners_language(source.document_id):
                told = _("“%(title)s” was retracted: it will not be cited.") % {"title": source.title[:200]}
            Upload.objects.filter(pk=upload.pk).update(verdict=f"{upload.verdict} {told}".strip()[:500])


def _tell_owner(source: Source) -> None:
    document = source.document
    words = {"document_id": str(document.pk), "title": str(document), "work": source.title[:200]}
    send_mail(user=document.owner, template="retracted", context=words, once_key=f"retracted:{source.pk}")
