"""Does a section say again what another one says? Compared by runs of words; what is cited may come twice."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from documents.domain.text import citation_keys
from generation.domain.checking.sentences import Sentence, sentences
from generation.domain.checking.wording import normalised

#: Words in a run, and the share of a section's runs that may stand elsewhere.
_RUN: Final = 8
_SHARE: Final = 0.2
_WORD: Final = re.compile(r"\w+")


def runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """All runs of words of what these texts say in their own words."""
    return {run for text in texts for sentence in sentences(text) if _is_own(sentence) for run in _runs(sentence)}


def repeated(own: Sequence[Sentence], elsewhere: set[tuple[str, ...]]) -> list[Sentence]:
    """The sentences that stand elsewhere, when they are more of the section than chance would have it; else none."""
    mine = [(sentence, _runs(sentence)) for sentence in own if _is_own(sentence)]
    total = sum(len(found) for _sentence, found in mine)
    shared = sum(len(found & elsewhere) for _sentence, found in mine)
    if not total or shared / total <= _SHARE:
        return []
    return [sentence for sentence, found in mine if found and len(found & elsewhere) > len(found) / 2]


def _is_own(sentence: Sentence) -> bool:
    return not citation_keys(sentence.text)


def _runs(sentence: Sentence) -> set[tuple[str, ...]]:
    words = _WORD.findall(normalised(sentence.text))
    return {tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)}
