"""Adding sources by number, address or reference list (R-83, R-97).

Each line becomes a source, completes one that is here, or is told why not. Nothing that somebody wrote is lost: what
is not settled comes back to the form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain import quotas
from accounts.models import User
from documents.domain import added_words as words
from documents.domain import (
    choosing,
    completing,
    full_texts,
    joining,
    retractions,
    search_services,
    sources,
    uploads,
    web_sources,
)
from documents.domain.added_words import SETTLED, Became
from documents.domain.choosing import locked
from documents.domain.comparing import as_work
from documents.enums import FieldOrigin, SourceOrigin, SourceUse, Sureness
from documents.errors import NotEditable, Unusable
from documents.fetching.fetcher import Fetcher
from documents.models import Document, Source
from documents.sources.asking import configured
from documents.sources.found import FoundWork
from documents.sources.identifiers import Given, Number, read_lines
from documents.sources.lookup import LookedUp, look_up_all
from documents.sources.merging import Likeness, likeness
from documents.uploads.lists import list_kind
from privacy.domain import audit
from tesigo.platform.plain_text import clean_lines

#: The most lines and the most web addresses of one form: somebody waits for the answer.
MAX_LINES: Final = 40
MAX_ADDRESSES: Final = 5
#: Letters in which a title begins like that of a source it is compared with.
_BEGINNING_LETTERS: Final = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line, in words; ``source`` where it is one now, or was."""

    line: int
    text: str
    became: Became
    words: str
    source: Source | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.became in SETTLED


@dataclass(frozen=True, slots=True)
class Added:
    """All lines in order; ``left`` is the text of those that are not settled, to be corrected and sent again."""

    outcomes: list[Outcome]
    left: str = ""


@dataclass(slots=True)
class _Line:
    given: Given
    looked_up: LookedUp | None = None
    outcome: Outcome | None = None


def add(*, document: Document, text: str, by: User, fetcher: Fetcher | None = None) -> Added:
    """Adds what the text names: a reference list in any format that is read, or lines of numbers and addresses.

    Raises:
        NotEditable: when the document has been paid for.
        UploadRefused: when a file that was named cannot be taken whatever is in it.
        QuotaReached: when the day is used up (R-104).
    """
    text = clean_lines(text).strip()
    if not document.is_editable:
        raise NotEditable(document.state)
    if list_kind(text) is not None:
        return _list(document, text, by)
    given = read_lines(text, most=MAX_LINES)
    now, later = given[:MAX_LINES], given[MAX_LINES:]
    if any(one.kind is not Number.WRONG for one in now):
        quotas.spend(user=by, what="lookup", limit=settings.LOOKUPS_PER_DAY)
    uploads.give_connection_back()
    lines = [_Line(one) for one in now]
    addresses = [line for line in lines if line.given.kind is Number.URL]
    pages = web_sources.fetch([one.given.value for one in addresses[:MAX_ADDRESSES]], fetcher or Fetcher())
    with pages as fetched:
        _look_up([line for line in lines if line.given.kind not in (Number.URL, Number.WRONG)])
        _settle(document.pk, [line for line in lines if line.looked_up is not None], by=by)
        for line, page in zip(addresses, fetched, strict=False):
            became, said, source = web_sources.keep(document=document, page=page, by=by)
            line.outcome = _outcome(line, became, said, source)
    return _told([line.outcome or _unsettled(line) for line in lines], later)


def _list(document: Document, text: str, by: User) -> Added:
    """A pasted list is read as a file of it would be."""
    try:
        uploads.receive_source(document=document, name=_("Pasted list.txt"), chunks=[text.encode()], by=by)
    except Unusable as why:
        return Added([Outcome(1, text, Became.WRONG, str(why))], left=text)
    said = _("This is a reference list. It is being read; its entries appear here in a moment.")
    return Added([Outcome(1, text.split("\n", 1)[0], Became.READING, said)])


def _look_up(lines: Sequence[_Line]) -> None:
    services = configured(settings.SOURCE_SERVICES)
    # The same number on two lines is asked for once.
    wanted = list({(line.given.kind, line.given.value, line.given.words): line.given for line in lines}.values())
    found = async_to_sync(look_up_all)(wanted, services=services)
    search_services.record(answered=found.answered, failed=found.failed, now=timezone.now())
    by_number = {(one.given.kind, one.given.value, one.given.words): one for one in found.found}
    for line in lines:
        line.looked_up = by_number[(line.given.kind, line.given.value, line.given.words)]


def _settle(document_id: UUID, lines: Sequence[_Line], *, by: User) -> None:
    """One transaction for all of a form: who adds the same at the same moment waits, and finds it here."""
    if not lines:
        return
    made: list[tuple[Source, LookedUp]] = []
    with transaction.atomic():
        document = locked(document_id)
        keys = sources.lock_keys(document_id=document_id)
        for line in lines:
            assert line.looked_up is not None
            if line.looked_up.work is not None and not _is_refused(line.looked_up):
                line.outcome = _kept(line, keys, document)
                assert line.outcome.source is not None
                made.append((line.outcome.source, line.looked_up))
        joining.find_alike(document_id=document_id, ids={source.pk for source, _found in made})
        counted = {became.value: sum(_became(line) is became for line in lines) for became in SETTLED}
        audit.record(action="sources.looked_up", subject=document, by=by, details=counted)
    for source, looked_up in made:
        retractions.note(
            source_id=source.pk, works=looked_up.answers, now=timezone.now(), is_complete=looked_up.is_complete
        )


def _became(line: _Line) -> Became | None:
    return line.outcome.became if line.outcome else None


def _is_refused(looked_up: LookedUp) -> bool:
    work = looked_up.work
    return looked_up.is_other or (work is not None and (work.is_notice or work.takes_back))


def _kept(line: _Line, keys: sources.Keys, document: Document) -> Outcome:
    looked_up = line.looked_up
    assert looked_up is not None
    assert looked_up.work is not None
    here = _same(document.pk, looked_up.work)
    if here is None:
        source = _made(keys, document, looked_up.work)
        said = words.added(
            source,
            looked_up,
            has_text=source.passages.exists(),
            is_fetched=full_texts.ask_for(source, looked_up.work),
        )
        return _outcome(line, Became.ADDED, said, source)
    choosing.want_again(here)
    if here.use == SourceUse.BANNED:
        return _outcome(line, Became.THERE, words.there(here, is_banned=True), here)
    sources.bring(here)
    full_texts.ask_for(here, looked_up.work)
    if completing.complete(here, looked_up.work):
        return _outcome(line, Became.COMPLETED, words.completed(here, looked_up), here)
    return _outcome(line, Became.THERE, words.there(here, is_banned=False), here)


def _same(document_id: UUID, work: FoundWork) -> Source | None:
    """The source that is this work: by its DOI, else by title, year and author, if no two DOIs speak against it."""
    begins = Q(title__istartswith=work.title[:_BEGINNING_LETTERS])
    rows = Source.objects.select_for_update(of=("self",), no_key=True).filter(document_id=document_id)
    rows = rows.exclude(csl={}).filter((Q(doi=work.doi) & ~Q(doi="")) | begins).order_by("pk")
    found = None
    for source in rows:
        how = likeness(as_work(source), work)
        if how is Likeness.CERTAIN:
            found = source
            break
        if how is Likeness.LIKELY and found is None and not (source.doi and work.doi):
            found = source
    return found.joined_to or found if found is not None else None


def _made(keys: sources.Keys, document: Document, work: FoundWork) -> Source:
    source = Source(document=document, origin=SourceOrigin.ADDED)
    sources.take(keys, source, work, FieldOrigin.REGISTER, Sureness.SURE)
    if work.is_retracted and source.retracted_at is None:
        source.retracted_at, source.retracted_by = timezone.now(), ", ".join(work.services)
    source.save()
    completing.add_text(source, work)
    return source


def _unsettled(line: _Line) -> Outcome:
    given, looked_up = line.given, line.looked_up
    if given.slip is not None:
        return _outcome(line, Became.WRONG, str(words.SLIPS[given.slip]))
    if looked_up is None:
        said = ngettext(
            "At most %(most)d address is fetched at a time. Press the button again for this one.",
            "At most %(most)d addresses are fetched at a time. Press the button again for this one.",
            MAX_ADDRESSES,
        )
        return _outcome(line, Became.LEFT, said % {"most": MAX_ADDRESSES})
    if looked_up.is_other:
        return _outcome(line, Became.OTHER_WORK, words.other_work(looked_up))
    if looked_up.work is not None:
        return _outcome(line, Became.WRONG, words.notice(looked_up))
    if looked_up.is_complete:
        return _outcome(line, Became.UNKNOWN, words.unknown(looked_up))
    return _outcome(line, Became.SILENT, words.silent(looked_up))


def _outcome(line: _Line, became: Became, said: str, source: Source | None = None) -> Outcome:
    return Outcome(line.given.line, line.given.text, became, said, source)


def _told(outcomes: list[Outcome], later: Sequence[Given]) -> Added:
    left = [one.text for one in outcomes if not one.is_settled] + [one.text for one in later]
    if later:
        said = ngettext(
            "%(count)d more line was left for the next time: press the button again.",
            "%(count)d more lines were left for the next time: press the button again.",
            len(later),
        )
        outcomes.append(Outcome(later[0].line, "", Became.LEFT, said % {"count": len(later)}))
    return Added(outcomes, left="\n".join(left))
