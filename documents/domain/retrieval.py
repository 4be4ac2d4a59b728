"""The passages of a document's sources that fit a text best."""

import math
import re
from collections import Counter
from typing import Final
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, F, Q, QuerySet

from documents.enums import UploadState
from documents.extraction.language import dictionary
from documents.models import Passage, Source

_WORD: Final = re.compile(r"[^\W\d_]{3,30}")
_MAX_WORDS: Final = 60
#: Candidates fetched for each passage wanted, and at least this many.
_CANDIDATES_EACH: Final = 10
_CANDIDATES: Final = 300
#: ts_rank divided by 1 + the logarithm of the passage's length.
_BY_LENGTH: Final = 1
#: Letters by which inflected forms count as one word when candidates are ranked again.
_STEM: Final = 6
#: A passage loses this share of its worth for each one already chosen from its page, and from its source.
_SAME_PAGE: Final = 0.5
_SAME_SOURCE: Final = 0.03
#: BM25's usual constants (Robertson and Zaragoza 2009).
_K1: Final = 1.2
_B: Final = 0.6


def passages_for(*, document_id: UUID, text: str, limit: int) -> list[Passage]:
    """At most ``limit`` passages, best first, over different sources and pages, each with its source loaded.

    Full-text search finds candidates that share any significant word with ``text``; they are ranked by how rare the
    shared words are. Where nothing is shared, passages spread evenly over the sources answer instead, so that a
    writer never stands without sources while the document has some.
    """
    usable = Passage.objects.filter(source__document_id=document_id).filter(
        Q(source__upload=None) | Q(source__upload__state=UploadState.READY)
    )
    configs = _dictionaries(document_id)
    weights = _weights(usable, _significant(text), configs)
    candidates = _candidates(usable, list(weights), configs, max(_CANDIDATES, limit * _CANDIDATES_EACH))
    chosen = _spread(_ranked(candidates, weights), limit)
    wanted = min(limit, 4)
    if len(chosen) < wanted:
        chosen += _representative(usable, wanted - len(chosen), without={passage.pk for passage in chosen})
    return chosen


def _significant(text: str) -> list[str]:
    """Words in order of how often they stand in the text, without function words of three letters and doubles."""
    counted = Counter(word.casefold() for word in _WORD.findall(text))
    ordered = sorted(counted, key=lambda word: (-counted[word], -len(word)))
    return [word for word in ordered if len(word) > 3 or counted[word] > 1][:_MAX_WORDS]


def _dictionaries(document_id: UUID) -> list[str]:
    """The dictionaries by which the document's sources were indexed: each in its own language."""
    languages = Source.objects.filter(document_id=document_id).values_list("csl__language", flat=True).distinct()
    return sorted({dictionary(str(language or "")) for language in languages})


def _query(words: list[str], configs: list[str]) -> SearchQuery:
    """Any of the words, in any of the languages. Only letters reach it, in quotes: nothing can be an operator."""
    raw = " or ".join(f'"{word}"' for word in words)
    query, *others = [SearchQuery(raw, config=config, search_type="websearch") for config in configs]
    for other in others:
        query = query | other
    return query


def _weights(usable: QuerySet[Passage], words: list[str], configs: list[str]) -> dict[str, float]:
    """For each word that any passage holds, how much it tells: the rarer, the more (BM25's idf)."""
    if not words or not configs:
        return {}
    counts = {f"held_{at}": Count("pk", filter=Q(search=_query([word], configs))) for at, word in enumerate(words)}
    held = usable.aggregate(total=Count("pk"), **counts)
    total = held["total"]
    return {
        word: math.log(1 + (total - count + 0.5) / (count + 0.5))
        for at, word in enumerate(words)
        if (count := held[f"held_{at}"])
    }


def _candidates(usable: QuerySet[Passage], words: list[str], configs: list[str], count: int) -> list[Passage]:
    if not words:
        return []
    query = _query(words, configs)
    return list(
        usable.filter(search=query)
        .annotate(rank=SearchRank(F("search"), query, normalization=_BY_LENGTH))
        .select_related("source")
        .defer("search")
        .order_by("-rank", "pk")[:count]
    )


def _ranked(candidates: list[Passage], weights: dict[str, float]) -> list[tuple[float, Passage]]:
    """BM25, with words that begin alike taken as one: near enough to the dictionaries' own stems."""
    stems: dict[str, float] = {}
    for word, weight in weights.items():
        stems[word[:_STEM]] = min(weight, stems.get(word[:_STEM], weight))
    usual = sum(len(passage.text) for passage in candidates) / len(candidates) if candidates else 1
    ranked: list[tuple[float, Passage]] = []
    for passage in candidates:
        found = Counter(stem for word in _WORD.findall(passage.text) if (stem := word.casefold()[:_STEM]) in stems)
        length = _K1 * (1 - _B + _B * len(passage.text) / usual)
        worth = sum(stems[stem] * times * (_K1 + 1) / (times + length) for stem, times in found.items())
        ranked.append((worth, passage))
    return sorted(ranked, key=lambda pair: (-pair[0], pair[1].pk))


def _spread(ranked: list[tuple[float, Passage]], limit: int) -> list[Passage]:
    """Best first, but each further passage of one page or one source has to be so much better."""
    chosen: list[Passage] = []
    pages: Counter[tuple[int, int]] = Counter()
    sources: Counter[int] = Counter()
    left = list(ranked)
    while left and len(chosen) < limit:
        at = max(
            range(len(left)),
            key=lambda index: (
                left[index][0]
                * (1 - _SAME_PAGE) ** pages[_page(left[index][1])]
                * (1 - _SAME_SOURCE) ** sources[left[index][1].source_id]
            ),
        )
        _worth, passage = left.pop(at)
        chosen.append(passage)
        pages[_page(passage)] += 1
        sources[passage.source_id] += 1
    return chosen


def _page(passage: Passage) -> tuple[int, int]:
    """The page; where there are none each passage is its own."""
    return (passage.source_id, passage.page or -passage.pk)


def _representative(usable: QuerySet[Passage], count: int, *, without: set[int]) -> list[Passage]:
    """Passages spread evenly over all there are, source after source."""
    ids = list(usable.exclude(pk__in=without).order_by("source_id", "position").values_list("pk", flat=True))
    if not ids:
        return []
    step = max(1, len(ids) // (count + 1))
    picked = ids[step - 1 :: step][:count] if len(ids) > count else ids
    return list(Passage.objects.filter(pk__in=picked).select_related("source").defer("search").order_by("pk"))
