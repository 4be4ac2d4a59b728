"""Passages that sentences may rest on or have their words from, found by one look at the index (R-10, R-16)."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import RawSQL

from documents.domain.passages import citable
from documents.models import Passage, Source
from reading.language import DICTIONARIES, dictionary

#: Words in a row by which they are looked up, and how many of such runs are looked up at once.
RUN_WORDS: Final = 5
_MOST_RUNS: Final = 600
#: Words of a text by which passages of one source are found, and passages of its beginning.
_MOST_WORDS: Final = 60
_FIRST_PASSAGES: Final = 3
#: Every dictionary that passages are indexed by.
_CONFIGS: Final = sorted({"simple", *DICTIONARIES.values()})
_WORD: Final = re.compile(r"[^\W_]+")
#: Words that the index takes together ("well-known", "3.5"): their run is looked up as it is typed, too.
_JOINED: Final = re.compile(r"\w[^\w\s]\w")
# Each run looks at the index by itself, which OFFSET keeps apart: one query of all of them would take the square of
# their number. Phrases of function words alone are empty in some dictionaries, and would match nothing.
_SHARING: Final = """
    SELECT passage.id
    FROM unnest(%s::text[]) AS words
    CROSS JOIN unnest(%s::regconfig[]) AS config
    CROSS JOIN LATERAL phraseto_tsquery(config, words) AS phrase
    CROSS JOIN LATERAL (
        SELECT id, source_id, position, search FROM documents_passage WHERE search @@ phrase OFFSET 0
    ) AS passage
    WHERE numnode(phrase) > 0 AND passage.source_id IN ({sources})
    GROUP BY passage.id, passage.source_id, passage.position
    ORDER BY round(sum(ts_rank(passage.search, phrase))::numeric, 4) DESC, passage.source_id, passage.position
    LIMIT %s
"""


def sharing_words(*, document_id: UUID, texts: Sequence[str], language: str, limit: int) -> list[Passage]:
    """At most ``limit`` passages with five words in a row of any of the texts, those with most of them first.

    Each has its source loaded. They are found by the index, however large the sources. Of a very long text the runs are
    taken further apart, so that one of the eight words that count as copied is still met with. ``language`` is that of
    the texts.
    """
    runs = _runs(texts)
    if not runs:
        return []
    configs = sorted({dictionary(language), dictionary("en"), dictionary("")})
    of_document = Source.objects.citable().filter(document_id=document_id).values("pk")
    sources, of_sources = of_document.query.sql_with_params()
    shared = RawSQL(_SHARING.format(sources=sources), [runs, configs, *of_sources, limit])  # noqa: S611  # our own words
    found = citable(document_id=document_id).filter(pk__in=shared).select_related("source").defer("search")
    asked = {run.casefold() for run in runs}
    return sorted(found, key=lambda one: (-_met(one.text, asked), one.source_id, one.position))


def _met(text: str, asked: Collection[str]) -> int:
    """How many of the runs a passage has word for word."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return sum(" ".join(words[at : at + RUN_WORDS]) in asked for at in range(len(words) - RUN_WORDS + 1))


def _runs(texts: Sequence[str]) -> list[str]:
    words = [list(_WORD.finditer(text)) for text in texts]
    most = sum(max(0, len(some) - RUN_WORDS + 1) for some in words)
    # Eight words in a row hold a run of five that begins at every fourth word.
    step = 1 if most <= _MOST_RUNS else 4
    runs: dict[str, None] = {}
    for text, some in zip(texts, words, strict=True):
        for at in range(0, len(some) - RUN_WORDS + 1, step):
            run = some[at : at + RUN_WORDS]
            typed = text[run[0].start() : run[-1].end()]
            if _JOINED.search(typed):
                runs[typed] = None
            runs[" ".join(word[0] for word in run)] = None
    return list(runs)


def of_keys(
    *,
    document_id: UUID,
    pages: Mapping[str, Sequence[str]],
    text: str,
    limit: int,
    picked: Collection[int] = (),
) -> list[Passage]:
    """At most ``limit`` passages of the citable sources with these keys, or one of each, with their sources loaded.

    First the first one of each source: a key without any has nothing to cite. Then those on the ``pages`` that are
    named for a key or ``picked`` by their ids, then those that share most words with ``text`` or begin their source.
    """
    named = Q(pk__in=picked)
    for key, names in pages.items():
        numbers = [int(name) for name in names if name.isdecimal() and len(name) < 7]
        places = Q(page_label__in=names) | Q(page_label="", page__in=numbers)
        named |= Q(source__key=key) & places
    query = _any_word(text)
    of_these = citable(document_id=document_id).filter(source__key__in=list(pages))
    is_first = Q(pk__in=of_these.order_by("source_id", "position").distinct("source_id").values("pk"))
    found = of_these.filter(is_first | named | Q(position__lt=_FIRST_PASSAGES) | Q(search=query))
    place = Case(When(is_first, then=Value(0)), When(named, then=Value(1)), default=Value(2))
    in_order = found.annotate(place=place, rank=SearchRank(F("search"), query)).order_by(
        "place", "-rank", "source_id", "position"
    )
    return list(in_order.select_related("source").defer("search")[: max(limit, len(pages))])


def _any_word(text: str) -> SearchQuery:
    """Any of the longest words of a text, in whichever language a source was indexed."""
    words = sorted({word.casefold() for word in _WORD.findall(text) if len(word) > 3}, key=lambda one: (-len(one), one))
    raw = " or ".join(f'"{word}"' for word in words[:_MOST_WORDS]) or '""'
    query, *others = [SearchQuery(raw, config=config, search_type="websearch") for config in _CONFIGS]
    for other in others:
        query = query | other
    return query
