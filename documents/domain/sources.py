"""Sources of a document: finding, adding and naming them, and choosing the passages that fit a text (R-10, R-95)."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from redis.exceptions import RedisError

from documents.domain import full_texts, retractions, search_services
from documents.domain.passages import NewPassage, insert
from documents.domain.retrieval import passages_for
from documents.enums import FieldOrigin, SourceOrigin, Sureness
from documents.models import Document, Source
from documents.sources import provenance
from documents.sources.asking import Line, line
from documents.sources.found import MIN_TEXT_CHARACTERS, FoundWork, doi, doi_of, plain_title
from documents.sources.found import text as text_of
from documents.sources.keys import key_for
from documents.sources.merging import KEPT, merge
from documents.sources.retractions import by_title
from documents.sources.same_titles import plain
from documents.sources.searching import SearchResult, ask_all, configured
from privacy.domain import audit
from reading.cleaning import clean_pages
from reading.language import language_of, language_of_title
from reading.passages import split_page
from reading.protocol import Page
from tesigo.platform.plain_text import cleaned

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "FoundWork",
    "add_found",
    "add_passages",
    "bring",
    "csl_of",
    "describe",
    "lock_keys",
    "passage_texts",
    "passages_for",
    "search",
    "take",
]

logger = logging.getLogger(__name__)

#: Seconds an answer of the search services is believed.
CACHED_SECONDS: Final = 24 * 3600
MAX_QUERIES: Final = 8


@dataclass(slots=True)
class Keys:
    """The citation keys of one document, held by the lock on its row until the transaction ends."""

    taken: set[str]

    def name(self, source: Source, csl: dict[str, Any]) -> None:
        """Gives the source its key and what follows from its CSL-JSON item, whose texts are cleaned."""
        csl = cleaned(csl)
        csl.pop("citation-key", None)
        source.key = key_for(csl, self.taken)
        self.taken.add(source.key)
        describe(source, csl)
        standing = by_title(text_of(csl.get("title")))
        if standing.is_retracted or standing.takes_back:
            source.retracted_at, source.retracted_by = timezone.now(), "title"


def describe(source: Source, csl: dict[str, Any]) -> None:
    """Gives a source that has its key the CSL-JSON item, and what follows from it: title, DOI and address."""
    # However it was written ("doi:…", "https://doi.org/…"): registers are asked for the bare one, and no style
    # makes an address of what is none.
    source.doi = doi_of(csl)[:200]
    bare = {name: value for name, value in csl.items() if name != "DOI"}
    source.csl = {**bare, **({"DOI": source.doi} if source.doi else {}), "id": source.key}
    source.title = plain_title(str(csl.get("title", "")))[:500]
    url = str(csl.get("URL", ""))
    source.url = url if url.startswith(("http://", "https://")) and len(url) <= 1000 else ""


def csl_of(work: FoundWork) -> dict[str, Any]:
    """The work's CSL item with its language: the service's, else its title's. Abstracts are often in English."""
    language = work.language or language_of_title(work.title)
    return {**work.csl(), **({"language": language} if language else {})}


def take(keys: Keys, source: Source, work: FoundWork, origin: FieldOrigin, sureness: Sureness) -> None:
    """Gives a source that is not saved yet its key and all that a service says of its work."""
    keys.name(source, csl_of(work))
    source.origins = provenance.all_from(source.csl, origin, sureness)
    source.is_peer_reviewed, source.is_open_access = work.is_peer_reviewed, work.is_open_access
    source.url = source.url or (work.url if len(work.url) <= 1000 else "")
    source.notices = [list(one) for one in work.notices]


def bring(source: Source) -> None:
    """Notes that its owner brought the work themselves, which a search had found: it is one of their own (R-97)."""
    if source.origin == SourceOrigin.SEARCH:
        source.origins = provenance.whole(source.csl, origins=source.origins, origin=source.origin)
        source.origin = SourceOrigin.ADDED
        source.save(update_fields=["origin", "origins"])


def lock_keys(*, document_id: UUID) -> Keys:
    """Locks the document's row for the rest of the transaction: two files that end at once get different keys."""
    Document.objects.select_for_update().only("pk").get(pk=document_id)
    return Keys(taken=set(Source.objects.filter(document_id=document_id).values_list("key", flat=True)))


def passage_texts(text: str) -> list[str]:
    """A text without pages, such as an abstract, as passages; empty where it is too short to rest a claim on."""
    if len(text) < MIN_TEXT_CHARACTERS:
        return []
    pages = clean_pages([Page(number=0, label="", text=text)])
    return [passage for page in pages for passage in split_page(page.text)]


def add_passages(source: Source, texts: Sequence[str], *, language: str) -> None:
    """Passages without page, in order, with their words in the index."""
    rows = [NewPassage(page=0, page_label="", position=position, text=text) for position, text in enumerate(texts)]
    insert(source=source, passages=rows, language=language)


def add_found(*, document_id: UUID, works: Iterable[FoundWork], by: "User | None" = None) -> list[Source]:
    """Makes sources of works that can be cited and are not there yet (by DOI, then title); returns the new ones."""
    added: list[Source] = []
    with transaction.atomic():
        keys = lock_keys(document_id=document_id)
        there = Source.objects.filter(document_id=document_id).values_list("doi", "title")
        dois = {doi(said) or said for said, _title in there if said}
        titles = {plain(title) for _said, title in there}
        last = Source.objects.filter(document_id=document_id).aggregate(last=Max("rank"))["last"] or 0
        for work in works:
            texts = passage_texts(work.text)
            if not texts or not work.is_citable or work.doi in dois or plain(work.title) in titles:
                continue
            source = Source(document_id=document_id, origin=SourceOrigin.SEARCH, rank=last + len(added) + 1)
            take(keys, source, work, FieldOrigin.SEARCH, Sureness.LIKELY)
            source.save()
            add_passages(source, texts, language=language_of(work.text) or str(source.csl.get("language", "")))
            full_texts.ask_for(source, work)
            added.append(source)
            dois |= {work.doi} - {""}
            titles.add(plain(work.title))
        # One row for the search, whatever it found.
        found = {"sources": len(added)}
        audit.record(action="sources.searched", subject=Document(pk=document_id), by=by, details=found)
    return added


async def search(queries: list[str], *, language: str = "", document_id: UUID | None = None) -> list[FoundWork]:
    """The best works over all queries and configured services, best first, at most 20 for a query.

    The queries are asked at once. Answers are cached for a day, except where a service was silent. Without any service
    it is an empty list. Sources of the document ``document_id`` that were taken back, as the services know, are marked.
    """
    services = configured(settings.SOURCE_SERVICES)
    wanted = list(dict.fromkeys(query.strip() for query in queries if query.strip()))[:MAX_QUERIES]
    async with line(services) as asked:
        results = await asyncio.gather(*(_works(asked, query, language) for query in wanted))
    await _note(asked)
    if document_id is not None:
        taken_back = [work for result in results for work in result.taken_back]
        await sync_to_async(retractions.mark_found)(document_id=document_id, works=taken_back, now=timezone.now())
    # What one query knows to be taken back must not come back by another.
    lists = [*(result.works for result in results), *(result.taken_back for result in results)]
    return merge(lists, query=" ".join(queries), language=language, keep=KEPT * max(1, len(results)))


async def _works(asked: Line, query: str, language: str) -> SearchResult:
    """What one query found, from the cache where it is known."""
    name = _cache_name(query, language)
    if (known := await _remembered(name)) is not None:
        return known
    result = await ask_all(asked, query, language=language)
    if asked.services and not result.failed:
        found = {"works": result.works, "taken_back": result.taken_back}
        said = {kind: [asdict(work) for work in works] for kind, works in found.items()}
        try:
            await cache.aset(name, json.dumps(said), CACHED_SECONDS)
        except (RedisError, OSError):
            logger.warning("what was found could not be remembered")
    return result


async def _note(asked: Line) -> None:
    """Keeps who answered and who did not, for staff; a search that was made goes on without it."""
    silent = {name: why for name, why in asked.failed.items() if name not in asked.answered}
    try:
        await sync_to_async(search_services.record)(answered=asked.answered, failed=silent, now=timezone.now())
    except Exception:  # whatever is wrong with the note, the search was made and goes on
        logger.exception("who answered a search could not be noted")


async def _remembered(name: str) -> SearchResult | None:
    """What was found before; nothing where the cache is away."""
    try:
        known = await cache.aget(name)
    except (RedisError, OSError):
        logger.warning("the cache is away: every service is asked again")
        return None
    if known is None:
        return None
    found = json.loads(known)
    return SearchResult(
        works=[_thawed(work) for work in found["works"]], taken_back=[_thawed(work) for work in found["taken_back"]]
    )


def _cache_name(query: str, language: str) -> str:
    urls = sorted(str(values["url"]) for values in settings.SOURCE_SERVICES.values())
    said = json.dumps([query.casefold(), language, urls])
    return f"search:4:{hashlib.sha256(said.encode()).hexdigest()}"


def _thawed(values: dict[str, Any]) -> FoundWork:
    names = {
        role: tuple(tuple((str(name), str(value)) for name, value in one) for one in values[role])
        for role in ("authors", "editors")
    }
    lists = {name: tuple(values[name]) for name in ("services", "retracts", "pdf_urls")}
    notices = tuple((str(kind), str(doi)) for kind, doi in values["notices"])
    return FoundWork(**{**values, **lists, **names, "notices": notices})
