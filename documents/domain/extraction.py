"""Reading a file into sources and passages, page by page (R-82, R-116).

One worker holds a file by a lease, renewed for as long as it lives, and writes page by page with the token of its
claim: a worker that was thought dead and wakes up finds its token outdated and writes nothing more.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.domain import joining, listed_sources, retractions, scans, sources, unreadable
from documents.domain.owners_language import owners_language
from documents.domain.passages import NewPassage, insert
from documents.domain.sheet import lines
from documents.domain.uploads import READINGS, accept, give_connection_back, reject, take_over
from documents.enums import SourceOrigin, UploadPurpose, UploadState
from documents.models import Document, Source, Upload
from documents.sources import provenance
from documents.sources.uploaded import FRONT_CHARACTERS, csl_of_upload
from documents.uploads import scanner, storage
from documents.uploads.names import title_words
from documents.uploads.verdict import FileKind
from reading.cleaning import clean_pages
from reading.failures import ExtractionFailed
from reading.language import language_of
from reading.passages import PASSAGE_MAX_CHARACTERS, split_page
from reading.protocol import Item, Meta, Page, Recognition, Unread
from reading.runner import recognised, records
from tesigo.platform import duty, removals
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)
#: Characters of an assignment sheet that shape outline and writing; a longer one is a book.
ASSIGNMENT_CHARACTERS: Final = 20_000
_BATCH_PAGES: Final = 50
#: Pages after which it is told how many were recognised.
_TOLD_PAGES: Final = 5
#: A page with fewer characters counts as empty: a stamp, a page number.
_PAGE_MIN_CHARACTERS: Final = 40
#: Words that a file with pages must have in all.
_SCRAPS_MIN_WORDS: Final = 25
#: With text on no more than this share of its pages, a file is a scan.
_SCANNED_SHARE: Final = 0.1
#: What a file's source gets when it was read to the end.
_NAMED_FIELDS: Final = (
    "key", "csl", "origins", "title", "doi", "url", "page_count", "retracted_at", "retracted_by",
)  # fmt: skip


#: Writes what was read, ends the duty, or finds it lost.
_Finish = Callable[[], None]


@dataclass(slots=True)
class _Progress:
    """What one pass over a file has seen so far."""

    meta: Meta = field(default_factory=Meta)
    front: str = ""
    pages: int = 0
    pages_with_text: int = 0
    pages_scanned: int = 0
    #: Text of formats without pages that is no passage by itself.
    scraps: str = ""
    passages: int = 0
    language: str = ""
    #: Numbers printed on the first and on the last page.
    first_label: str = ""
    last_label: str = ""
    #: Pages come slowly, and are told as they come.
    is_recognised: bool = False


def extract(*, upload_id: UUID) -> None:
    """Reads the file, unless somebody else does or it is done; ends with READY or REJECTED and its reason."""
    take_over(now=timezone.now(), upload_id=upload_id)
    upload = _claim(upload_id)
    if upload is not None:
        with owners_language(upload.document_id):
            duty.carry_out(READINGS, upload, _read)


def _claim(upload_id: UUID) -> Upload | None:
    with transaction.atomic():
        upload = duty.claim(READINGS, upload_id)
        if upload is None:
            return None
        Upload.objects.filter(pk=upload.pk).update(token=F("token") + 1)
        upload.token += 1
    return upload


def _read(upload: Upload) -> _Finish:
    if upload.state == UploadState.RECEIVING:
        return lambda: reject(upload=upload, reason=_("This file did not arrive whole. Choose it again."))
    _begin(upload, said="")
    if upload.recognition:
        scans.take_turn(upload)  # what it is was found out before
    try:
        with storage.local_copy(upload.stored_as) as path:
            if (reason := _scanned(upload, path)) is not None:
                return partial(reject, upload=upload, reason=reason)
            try:
                with closing(records(path, kind=upload.format)) as stream:
                    return _gathered(upload, stream, _Progress())
            except ExtractionFailed as failure:
                how = scans.recognition_of(upload, failure)
                if how is None:
                    raise
            scans.take_turn(upload)
            return _recognised(upload, path, how)
    except ExtractionFailed as failure:
        logger.info("file rejected: %s", word(failure.code), extra={"upload": str(upload.pk)})
        reason = str(unreadable.WORDS[failure.code])
    except FileNotFoundError:
        reason = _("This file was lost. Choose it again.")
    finally:
        if upload.recognition:
            scans.give_turn_back(upload)
    return lambda: reject(upload=upload, reason=reason)


def _scanned(upload: Upload, path: Path) -> str | None:
    """Why the virus scanner keeps the file from being read; None where it does not, or there is none (R-81).

    While it is away the file waits, and says so; nothing is read that was not looked at. Raises ScannerAway.
    """
    if not scanner.is_set():
        return None
    give_connection_back()
    try:
        found = scanner.found_in(path)
    except scanner.ScannerAway:
        _hold(upload, verdict=_("The virus scanner of this site does not answer. The file waits for it."))
        raise
    except scanner.TooLong:
        return _("This file is larger than the virus scanner of this site takes. It was not kept.")
    if not found:
        return None
    logger.warning("a virus scanner found something", extra={"upload": str(upload.pk)})
    return _("The virus scanner found something harmful in this file (%(name)s). It was not kept.") % {"name": found}


def _begin(upload: Upload, *, said: str) -> None:
    """From the first page; what a dead worker or an earlier pass left goes."""
    with transaction.atomic():
        _hold(upload, pages_read=0, verdict=said)
        upload.sources.all().delete()


def _recognised(upload: Upload, path: Path, how: Recognition) -> _Finish:
    _begin(upload, said=str(scans.BEING_RECOGNISED))
    try:
        with closing(recognised(path, how=how, seconds=settings.OCR_SECONDS)) as stream:
            return _gathered(upload, stream, _Progress(is_recognised=True))
    except ExtractionFailed as failure:
        raise ExtractionFailed("not_recognised" if failure.code == "no_text" else failure.code) from failure


def _gathered(upload: Upload, stream: Iterator[Meta | Page | Item | Unread], progress: _Progress) -> _Finish:
    if upload.purpose == UploadPurpose.ASSIGNMENT:
        return _read_assignment(upload, stream, progress)
    if FileKind(upload.format).is_reference_list:
        return listed_sources.read(upload, stream)
    return _read_source(upload, stream, progress)


def _hold(upload: Upload, **values: Any) -> None:
    """Writes ``values`` while the file is held; inside a transaction it also fences what that transaction writes."""
    held = Upload.objects.filter(pk=upload.pk, state=UploadState.EXTRACTING, token=upload.token)
    if not held.update(**values):
        raise duty.LostDuty(str(upload.pk))


def _read_assignment(upload: Upload, stream: Iterator[Meta | Page | Item | Unread], progress: _Progress) -> _Finish:
    gathered: list[str] = []
    length = pages = scanned = 0
    for page in clean_pages(_pages_of(stream, upload, progress)):
        pages += 1
        scanned += page.is_picture
        if page.text:
            gathered.append(page.text)
            length += len(page.text)
        if length >= ASSIGNMENT_CHARACTERS:
            break
    text = "\n\n".join(gathered)[:ASSIGNMENT_CHARACTERS]
    if len(text) < _PAGE_MIN_CHARACTERS:
        raise ExtractionFailed("no_text" if scanned else "too_little")
    typed = Document.objects.filter(pk=upload.document_id).values_list("requirements", flat=True).first()
    ahead = lines.read(lines.words_of(Document(assignment_text=text, requirements=typed or "")))
    return lambda: _shape_document(upload, text, pages, ahead)


def _shape_document(upload: Upload, text: str, pages: int, ahead: lines.ReadByRules) -> None:
    with transaction.atomic():
        Document.objects.select_for_update().get(pk=upload.document_id)
        verdict = _("Read: %(words)d words. It shapes the outline and the writing.") % {"words": len(text.split())}
        accept(upload, verdict, pages_read=pages)
        Document.objects.filter(pk=upload.document_id).update(assignment_text=text, updated_at=timezone.now())
        lines.renew(document_id=upload.document_id, ahead=ahead)
        # One assignment at a time: the newest takes the place of the one before.
        older = Upload.objects.filter(
            document_id=upload.document_id, purpose=UploadPurpose.ASSIGNMENT, state=UploadState.READY
        ).exclude(pk=upload.pk)
        files = [name for name in older.values_list("stored_as", flat=True) if name]
        older.delete()
        removals.note(*files)


def _read_source(upload: Upload, stream: Iterator[Meta | Page | Item | Unread], progress: _Progress) -> _Finish:
    with transaction.atomic():
        _hold(upload, pages_read=0)
        source = Source.objects.create(
            document_id=upload.document_id,
            key=f"reading-{upload.pk.hex}",
            origin=SourceOrigin.UPLOAD,
            upload=upload,
            title=upload.name[:500],
            csl={},
        )
    batch: list[Page] = []
    for page in clean_pages(_pages_of(stream, upload, progress)):
        batch.append(page)
        if len(batch) >= _BATCH_PAGES:
            _store(upload, source, batch, progress)
            batch = []
    _store(upload, source, batch, progress)
    if not progress.passages and progress.scraps:
        _store_scraps(upload, source, progress)
    if failure := _too_little(progress):
        raise ExtractionFailed(failure, f"{progress.pages_with_text} of {progress.pages}")
    return lambda: _name_source(upload, source, progress)


def _pages_of(stream: Iterator[Meta | Page | Item | Unread], upload: Upload, progress: _Progress) -> Iterator[Page]:
    for record in stream:
        if isinstance(record, Meta):
            progress.meta = record
            _hold(upload, pages_total=record.pages)
        else:
            assert isinstance(record, Page), "only bibliographies have entries"
            if progress.is_recognised and record.number % _TOLD_PAGES == 0:
                _hold(upload, pages_read=record.number)
            yield record


def _store(upload: Upload, source: Source, pages: list[Page], progress: _Progress) -> None:
    """A batch of pages as passages, in one transaction with the number of pages read."""
    rows: list[NewPassage] = []
    for page in pages:
        progress.pages += 1
        progress.pages_with_text += len(page.text) >= _PAGE_MIN_CHARACTERS
        if len(progress.front) < FRONT_CHARACTERS:
            progress.front = f"{progress.front}\n\n{page.text}".strip()[:FRONT_CHARACTERS]
        progress.pages_scanned += page.is_picture
        texts = split_page(page.text)
        if not texts and not progress.passages and len(progress.scraps) < PASSAGE_MAX_CHARACTERS:
            progress.scraps = f"{progress.scraps}\n\n{page.text}".strip()[:PASSAGE_MAX_CHARACTERS]
        label = page.label or (str(page.number) if page.number else "")
        progress.first_label, progress.last_label = progress.first_label or label, label
        for text in texts:
            rows.append(NewPassage(page=page.number, page_label=label, position=progress.passages, text=text))
            progress.passages += 1
    progress.language = progress.language or language_of(progress.front)
    with transaction.atomic():
        _hold(upload, pages_read=progress.pages if progress.meta.pages else 0)
        insert(source=source, passages=rows, language=progress.language or upload.document.language)


def _store_scraps(upload: Upload, source: Source, progress: _Progress) -> None:
    """A note of one line, a poster of forty words: all there is, as one passage, when it has words enough."""
    if progress.meta.pages and len(progress.scraps.split()) < _SCRAPS_MIN_WORDS:
        return
    page = 1 if progress.meta.pages == 1 else 0
    row = NewPassage(page=page, page_label=str(page or ""), position=0, text=progress.scraps)
    with transaction.atomic():
        _hold(upload, pages_read=progress.pages if progress.meta.pages else 0)
        insert(source=source, passages=[row], language=progress.language or upload.document.language)
    progress.passages = 1


def _too_little(progress: _Progress) -> str:
    """Why nothing can be cited from the file, a code of `reading.failures`; empty where something can."""
    few = progress.pages_with_text <= progress.pages * _SCANNED_SHARE
    if progress.meta.pages and few and progress.pages_scanned * 2 > progress.pages:
        return "no_text"
    return "" if progress.passages else "too_little"


def _name_source(upload: Upload, source: Source, progress: _Progress) -> None:
    csl = csl_of_upload(
        meta=progress.meta,
        name_words=title_words(upload.name),
        front=progress.front,
        has_pages=progress.meta.pages > 0,
    )
    if csl.get("page", "") == progress.first_label and (pages := _all_pages(progress)):
        csl["page"] = pages  # its running head names the first one only
    csl["language"] = progress.language or upload.document.language
    origins = provenance.of_file(csl, progress.meta, language_is_read=bool(progress.language))
    with transaction.atomic():
        keys = sources.lock_keys(document_id=upload.document_id)
        accept(upload, _said_of(progress))
        keys.name(source, csl)
        source.origins = origins
        source.page_count = progress.meta.pages
        listed_sources.tell_of_title(upload, [source])
        source.save(update_fields=_NAMED_FIELDS)
        joining.find_alike(document_id=upload.document_id, ids=[source.pk])
        enqueue_on_commit(retractions.CHECK_TASK, str(upload.document_id))


def _all_pages(progress: _Progress) -> str:
    """The printed numbers of the first and the last page, where as many pages lie between them."""
    first, last = progress.first_label, progress.last_label
    is_counted = first.isdecimal() and last.isdecimal() and int(last) - int(first) + 1 == progress.pages > 1
    return f"{first}-{last}" if is_counted else ""


def _said_of(progress: _Progress) -> str:
    if progress.meta.pages:
        pages = ngettext("Read: %(count)d page.", "Read: %(count)d pages.", progress.meta.pages)
        return pages % {"count": progress.meta.pages}
    return _("Read.")
