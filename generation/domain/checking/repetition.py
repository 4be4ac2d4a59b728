"""Does a section say again what another one says? Compared by runs of words; what is cited may come twice.

Sections are compared by fingerprints: the hashes of one run in two, the same ones in every text (Manber 1994). They
are kept with each draft, so that no check reads the whole document.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final
from zlib import crc32

from documents.domain.text import citation_keys
from generation.domain.checking.sentences import Sentence, sentences
from generation.domain.checking.wording import normalised

#: Words in a run, which of the hashes are kept, and the share of a section's that may stand elsewhere.
_RUN: Final = 12
_ONE_IN: Final = 2
_SHARE: Final = 0.2
_WORD: Final = re.compile(r"\w+")


def fingerprint(markdown: str) -> list[int]:
    """Hashes of what a text says in its own words; about one for each two words."""
    return sorted({run for sentence in sentences(markdown) for run in _runs(sentence)})


def repeated(own: Sequence[Sentence], elsewhere: Collection[int]) -> list[Sentence]:
    """The sentences that stand elsewhere, when they are more of the section than chance would have it; else none."""
    mine = [(sentence, _runs(sentence)) for sentence in own]
    total = sum(len(found) for _sentence, found in mine)
    shared = sum(len(found.intersection(elsewhere)) for _sentence, found in mine)
    if not total or shared / total <= _SHARE:
        return []
    return [sentence for sentence, found in mine if found and len(found.intersection(elsewhere)) > len(found) / 2]


def _runs(sentence: Sentence) -> set[int]:
    """The kept hashes of a sentence; none of one that cites."""
    if citation_keys(sentence.text):
        return set()
    words = _WORD.findall(normalised(sentence.text))
    hashes = (crc32(" ".join(words[place : place + _RUN]).encode()) for place in range(len(words) - _RUN + 1))
    return {found for found in hashes if found % _ONE_IN == 0}
