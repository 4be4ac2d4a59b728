"""Which section has to cite which source, where a document's owner wants one cited for certain (R-97)."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from documents.domain.outline import leaves
from documents.enums import SourceUse
from documents.models import Document, Passage, Source

#: The passages at its beginning say what a work is about: abstract, introduction, contents.
_PASSAGES_READ: Final = 12
_WORD: Final = re.compile(r"[^\W\d_]{4,30}")
#: Letters by which inflected forms count as one word.
_STEM_LETTERS: Final = 6
#: What a text is worth to a source with which it shares no word; then the one with most room is taken.
_NOTHING_SHARED: Final = 0.01


def place(*, document_id: UUID) -> dict[str, list[int]]:
    """By section id, the sources that have to be cited there: each once, where it fits best.

    Sources that may not be cited, or have no text, are not there.
    """
    sections = leaves(Document.objects.only("pk").get(pk=document_id))
    wanted = Source.objects.citable().filter(document_id=document_id, use=SourceUse.MUST, passages__isnull=False)
    fitting = among(
        sources=sorted(set(wanted.values_list("pk", flat=True))),
        texts=[f"{section.title} {section.title} {section.covers}" for section in sections],
        rooms=[float(section.pages) for section in sections],
    )
    placed: dict[str, list[int]] = {}
    for source_id, number in fitting.items():
        placed.setdefault(str(sections[number].pk), []).append(source_id)
    return placed


def among(*, sources: Sequence[int], texts: Sequence[str], rooms: Sequence[float]) -> dict[int, int]:
    """For each source the number of the text that it fits best, by shared words, rare ones first.

    ``rooms`` are the lengths of what is written about each text, in any unit: sources are spread over them.
    """
    about = [_stems(text) for text in texts]
    held = Counter(stem for stems in about for stem in stems)
    rarity = {stem: math.log(1 + len(texts) / count) for stem, count in held.items()}
    placed: Counter[int] = Counter()
    found: dict[int, int] = {}
    for source_id, words in _words(sources).items():

        def worth(number: int, words: Mapping[str, int] = words) -> float:
            shared = sum(rarity[stem] * (1 + math.log(words[stem])) for stem in about[number] if words.get(stem))
            return (shared + _NOTHING_SHARED) * rooms[number] / (rooms[number] + placed[number])

        found[source_id] = max(range(len(texts)), key=worth)
        placed[found[source_id]] += 1
    return found


def _words(sources: Sequence[int]) -> dict[int, Counter[str]]:
    """How often each word stands in the title and the beginning of each source."""
    words = {pk: _stems(title) for pk, title in Source.objects.filter(pk__in=sources).values_list("pk", "title")}
    beginnings = (
        Passage.objects.filter(source__in=sources)
        .annotate(number=Window(RowNumber(), partition_by="source_id", order_by=[F("position").asc()]))
        .filter(number__lte=_PASSAGES_READ)
    )
    for source_id, text in beginnings.values_list("source_id", "text"):
        words[source_id] += _stems(text)
    return dict(sorted(words.items()))


def _stems(text: str) -> Counter[str]:
    return Counter(word.casefold()[:_STEM_LETTERS] for word in _WORD.findall(text))
