"""Works that were found are read in full where a free copy may be fetched (R-99).

The abstract is there at once and stays if nothing comes of the copy. What arrives is looked at: it is often a page
about the work, sometimes another work.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from documents.domain.comparing import as_work
from documents.domain.passages import NewPassage, insert
from documents.domain.uploads import give_connection_back
from documents.enums import FullTextState
from documents.fetching.errors import NotFetched, Why
from documents.fetching.fetcher import Fetcher
from documents.models import FullText, Source
from documents.sources.found import FoundWork
from documents.sources.merging import first_author_words
from documents.sources.same_titles import TITLE_MIN_LETTERS, plain, stands_in
from documents.uploads.inspection import inspect
from documents.uploads.verdict import FileKind
from privacy.domain import audit
from reading.cleaning import clean_pages
from reading.failures import ExtractionFailed
from reading.language import language_of
from reading.passages import split_page
from reading.protocol import Page
from reading.runner import records
from tesigo.platform import duty
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.log_values import word
from tesigo.platform.plain_words import folded_words

logger = logging.getLogger(__name__)
MAX_ADDRESSES: Final = 3
#: Pages of one copy that are read; what has more is a whole volume.
MAX_PAGES: Final = 400
#: Characters at the beginning in which the title has to stand.
_FRONT_CHARACTERS: Final = 6_000
_MOST_TRIES: Final = 3
#: Copies for one document that are fetched at once, and after how long the others are due if nobody begins them.
_AT_ONCE: Final = 2
_LONGEST_IN_LINE: Final = timedelta(minutes=10)
#: Failures that may be others' next time.
_PASSING: Final = frozenset({Why.TOO_SLOW, Why.SILENT, Why.UNKNOWN_HOST})


class NotToday(duty.Failed):
    """No address gave the copy, and one of them may later."""


def ask_for(source: Source, work: FoundWork) -> bool:
    """Has a free copy of the source's work fetched, if there may be one and the document has room for its text.

    To be called in a transaction, with the document's row locked.
    """
    addresses = list(work.pdf_urls[:MAX_ADDRESSES])
    if not addresses or source.retracted_at or source.page_count:
        return False
    asked = FullText.objects.filter(source__document_id=source.document_id)
    if asked.filter(source=source).exists() or asked.count() >= settings.FULL_TEXTS_PER_DOCUMENT:
        return False
    now = timezone.now()
    if asked.filter(state=FullTextState.WANTED).count() < _AT_ONCE:
        row = FullText.objects.create(source=source, urls=addresses, **duty.due_now(now))
        enqueue_on_commit(FULL_TEXTS.task, str(row.pk))
    else:
        FullText.objects.create(source=source, urls=addresses, due_at=now + _LONGEST_IN_LINE)
    return True


def read(*, full_text_id: int, fetcher: Fetcher | None = None) -> None:
    """Fetches and reads one copy; why it failed stands in its row."""
    fetch = fetcher or Fetcher()
    document_id = FullText.objects.filter(pk=full_text_id).values_list("source__document_id", flat=True).first()
    duty.attempt(FULL_TEXTS, full_text_id, lambda row: _work(row, fetch))
    if document_id is not None:
        _begin_next(document_id)


def _begin_next(document_id: UUID) -> None:
    """The next of a document that was not begun. Mails and all else wait for the same workers: a search finds twenty
    works, and hosts may be slow.
    """
    waiting = FullText.objects.filter(source__document_id=document_id, state=FullTextState.WANTED, nudged_at=None)
    with transaction.atomic():
        row = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
        if row is not None:
            FullText.objects.filter(pk=row.pk).update(**duty.due_now(timezone.now()))
            enqueue_on_commit(FULL_TEXTS.task, str(row.pk))


def _work(row: FullText, fetcher: Fetcher) -> Callable[[], None]:
    work = as_work(row.source)
    give_connection_back()
    may_come = False
    for address in row.urls:
        try:
            with fetcher.fetched(address) as found:
                pages = _pages(found.path)
        except NotFetched as failure:
            may_come = may_come or failure.why in _PASSING
            logger.info("a free copy was not fetched: %s", word(failure.why.value), extra={"full_text": row.pk})
        except ExtractionFailed as failure:
            logger.info("a free copy was not read: %s", word(failure.code), extra={"full_text": row.pk})
        else:
            if _is_work(work, pages):
                return lambda: _keep(row, pages)
            logger.info("a free copy is of another work, or has no text", extra={"full_text": row.pk})
    if may_come and row.tries < _MOST_TRIES:
        raise NotToday("No address gave the copy.")
    return lambda: duty.done(FULL_TEXTS, row, state=FullTextState.NONE)


def _pages(path: Path) -> list[Page]:
    """The pages of a PDF, judged like a file that is handed in. Raises ExtractionFailed for anything else."""
    if inspect(path, name="copy.pdf", max_size=path.stat().st_size).kind is not FileKind.PDF:
        raise ExtractionFailed("broken")
    with closing(records(path, kind="pdf")) as stream:
        pages: Iterator[Page] = (record for record in stream if isinstance(record, Page))
        return [page for page, _counted in zip(clean_pages(pages), range(MAX_PAGES), strict=False)]


def _is_work(work: FoundWork, pages: Sequence[Page]) -> bool:
    """Whether its title stands on the first pages; of a short one, which stands in many a text, its author, too."""
    front = " ".join(page.text for page in pages[:5])[:_FRONT_CHARACTERS]
    if len(front.split()) <= len(work.title.split()) or not stands_in(work.title, front):
        return False
    return len(plain(work.title)) >= TITLE_MIN_LETTERS or bool(first_author_words(work) & set(folded_words(front)))


def _keep(row: FullText, pages: Sequence[Page]) -> None:
    texts = [(page, text) for page in pages for text in split_page(page.text)]
    with transaction.atomic():
        source = Source.objects.select_for_update(of=("self",)).select_related("document").get(pk=row.source_id)
        if not texts or source.retracted_at or source.page_count:
            duty.done(FULL_TEXTS, row, state=FullTextState.NONE)
            return
        duty.done(FULL_TEXTS, row, state=FullTextState.READ)
        if source.document.is_editable:
            # Nobody writes from the abstract yet; the first page says the same, with a page to cite.
            source.passages.filter(page=0, citations=None).delete()
        last = source.passages.aggregate(last=Max("position"))["last"]
        first = 0 if last is None else last + 1
        rows = [
            NewPassage(page=page.number, page_label=page.label or str(page.number), position=first + place, text=text)
            for place, (page, text) in enumerate(texts)
        ]
        language = language_of(" ".join(text for _page, text in texts[:20])) or str(source.csl.get("language", ""))
        insert(source=source, passages=rows, language=language)
        Source.objects.filter(pk=source.pk).update(page_count=len(pages), is_open_access=True, version=F("version") + 1)
        audit.record(action="source.read_in_full", subject=source, by=None)


FULL_TEXTS: Final = duty.Kind(
    name="full_text",
    label=gettext_lazy("Free copies of works"),
    model=FullText,
    task="documents.tasks.read_full_text",
    is_open=Q(state=FullTextState.WANTED),
    lease=timedelta(seconds=60),
    is_renewed=True,
    first_wait=timedelta(minutes=2),
    most_tries=_MOST_TRIES,
    given_up={"state": FullTextState.NONE},
    reopened={"state": FullTextState.WANTED},
    late_after=timedelta(minutes=30),
)
