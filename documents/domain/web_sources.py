"""Pages and files on the web, fetched and kept as sources of a document (R-83)."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from documents.domain import added_words as words
from documents.domain import joining, sources, unreadable, uploads
from documents.domain.added_words import Became
from documents.domain.choosing import locked, want_again
from documents.enums import FieldOrigin, SourceOrigin, SourceUse, Sureness
from documents.errors import Unusable
from documents.fetching.errors import NotFetched, Why
from documents.fetching.fetcher import Fetched, Fetcher
from documents.models import Document, Source
from documents.sources import provenance
from documents.uploads import pdf
from documents.uploads.magic import MARKUP
from privacy.domain import audit
from reading.failures import ExtractionFailed
from reading.language import language_of
from reading.protocol import Meta, Page
from reading.runner import records
from tesigo.platform.limited_child import ChildLimits

_HEAD_BYTES: Final = 1024
_PIECE_BYTES: Final = 256 * 1024
#: Of the child that reads one page; somebody waits for it.
_LIMITS: Final = ChildLimits(memory_bytes=512 * 1024**2, cpu_seconds=10, wall_seconds=15.0, file_bytes=1024**2)


@dataclass(frozen=True, slots=True)
class WebPage:
    """What lies at an address: a ``file`` (PDF), or a page by what it says of itself and its ``text``, or why not."""

    address: str
    file: Path | None = None
    front: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    failure: str = ""


@contextmanager
def fetch(addresses: Sequence[str], by: Fetcher) -> Iterator[list[WebPage]]:
    """What lies at each address, fetched at once; files are there for the block. Touches no database."""
    with (
        tempfile.TemporaryDirectory(prefix="tesigo-pages-") as folder,
        ThreadPoolExecutor(max(1, len(addresses))) as at_once,
    ):
        yield list(at_once.map(lambda address: _fetched(address, by, Path(folder)), addresses))


def keep(*, document: Document, page: WebPage, by: User) -> tuple[Became, str, Source | None]:
    """Makes a source of it. Raises NotEditable, UploadRefused, QuotaReached."""
    if page.file is not None:
        return _keep_file(document, page.file, page.address, by)
    if page.failure:
        return Became.NOT_FETCHED, page.failure, None
    texts = sources.passage_texts(page.text)
    if not texts:
        return Became.NOT_FETCHED, str(words.NO_TEXT_ON_PAGE), None
    with transaction.atomic():
        held = locked(document.pk)
        keys = sources.lock_keys(document_id=document.pk)
        here = Source.objects.filter(document_id=document.pk, url=page.address[:1000]).exclude(csl={}).first()
        if here is not None:
            here = here.joined_to or here
            want_again(here)
            sources.bring(here)
            return Became.THERE, words.there(here, is_banned=here.use == SourceUse.BANNED), here
        source = _made(keys, held, page)
        sources.add_passages(source, texts, language=language_of(page.text) or str(source.csl.get("language", "")))
        joining.find_alike(document_id=document.pk, ids=[source.pk])
        audit.record(action="sources.looked_up", subject=held, by=by, details={"pages": 1})
    return Became.ADDED, words.page_added(source), source


def _made(keys: sources.Keys, document: Document, page: WebPage) -> Source:
    today = timezone.localdate()
    csl = {"title": _site(page.address), **page.front, "URL": page.address}
    csl["accessed"] = {"date-parts": [[today.year, today.month, today.day]]}
    if not csl.get("language") and (language := language_of(page.text)):
        csl["language"] = language
    source = Source(document=document, origin=SourceOrigin.ADDED)
    keys.name(source, csl)
    source.origins = provenance.all_from(source.csl, FieldOrigin.PAGE, Sureness.LIKELY)
    if "title" not in page.front:
        source.origins["title"] = [FieldOrigin.PAGE.value, Sureness.UNSURE.value]
    source.save()
    return source


def _keep_file(document: Document, file: Path, address: str, by: User) -> tuple[Became, str, Source | None]:
    """As if it had been handed in: looked at, stored, read with its pages."""
    with file.open("rb") as stream:
        pieces = iter(lambda: stream.read(_PIECE_BYTES), b"")
        try:
            kept = uploads.receive_source(document=document, name=_name(address), chunks=pieces, by=by)
        except Unusable as why:
            return Became.NOT_FETCHED, str(why), None
    return Became.READING, str(words.FILE_IS_READ) % {"name": kept.name}, None


def _fetched(address: str, by: Fetcher, folder: Path) -> WebPage:
    try:
        with by.fetched(address) as found:
            return _looked_at(found, folder)
    except NotFetched as failure:
        return WebPage(address, failure=str(words.NOT_FETCHED[failure.why]))
    except ExtractionFailed as failure:
        return WebPage(address, failure=str(unreadable.WORDS[failure.code]))
    except OSError:
        return WebPage(address, failure=str(words.NOT_FETCHED[Why.SILENT]))


def _looked_at(found: Fetched, folder: Path) -> WebPage:
    """By what it is, not by what it was announced as."""
    with found.path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if pdf.begins_as_pdf(head):
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept, found.path.open("rb") as file:
            shutil.copyfileobj(file, kept)
        return WebPage(found.url, file=Path(kept.name))
    is_announced = found.content_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    looks_like_it = head.lstrip(b"\xef\xbb\xbf \t\r\n\f")[:64].lower().startswith(MARKUP)
    if b"\x00" in head or not (looks_like_it or (is_announced and b"<" in head)):
        return WebPage(found.url, failure=str(words.NO_PAGE))
    front: dict[str, Any] = {}
    text = ""
    for record in records(found.path, kind="html", limits=_LIMITS):
        if isinstance(record, Meta):
            front = record.front
        else:
            assert isinstance(record, Page), "only bibliographies have entries"
            text = record.text
    return WebPage(found.url, front=front, text=text)


def _name(address: str) -> str:
    last = unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2] or _site(address)
    return last if last.lower().endswith(".pdf") else f"{last}.pdf"


def _site(address: str) -> str:
    return urlsplit(address).hostname or address
