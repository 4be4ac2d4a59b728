"""From text to files: measuring, rendering for the screen, and the files people take away.

Layout runs in child processes (``typesetting``); nothing here holds a transaction open while it does.
"""

import hashlib
import json
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from documents.domain import briefs, formats, manuscripts, page_count, proofs, report_files, retractions
from documents.domain.making import Rendered, Report, make, make_several
from documents.domain.reading import link_citations
from documents.enums import DELIVERED, ExportFormat, ExportState
from documents.models import Document, Export, Section
from privacy.domain import erasure
from tesigo.platform import duty, removals
from tesigo.platform.enqueue import enqueue_on_commit
from typesetting import (
    ExportError,
    Keep,
    Manuscript,
    Measurement,
    ReaderHtml,
    Wanted,
    measure_async,
    render_reader_async,
)
from typesetting.page_format import STANDARD
from typesetting.sheet import render_sheet

if TYPE_CHECKING:
    pass

__all__ = [
    "EXPORTS",
    "ExportError",
    "Manuscript",
    "Measurement",
    "ReaderHtml",
    "Rendered",
    "Wanted",
    "export",
    "finish",
    "keep",
    "make_export",
    "measure",
    "prepare",
    "render",
    "render_reader",
    "render_sheet",
    "store_reader",
]

render_reader = render_reader_async
#: Seconds that a file waits for registers that are asked whether its sources still stand.
_CHECK_SECONDS = 10.0

EXPORTS: Final = duty.Kind(
    name="export",
    about="format",
    label=gettext_lazy("Files to take away"),
    model=Export,
    task="documents.tasks.make_export",
    is_open=Q(state=ExportState.PENDING),
    lease=timedelta(seconds=60),
    is_renewed=True,
    longest_wait=timedelta(minutes=10),
    most_tries=3,
    given_up={"state": ExportState.FAILED},
    reopened={"state": ExportState.PENDING},
)


def begin(row: Export, *, now: datetime) -> bool:
    """Has a file made that nobody has in hand yet, in the background; false where it is there or on its way."""
    idle = Export.objects.filter(pk=row.pk, due_at=None).exclude(state=ExportState.READY)
    with transaction.atomic():
        is_begun = bool(idle.update(state=ExportState.PENDING, **duty.afresh(now)))
        if is_begun:
            enqueue_on_commit(EXPORTS.task, str(row.pk))
    return is_begun


def prepare(
    *, document_id: UUID, format: ExportFormat, with_ai_statement: bool, with_comments: bool = False
) -> tuple[Export, Manuscript | Report]:
    """The export row for the document as it stands (the existing one where nothing changed) and what is in the file.

    A new row is nobody's duty yet: who made it makes the file, or says that it is due. Only a text has a statement,
    and only a DOCX comments.
    """
    manuscript, report = _present(document_id, format, with_ai_statement=with_ai_statement, with_comments=with_comments)
    return _row(document_id, format, manuscript, report), report or manuscript


def prepare_all(*, document_id: UUID, with_ai_statement: bool) -> list[Export]:
    """The same for every format: rows that are there, and new ones, not saved. The text is read twice at most."""
    texts: dict[bool, tuple[Manuscript, str]] = {}
    rows = []
    for format, kind in formats.KINDS.items():
        with_it = with_ai_statement and kind.is_text
        if with_it not in texts:
            manuscript = manuscripts.load(document_id, with_ai_statement=with_it)
            texts[with_it] = manuscript, _fingerprint(manuscript)
        manuscript, of_text = texts[with_it]
        is_report = format in formats.REPORTS
        print_ = _fingerprint(manuscript, report_files.load(document_id, format)) if is_report else of_text
        rows.append(_new_row(document_id, format, manuscript, print_))
    there = {
        (row.format, row.fingerprint): row
        for row in Export.objects.filter(document=document_id, fingerprint__in={row.fingerprint for row in rows})
    }
    return [there.get((row.format, row.fingerprint), row) for row in rows]


def _present(
    document_id: UUID, format: ExportFormat, *, with_ai_statement: bool, with_comments: bool
) -> tuple[Manuscript, Report | None]:
    with_ai_statement = with_ai_statement and formats.KINDS[format].is_text
    with_comments = with_comments and format == ExportFormat.DOCX
    manuscript = manuscripts.load(document_id, with_ai_statement=with_ai_statement, with_comments=with_comments)
    return manuscript, report_files.load(document_id, format) if format in formats.REPORTS else None


def _fingerprint(manuscript: Manuscript, report: Report | None = None) -> str:
    if report:
        shape = report.content
    else:
        day = manuscript.date if manuscript.front.is_dated else None
        values = {**asdict(manuscript), "date": day}
        if not manuscript.comments:
            del values["comments"]  # so that files of before there were any are those of now
        shape = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(shape.encode()).hexdigest()


def _is_as_made(row: Export) -> bool:
    """Whether the document still says what the file does: its owner may have changed it while the file was made.

    A manifest is made of what the document says at the end, and has to fit the file (R-18).
    """
    try:
        present = _present(
            row.document_id,
            ExportFormat(row.format),
            with_ai_statement=row.with_ai_statement,
            with_comments=row.with_comments,
        )
    except Document.DoesNotExist:
        return False
    return _fingerprint(*present) == row.fingerprint


def _row(document_id: UUID, format: ExportFormat, manuscript: Manuscript, report: Report | None = None) -> Export:
    new = _new_row(document_id, format, manuscript, _fingerprint(manuscript, report))
    row, _ = Export.objects.get_or_create(
        document_id=document_id,
        format=format,
        fingerprint=new.fingerprint,
        defaults={
            "with_ai_statement": new.with_ai_statement,
            "with_comments": new.with_comments,
            "citation_style": new.citation_style,
            "due_at": None,
        },
    )
    return row


def _new_row(document_id: UUID, format: ExportFormat, manuscript: Manuscript, fingerprint: str) -> Export:
    return Export(
        document_id=document_id,
        format=format,
        fingerprint=fingerprint,
        with_ai_statement=manuscript.ai_statement is not None,
        with_comments=bool(manuscript.comments),
        citation_style=manuscript.csl_style,
        due_at=None,
    )


@asynccontextmanager
async def measure(
    manuscript: Manuscript, *, wanted: Wanted
) -> AsyncIterator[tuple[Measurement, dict[ExportFormat, Rendered]]]:
    """Lays the manuscript out on standard pages and counts them (R-11). If they are as ``wanted``, files come along.

    None do where they are to be laid out otherwise. ``keep`` makes them the document's, so that nobody lays the same
    text out once more. Raises ExportError.
    """
    with tempfile.TemporaryDirectory(prefix="tesigo-export-") as folder:
        paths = {format: Path(folder) / f"document.{format}" for format in DELIVERED}
        keep = Keep(paths[ExportFormat.PDF], paths[ExportFormat.DOCX], wanted)
        is_standard = manuscript.page_format == STANDARD
        measured = await measure_async(replace(manuscript, page_format=STANDARD), keep=keep if is_standard else None)
        yield (
            measured,
            {
                format: Rendered(
                    path,
                    path.stat().st_size,
                    measured.fallbacks,
                    measured.first_pages,
                    # In a template of the student's, Word lays the text out on other sheets.
                    None if manuscript.own_template and format == ExportFormat.DOCX else measured.body_pages,
                    measured.page_texts,
                )
                for format, path in paths.items()
                if path.exists()
            },
        )


def keep(*, document_id: UUID, manuscript: Manuscript, rendered: Mapping[ExportFormat, Rendered]) -> None:
    """Makes rendered files the document's, for as long as its text is the manuscript's; none of an erased person."""
    for format, file in rendered.items():
        with transaction.atomic():
            if _is_of_an_erased_person(document_id):
                return
            row = _row(document_id, format, manuscript)
        finish(export_id=row.pk, rendered=file)


def _is_of_an_erased_person(document_id: UUID) -> bool:
    """Whether what was made of the document before must not be written down any more. Locks it."""
    owners = Document.objects.select_for_update().filter(pk=document_id).values_list("owner_id", flat=True)
    owner = owners.first()
    return owner is None or erasure.is_erased(user_id=owner)


@asynccontextmanager
async def render(
    export: Export, work: Manuscript | Report, *, first_pages: Mapping[str, int] | None = None
) -> AsyncIterator[Rendered]:
    """Makes the file in a temporary folder. Raises ExportError with a plain reason.

    ``first_pages`` as somebody measured them who laid this very text out on standard pages, to save another layout.
    """
    format = ExportFormat(export.format)
    if isinstance(work, Manuscript) and work.page_format != STANDARD:
        first_pages = None
    if first_pages is None and formats.KINDS[format].has_pages:
        first_pages = await sync_to_async(_known_pages)(export)
    with tempfile.TemporaryDirectory(prefix="tesigo-export-") as folder:
        yield await make(format, work, Path(folder) / "document", first_pages=first_pages)


def _known_pages(export: Export) -> dict[str, int] | None:
    """Where sections begin in a file of the very same text that was laid out."""
    same = Export.objects.filter(document=export.document_id, fingerprint=export.fingerprint).exclude(first_pages={})
    return same.values_list("first_pages", flat=True).first()


def finish(*, export_id: UUID, rendered: Rendered) -> None:
    """Moves a rendered file into storage and marks the export ready.

    A second finish of one export changes nothing, nor does one whose row is gone, with its document or its person, or
    whose document says something else by now: that file is made again by its duty.
    """
    row = Export.objects.filter(pk=export_id).exclude(state=ExportState.READY).first()
    if row is None:
        return
    rendered = proofs.sealed(row, rendered)
    name = _store(row, rendered)
    moved = 0
    try:
        with transaction.atomic():
            if _is_as_made(row):
                waiting = Export.objects.filter(pk=export_id).exclude(state=ExportState.READY)
                moved = waiting.update(**_ready(name, rendered))
            if moved:
                proofs.keep(row, rendered)
    finally:
        if not moved:
            removals.discard(name)  # nobody would ever find it


def _store(row: Export, rendered: Rendered) -> str:
    with rendered.path.open("rb") as file:
        ending = formats.KINDS[ExportFormat(row.format)].ending
        return default_storage.save(f"exports/{uuid.uuid4().hex}.{ending}", File(file))


def _ready(name: str, rendered: Rendered) -> dict[str, object]:
    return {
        "state": ExportState.READY,
        "stored_as": name,
        "size": rendered.size,
        "body_sheets": None if rendered.body_pages is None else page_count.sheets(rendered.body_pages),
        "fallbacks": asdict(rendered.fallbacks),
        "first_pages": dict(rendered.first_pages),
        "error": "",
        "due_at": None,
        "given_up_at": None,
        "finished_at": timezone.now(),
    }


async def export(
    *,
    document_id: UUID,
    format: ExportFormat,
    with_ai_statement: bool,
    first_pages: Mapping[str, int] | None = None,
) -> UUID:
    """Makes one file of the document, unless it is there already, and returns its id. Raises ExportError.

    For the step that delivers a document, which alone works on it then. ``first_pages`` as for ``render``.
    """
    await retractions.check(document_id=document_id, seconds=_CHECK_SECONDS)
    row, work = await sync_to_async(prepare)(
        document_id=document_id, format=format, with_ai_statement=with_ai_statement
    )
    if row.state == ExportState.READY:
        return row.pk
    try:
        async with render(row, work, first_pages=first_pages) as rendered:
            await sync_to_async(finish)(export_id=row.pk, rendered=rendered)
    except ExportError as error:
        await (
            Export.objects.filter(pk=row.pk)
            .exclude(state=ExportState.READY)
            .aupdate(state=ExportState.FAILED, error=str(error)[:300], finished_at=timezone.now())
        )
        raise
    return row.pk


def _asked_with(row: Export) -> list[Export]:
    """Others that were asked for in the same breath, of the same text, which nobody makes yet."""
    same = Export.objects.filter(document=row.document_id, fingerprint=row.fingerprint, state=ExportState.PENDING)
    return list(same.filter(nudged_at=row.nudged_at, due_at=row.nudged_at).exclude(pk=row.pk))


def make_export(*, export_id: UUID) -> bool:
    """Makes the file of an export row if it is due, for the background task; true when it did."""
    return duty.attempt(EXPORTS, export_id, _make)


def _make(row: Export) -> Callable[[], None]:
    async_to_sync(retractions.check)(document_id=row.document_id, seconds=_CHECK_SECONDS)
    present, work = prepare(
        document_id=row.document_id,
        format=ExportFormat(row.format),
        with_ai_statement=row.with_ai_statement,
        with_comments=row.with_comments,
    )
    if present.pk != row.pk:
        return lambda: _outdated(row)
    rendered, name = async_to_sync(_rendered)(row, work)

    def finish() -> None:
        try:
            with transaction.atomic():
                if is_as_made := _is_as_made(row):
                    duty.done(EXPORTS, row, **_ready(name, rendered))
                    proofs.keep(row, rendered)
        except Exception:
            removals.discard(name)
            raise
        if not is_as_made:
            removals.discard(name)
            _outdated(row)

    return finish


async def _rendered(row: Export, work: Manuscript | Report) -> tuple[Rendered, str]:
    others = await sync_to_async(_asked_with)(row) if isinstance(work, Manuscript) else []
    if others and isinstance(work, Manuscript):
        return await _rendered_together(row, others, work)
    async with render(row, work) as rendered:
        rendered = await sync_to_async(proofs.sealed)(row, rendered)
        return rendered, await sync_to_async(_store)(row, rendered)


async def _rendered_together(row: Export, others: list[Export], work: Manuscript) -> tuple[Rendered, str]:
    """The file of a row, with those of others on the way: what is ready is ready whatever becomes of the row.

    One that fails is made by itself, which says why it cannot be.
    """
    rows = {ExportFormat(one.format): one for one in (row, *others)}
    known = await sync_to_async(_known_pages)(row)
    with tempfile.TemporaryDirectory(prefix="tesigo-export-") as folder:
        paths = {format: Path(folder) / format.value for format in rows}
        made = await make_several(work, paths, first_pages=known)
        for format, file in made.items():
            if isinstance(file, Rendered) and rows[format] is not row:
                await sync_to_async(finish)(export_id=rows[format].pk, rendered=file)
        left = [rows[format].pk for format, file in made.items() if not isinstance(file, Rendered)]
        await Export.objects.filter(pk__in=left).aupdate(nudged_at=None)
        own = made[ExportFormat(row.format)]
        if isinstance(own, ExportError):
            raise own
        own = await sync_to_async(proofs.sealed)(row, own)
        return own, await sync_to_async(_store)(row, own)


def _outdated(row: Export) -> None:
    """The text has changed since it was asked for: what was asked for is made of the text as it is now."""
    with transaction.atomic():
        duty.done(EXPORTS, row)
        Export.objects.filter(pk=row.pk).delete()
        present, _work = prepare(
            document_id=row.document_id,
            format=ExportFormat(row.format),
            with_ai_statement=row.with_ai_statement,
            with_comments=row.with_comments,
        )
        begin(present, now=timezone.now())


def store_reader(*, document_id: UUID, reader: ReaderHtml, style: str) -> None:
    """Keeps the rendering for the screen with the sections, so that no view renders or cleans again.

    ``style`` is the CSL style it was rendered in. Nothing is kept of an erased person.
    """
    with transaction.atomic():
        if _is_of_an_erased_person(document_id):
            return
        sections = list(Section.objects.filter(document_id=document_id).only("pk", "position").order_by("position"))
        rendered = link_citations(reader.sections.get(str(section.pk), "") for section in sections)
        for section, html in zip(sections, rendered, strict=True):
            section.html = html
        Section.objects.bulk_update(sections, ["html"])
        Document.objects.filter(pk=document_id).update(
            bibliography_html=reader.bibliography_html,
            rendered_style=style,
            fallbacks=asdict(reader.fallbacks),
        )
        briefs.index(document_id=document_id)
