"""The passages of a document's sources that fit a text best."""

import math
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID
from zlib import crc32

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from documents.enums import UploadState
from documents.models import Passage, Source
from reading.language import dictionary

_WORD: Final = re.compile(r"[^\W\d_]{3,30}")
_MAX_WORDS: Final = 60
#: Candidates of all sources together, and the fewest of one, for each passage wanted.
_CANDIDATES: Final = 300
_CANDIDATES_EACH: Final = 2
#: How often words stand in passages is counted in a sample of about this many of them, spread evenly.
_SAMPLE_PASSAGES: Final = 1_500
#: Candidates hold one of the rarest words, which together stand in no more than ``_ENOUGH_ROWS`` passages. A word that
#: stands in more is searched only where the rarer ones leave fewer than ``_FEWEST_CANDIDATES`` for each passage wanted.
_ENOUGH_ROWS: Final = 1_500
_FEWEST_CANDIDATES: Final = 3
#: ts_rank divided by 1 + the logarithm of the passage's length.
_BY_LENGTH: Final = 1
#: Letters by which inflected forms count as one word when candidates are ranked again.
_STEM_LETTERS: Final = 6
#: A passage loses this share of its worth for each one already chosen from its page, and from its source.
_SAME_PAGE_DISCOUNT: Final = 0.5
_SAME_SOURCE_DISCOUNT: Final = 0.03
#: While others have something to give, a source gives at most ``_MOST_SHARES`` times its even share, or
#: ``_FEWEST_PASSAGES`` where that is more.
_MOST_SHARES: Final = 2
_FEWEST_PASSAGES: Final = 3
#: Passages that are returned where no word is shared.
_REPRESENTATIVE_PASSAGES: Final = 8
#: BM25's usual constants (Robertson and Zaragoza 2009).
_K1: Final = 1.2
_B: Final = 0.6


@dataclass(frozen=True)
class _Held:
    """The sources that may be cited: how many passages each has, and the dictionaries they were indexed by."""

    passages: dict[int, int]
    configs: list[str]

    @property
    def total(self) -> int:
        return sum(self.passages.values())


@dataclass
class _Candidate:
    """A passage with its worth for the text, and its words as bits of a number, to be compared at once."""

    passage: Passage
    worth: float
    words: int
    #: The most that it has in common with one that was chosen, 0 to 1.
    alike: float = field(default=0.0)

    def is_alike(self, other: "_Candidate") -> float:
        """The share of the shorter one's words that both hold."""
        shorter = min(self.words.bit_count(), other.words.bit_count())
        return (self.words & other.words).bit_count() / shorter if shorter else 0.0


def passages_for(*, document_id: UUID, text: str, limit: int, of: Collection[int] | None = None) -> list[Passage]:
    """At most ``limit`` passages, best first, over different sources and pages, each with its source loaded.

    Full-text search finds candidates that share a telling word with ``text``; they are ranked by how rare the shared
    words are and how often ``text`` has them, then chosen so that none says again what another one says. Where nothing
    is shared, passages spread evenly over the sources answer instead, other ones for another text, so that a writer
    never stands without sources while the document has some. ``of`` names the sources to choose from; all by default.

    The work is bounded: a source of thousands of pages is counted in a sample, and searched by its rarest words.
    """
    held = _held(document_id, of)
    if not held.total:
        return []
    counted = _counted(text)
    found = _frequencies(held, list(counted))
    weights = {word: _weight(held.total, found[word], counted[word]) for word in counted if word in found}
    candidates = _ranked(_candidates(held, _rarest(found, limit), limit), weights)
    chosen = _spread(candidates, limit)
    wanted = min(limit, _REPRESENTATIVE_PASSAGES)
    if len(chosen) < min(wanted, _REPRESENTATIVE_PASSAGES // 2):
        chosen += _representative(held, text, wanted - len(chosen), without={passage.pk for passage in chosen})
    return chosen


def _held(document_id: UUID, of: Collection[int] | None) -> _Held:
    # What was taken back or banned is offered to nobody, whenever that became known.
    usable = (
        Source.objects.citable()
        .filter(document_id=document_id)
        .filter(Q(upload=None) | Q(upload__state=UploadState.READY), passages__isnull=False)
    )
    if of is not None:
        usable = usable.filter(pk__in=of)
    rows = list(usable.order_by("pk").values_list("pk", "csl__language").annotate(Count("passages")))
    return _Held(
        passages={pk: count for pk, _language, count in rows},
        configs=sorted({dictionary(str(language or "")) for _pk, language, _count in rows}),
    )


def _counted(text: str) -> dict[str, int]:
    """How often each word stands in the text, most often first, without function words of three letters."""
    counted = Counter(word.casefold() for word in _WORD.findall(text))
    ordered = sorted(counted, key=lambda word: (-counted[word], -len(word)))
    return {word: counted[word] for word in ordered if len(word) > 3 or counted[word] > 1}


def _weight(total: int, held: float, times: int) -> float:
    """How much a word tells: BM25's idf, and more for one that the text repeats, as it does its own title."""
    return math.log(1 + (total - held + 0.5) / (held + 0.5)) * (1 + math.log(times))


def _rarest(found: dict[str, float], limit: int) -> list[str]:
    """The rarest words, as long as not too many passages hold one of them, or too few to choose from."""
    asked: list[str] = []
    rows = 0.0
    for word in sorted(found, key=lambda word: (found[word], word)):
        if rows >= limit * _FEWEST_CANDIDATES and rows + found[word] > _ENOUGH_ROWS:
            break
        asked.append(word)
        rows += found[word]
    return asked


def _frequencies(held: _Held, words: list[str]) -> dict[str, float]:
    """In about how many passages each word stands; words that stand in none are left out.

    Of a large stock one passage in n is counted, in one pass of the database over them: by a hash of its place, for
    what comes back on every page must not count for more. A word that was not met may still stand in a few.
    """
    step = max(1, held.total // _SAMPLE_PASSAGES)
    sample = (
        f"SELECT search FROM {connection.ops.quote_name(Passage._meta.db_table)} "  # noqa: S608  # numbers of ours
        f"WHERE source_id IN ({', '.join(map(str, held.passages))}) AND (hashint4(position) & 2147483647) % {step} = 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.word, max(met.ndoc) FROM unnest(%s::text[]) AS asked (word) "
            "CROSS JOIN unnest(%s::regconfig[]) AS config "
            "CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector(config, asked.word))) AS stem "
            "LEFT JOIN ts_stat(%s) AS met ON met.word = stem GROUP BY asked.word",
            [words[:_MAX_WORDS], held.configs, sample],
        )
        rows = cursor.fetchall()
    unmet = step / 2 if step > 1 else 0
    counts = {word: float(met * step) if met else unmet for word, met in rows}
    return {word: count for word in words if (count := counts.get(word, 0.0))}


def _candidates(held: _Held, words: list[str], limit: int) -> list[Passage]:
    """Passages that hold any of the words, the best of each source and of all."""
    if not words:
        return []
    query = _query(words, held.configs)
    most = max(limit * _CANDIDATES_EACH, _CANDIDATES // len(held.passages))
    best = (
        Passage.objects.filter(source_id__in=list(held.passages), search=query)
        .annotate(rank=SearchRank(F("search"), query, normalization=_BY_LENGTH))
        .annotate(place=Window(RowNumber(), partition_by="source_id", order_by=[F("rank").desc(), F("pk").asc()]))
        .filter(place__lte=most)
        .order_by("-rank", "pk")
        .values("pk")[: max(_CANDIDATES, limit * _CANDIDATES_EACH)]
    )
    return list(Passage.objects.filter(pk__in=best).select_related("source").defer("search"))


def _query(words: list[str], configs: list[str]) -> SearchQuery:
    """Any of the words, in any of the languages. Only letters reach it, in quotes: nothing can be an operator."""
    raw = " or ".join(f'"{word}"' for word in words)
    query, *others = [SearchQuery(raw, config=config, search_type="websearch") for config in configs]
    for other in others:
        query = query | other
    return query


def _ranked(passages: list[Passage], weights: dict[str, float]) -> list[_Candidate]:
    """BM25, with words that begin alike taken as one: near enough to the dictionaries' own stems."""
    stems: dict[str, float] = {}
    for word, weight in weights.items():
        stems[word[:_STEM_LETTERS]] = min(weight, stems.get(word[:_STEM_LETTERS], weight))
    usual = sum(len(passage.text) for passage in passages) / len(passages) if passages else 1
    bits: dict[str, int] = {}
    ranked: list[_Candidate] = []
    for passage in passages:
        found = Counter(word[:_STEM_LETTERS] for word in _WORD.findall(passage.text.casefold()))
        length = _K1 * (1 - _B + _B * len(passage.text) / usual)
        shared = ((stems[stem], found[stem]) for stem in stems.keys() & found.keys())
        worth = sum(weight * times * (_K1 + 1) / (times + length) for weight, times in shared)
        ranked.append(_Candidate(passage, worth, sum(1 << bits.setdefault(stem, len(bits)) for stem in found)))
    return sorted(ranked, key=lambda one: (-one.worth, one.passage.pk))


def _spread(ranked: list[_Candidate], limit: int) -> list[Passage]:
    """Best first, each further one the better for saying something else, on another page, in another source.

    Maximal marginal relevance (Carbonell and Goldstein 1998) by words. A source that has given its share stands back
    until the others have nothing left to give.
    """
    chosen: list[Passage] = []
    pages: Counter[tuple[int, int]] = Counter()
    sources: Counter[int] = Counter()
    number = len({one.passage.source_id for one in ranked})
    share = max(_FEWEST_PASSAGES, math.ceil(limit / number) * _MOST_SHARES) if number > 1 else limit
    left = list(ranked)

    def gain(one: _Candidate) -> tuple[bool, float]:
        of_page, of_source = pages[_page(one.passage)], sources[one.passage.source_id]
        before = (1 - _SAME_PAGE_DISCOUNT) ** of_page * (1 - _SAME_SOURCE_DISCOUNT) ** of_source
        return of_source < share, one.worth * before * (1 - one.alike)

    while left and len(chosen) < limit:
        best = max(left, key=gain)
        left.remove(best)
        for other in left:
            other.alike = max(other.alike, other.is_alike(best))
        chosen.append(best.passage)
        pages[_page(best.passage)] += 1
        sources[best.passage.source_id] += 1
    return chosen


def _page(passage: Passage) -> tuple[int, int]:
    """The page; where there are none each passage is its own."""
    return (passage.source_id, passage.page or -passage.pk)


def _representative(held: _Held, text: str, count: int, *, without: set[int]) -> list[Passage]:
    """Passages spread evenly over all there are, source after source; where to begin is up to the text."""
    mine = Passage.objects.filter(source_id__in=list(held.passages)).exclude(pk__in=without)
    ids = list(mine.order_by("source_id", "position").values_list("pk", flat=True))
    if len(ids) > count:
        step = len(ids) / count
        begin = crc32(text.encode()) % max(1, int(step))
        ids = [ids[min(len(ids) - 1, begin + int(number * step))] for number in range(count)]
    return list(Passage.objects.filter(pk__in=ids).select_related("source").defer("search").order_by("pk"))
