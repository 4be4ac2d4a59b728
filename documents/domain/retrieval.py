"""The passages of a document's sources that fit a text best."""

import math
import re
from collections import Counter
from typing import Final
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q, QuerySet

from documents.enums import UploadState
from documents.extraction.language import dictionary
from documents.models import Passage, Source

_WORD: Final = re.compile(r"[^\W\d_]{3,30}")
_MAX_WORDS: Final = 60
#: Candidates fetched for each passage wanted, and at least this many.
_CANDIDATES_EACH: Final = 8
_CANDIDATES: Final = 120
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
    words = _significant(text)
    candidates = _candidates(usable, document_id, words, max(_CANDIDATES, limit * _CANDIDATES_EACH)) if words else []
    chosen = _spread(_ranked(candidates, words), limit)
    wanted = min(limit, 4)
    if len(chosen) < wanted:
        chosen += _representative(usable, wanted - len(chosen), without={passage.pk for passage in chosen})
    return chosen


def _significant(text: str) -> list[str]:
    """Words in order of how often they stand in the text, without function words of three letters and doubles."""
    counted = Counter(word.casefold() for word in _WORD.findall(text))
    ordered = sorted(counted, key=lambda word: (-counted[word], -len(word)))
    return [word for word in ordered if len(word) > 3 or counted[word] > 1][:_MAX_WORDS]


def _candidates(usable: QuerySet[Passage], document_id: UUID, words: list[str], count: int) -> list[Passage]:
    """Passages with any of the words. Each source was indexed by its language's dictionary: all of them are asked."""
    languages = Source.objects.filter(document_id=document_id).values_list("csl__language", flat=True).distinct()
    configs = sorted({dictionary(str(language or "")) for language in languages}) or ["simple"]
    # Only letters reach the query, each word in quotes: nothing in a text can be taken for an operator.
    raw = " or ".join(f'"{word}"' for word in words)
    query = SearchQuery(raw, config=configs[0], search_type="websearch")
    for config in configs[1:]:
        query = query | SearchQuery(raw, config=config, search_type="websearch")
    return list(
        usable.filter(search=query)
        .annotate(rank=SearchRank(F("search"), query, normalization=_BY_LENGTH))
        .select_related("source")
        .defer("search")
        .order_by("-rank", "pk")[:count]
    )


def _ranked(candidates: list[Passage], words: list[str]) -> list[tuple[float, Passage]]:
    """BM25 over the candidates: a word that few of them hold weighs more than one that all of them hold."""
    stems = {word[:_STEM] for word in words}
    counts = [
        Counter(stem for word in _WORD.findall(passage.text) if (stem := word.casefold()[:_STEM]) in stems)
        for passage in candidates
    ]
    holders = Counter(stem for count in counts for stem in count)
    usual = sum(len(passage.text) for passage in candidates) / len(candidates) if candidates else 1
    total = len(candidates)
    ranked: list[tuple[float, Passage]] = []
    for passage, count in zip(candidates, counts, strict=True):
        length = _K1 * (1 - _B + _B * len(passage.text) / usual)
        worth = sum(
            math.log(1 + (total - holders[stem] + 0.5) / (holders[stem] + 0.5)) * times * (_K1 + 1) / (times + length)
            for stem, times in count.items()
        )
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
