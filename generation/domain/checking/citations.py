"""Does each citation rest on a passage of this document's sources? Decided by code where code can (R-10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from documents.domain.text import CitedKey, citation_keys
from documents.enums import CitationCheck
from documents.models import Passage
from generation.domain.checking import wording
from generation.domain.checking.sentences import Sentence
from generation.prompts.fencing import page_of

#: From this share of common words a sentence counts as the passage's own wording.
_ENOUGH: Final = 0.7
#: A quotation proves a sentence when it is at least so many characters, and this share of the sentence.
_QUOTED: Final = 24
_QUOTED_SHARE: Final = 0.3


@dataclass(frozen=True)
class Finding:
    """What was found about one cited key. ``check`` is None while undecided or wrong; ``problem`` says why."""

    sentence: Sentence
    cited: CitedKey
    passage: Passage | None = None
    check: CitationCheck | None = None
    note: str = ""
    problem: str = ""

    @property
    def is_undecided(self) -> bool:
        """Neither proven nor refuted by code: for a model to judge."""
        return self.check is None and not self.problem


def examine(sentence: Sentence, passages: Sequence[Passage], hints: Mapping[str, int]) -> list[Finding]:
    """A finding for each key that the sentence cites, in order.

    ``passages`` are those its writer was shown; ``hints`` gives, for a key, the passage its writer named.
    """
    return [_examine(sentence, cited, passages, hints.get(cited.key)) for cited in citation_keys(sentence.text)]


def _examine(sentence: Sentence, cited: CitedKey, passages: Sequence[Passage], hint: int | None) -> Finding:
    finding = Finding(sentence, cited)
    same_key = [passage for passage in passages if passage.source.key == cited.key]
    if not same_key:
        return replace(finding, problem=f"[@{cited.key}] is not one of the sources")
    on_page = [passage for passage in same_key if not cited.locator or page_of(passage) == cited.locator]
    if not on_page:
        return replace(finding, problem=f"no passage of page {cited.locator} of {cited.key} was among the sources")
    quoted = [quotation for quotation in sentence.quotations if len(quotation) >= _QUOTED]
    if quoted:
        return _examine_quotation(finding, on_page, quoted)
    best = max(on_page, key=lambda passage: (wording.overlap(sentence.text, passage.text), passage.pk == hint))
    if wording.overlap(sentence.text, best.text) >= _ENOUGH and not wording.is_beyond(sentence.text, best.text):
        return replace(finding, passage=best, check=CitationCheck.OVERLAP)
    return replace(finding, passage=best)


def _examine_quotation(finding: Finding, passages: Sequence[Passage], quoted: Sequence[str]) -> Finding:
    """Every quotation of a sentence must stand in one of the passages of the page."""
    sentence = wording.plain(finding.sentence.text)
    for passage in passages:
        if all(wording.stands_in(quotation, passage.text) for quotation in quoted):
            share = sum(len(quotation) for quotation in quoted) / max(1, len(sentence))
            check = CitationCheck.VERBATIM if share >= _QUOTED_SHARE else None
            return replace(finding, passage=passage, check=check)
    return replace(finding, problem=f"the quotation “{quoted[0][:80]}” does not stand in the passage it cites")
