"""Checks that each citation rests on a passage of this document's sources, by code where possible (R-10)."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from documents.domain.text import GROUP, CitedKey, citation_keys, without_citations
from documents.enums import CitationCheck
from documents.models import Passage
from generation.writing.checking import wording
from generation.writing.prompts.blocks import on_pages, page_of
from generation.writing.prompts.sizes import CLAIM_CHARACTERS
from generation.writing.sentences import QUOTE, Sentence, paragraphs, sentences, without_quotations

#: Fewest words between quotation marks that are a quotation rather than a term: with a citation, and without any.
_QUOTED_WORDS: Final = 3
_UNCITED_WORDS: Final = 5
#: A quotation proves a sentence when it is this share of it.
_QUOTED_SHARE: Final = 0.5
#: How much more of a sentence another passage must hold than the one its writer named.
_BELIEVED_MARGIN: Final = 0.15
#: What all numbers of a sentence count beside all its words.
_FIGURES_WEIGHT: Final = 0.3
#: Words that may introduce a citation: "see also", "cf.", "vgl.".
_PREFIX: Final = re.compile(r"(?:[A-Z]?[^\W\d_A-Z]{1,9}\.?\s?){0,3}")


#: For a sentence, the passage of each key that its writer named.
Hints = Callable[[Sentence], Mapping[str, int]]


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


@dataclass(frozen=True)
class Offered:
    """The passages that a text's writer was shown, found by the key of their source."""

    passages: Sequence[Passage]

    @cached_property
    def by_key(self) -> Mapping[str, list[Passage]]:
        """The passages of each source."""
        found: dict[str, list[Passage]] = {}
        for passage in self.passages:
            found.setdefault(passage.source.key, []).append(passage)
        return found

    @cached_property
    def titles(self) -> frozenset[str]:
        """The titles of the sources."""
        return frozenset(passages[0].source.title for passages in self.by_key.values())


def completed(markdown: str, offered: Offered, hints: Hints) -> str:
    """The text with a page in each citation of a source that has pages: the one of the passage it will be tied to.

    What is not so is found out when the sentence is compared with that passage.
    """
    parts = paragraphs(markdown)
    for sentence in reversed(sentences(markdown)):
        part = parts[sentence.paragraph]
        piece = part[sentence.start : sentence.end]
        for at, group in reversed(list(enumerate(_groups(piece)))):
            quoted = _quoted(sentence.text, at, offered.titles)
            paged = _with_pages(group[0], sentence, quoted, offered, hints(sentence))
            piece = piece[: group.start()] + paged + piece[group.end() :]
        parts[sentence.paragraph] = part[: sentence.start] + piece + part[sentence.end :]
    return "\n\n".join(parts)


def _with_pages(
    group: str, sentence: Sentence, quoted: Sequence[str], offered: Offered, hints: Mapping[str, int]
) -> str:
    items = group[1:-1].split(";")
    for number, one in enumerate(citation_keys(group)):
        same_key = offered.by_key.get(one.key)
        if same_key and not one.locator and not one.suffix:
            page = page_of(_best(sentence, same_key, hints.get(one.key), quoted))
            items[number] += f", p. {page}" if page else ""
    return f"[{';'.join(items)}]"


def examine(sentence: Sentence, offered: Offered, hints: Mapping[str, int], *, language: str) -> list[Finding]:
    """A finding for each key that the sentence cites, in order.

    ``hints`` gives, for a key, the passage its writer named.
    """
    findings = []
    for at, group in enumerate(_groups(sentence.text)):
        quoted = _quoted(sentence.text, at, offered.titles)
        in_group = [_placed(Finding(sentence, cited), offered) for cited in citation_keys(group[0])]
        everywhere = [passage for _finding, candidates in in_group for passage in candidates]
        lost = next((one for one in quoted if not _stands_in_any(one, everywhere)), "")
        for finding, candidates in in_group:
            if lost and not finding.problem:
                problem = f"the quotation “{lost[:80]}” does not stand in the passage it cites"
                findings.append(replace(finding, problem=problem))
            elif finding.problem:
                findings.append(finding)
            else:
                best = _best(sentence, candidates, hints.get(finding.cited.key), quoted)
                is_alone = len(in_group) == 1
                compared = _compared(replace(finding, passage=best), quoted, language, is_alone=is_alone)
                findings.append(_if_it_can_be_judged(compared))
    return findings


def has_quotation_without_source(sentence: Sentence, passages: Sequence[Passage]) -> bool:
    """Whether a sentence that cites nothing quotes at length what ``passages``, cited beside it, do not say."""
    if citation_keys(sentence.text):
        return False
    quoted = [one for one in sentence.quotations if len(one.split()) >= _UNCITED_WORDS]
    return any(not _stands_in_any(one, passages) for one in quoted)


def cites(piece: str, end: int, passage: Passage) -> bool:
    """Whether what ends at a place of a sentence is cited to a passage: by the next citation, else by the last."""
    groups = _groups(piece)
    mine = [group for group in groups if group.start() >= end][:1] or groups[-1:]
    return any(
        item.key == passage.source.key and bool(on_pages([passage], item.locator)[0])
        for group in mine
        for item in citation_keys(group[0])
    )


def _placed(finding: Finding, offered: Offered) -> tuple[Finding, list[Passage]]:
    """The passages that a cited key can mean, or what is wrong with the way it is cited."""
    cited = finding.cited
    same_key = offered.by_key.get(cited.key)
    if not same_key:
        return replace(finding, problem=f"[@{cited.key}] is not one of the sources"), []
    if cited.suffix or not _PREFIX.fullmatch(cited.prefix):
        return replace(finding, problem=f"write the citation as [@{cited.key}, p. 12], with nothing else in it"), []
    candidates, missing = on_pages(same_key, cited.locator)
    if missing and not any(page_of(passage) for passage in same_key):
        return replace(finding, problem=f"{cited.key} has no pages: cite it as [@{cited.key}]"), []
    if missing:
        return replace(finding, problem=f"no passage of page {missing} of {cited.key} was among the sources"), []
    return finding, candidates


def _compared(finding: Finding, quoted: Sequence[str], language: str, *, is_alone: bool) -> Finding:
    """The finding with what code alone can prove of the sentence, beside its passage."""
    passage = finding.passage
    assert passage is not None
    text = finding.sentence.text
    if quoted:
        if is_alone and not all(wording.stands_in(one, passage.text) for one in quoted):
            return replace(finding, problem=f"the quotation “{quoted[-1][:80]}” does not stand in the passage it cites")
        if not any(letter.isalpha() for one in quoted for letter in one):
            return replace(finding, problem=f"the quotation “{quoted[-1][:80]}” says nothing in words")
        is_proven = _is_mostly_quoted(text, quoted, passage, language)
        return replace(finding, check=CitationCheck.VERBATIM if is_proven else None)
    is_said = wording.says(passage.text, text, language=language)
    return replace(finding, check=CitationCheck.OVERLAP if is_said else None)


def _if_it_can_be_judged(finding: Finding) -> Finding:
    """Wrong where it would be judged by its beginning alone."""
    text = finding.sentence.text
    if not finding.is_undecided or len(text) <= CLAIM_CHARACTERS:
        return finding
    return replace(finding, problem=f"it is too long to be checked, make several sentences of it: “{text[:100]}”")


def _is_mostly_quoted(text: str, quoted: Sequence[str], passage: Passage, language: str) -> bool:
    """Whether quotations out of the passage carry the sentence, and what stands around them claims nothing more."""
    share = sum(len(one) for one in quoted) / max(1, len(without_citations(text)))
    authors = " ".join(str(one.get("family") or "") for one in passage.source.csl.get("author") or [])
    said = f"{passage.text} {passage.source.title} {authors}"
    return (
        share >= _QUOTED_SHARE
        and all(wording.stands_in(one, passage.text) for one in quoted)
        and not any(wording.leaves_out_a_negation(one, passage.text) for one in quoted)
        and not any(wording.joins_sentences(one, passage.text) for one in quoted)
        and not wording.is_beyond(without_quotations(text), said, language=language)
    )


def _best(sentence: Sentence, passages: Sequence[Passage], hint: int | None, quoted: Sequence[str]) -> Passage:
    """The passage that holds the quotations and most of the words and numbers; of such, the one its writer named."""

    def fit(passage: Passage) -> tuple[int, float]:
        held = sum(wording.stands_in(one, passage.text) for one in quoted)
        alike = wording.overlap(sentence.text, passage.text)
        figures = _FIGURES_WEIGHT * wording.shared_figures(sentence.text, passage.text)
        return held, alike + figures + _BELIEVED_MARGIN * (passage.pk == hint)

    return max(passages, key=fit)


def _groups(text: str) -> list[re.Match[str]]:
    """The citations of a text that can be read as such."""
    return [group for group in GROUP.finditer(text) if citation_keys(group[0])]


def _quoted(text: str, at: int, titles: Collection[str]) -> list[str]:
    """The quotations that citation number ``at`` has to prove: those since the one before it; the last, the rest, too.

    Terms in quotation marks are none, nor are titles of sources.
    """
    groups = _groups(text)
    start = groups[at - 1].end() if at else 0
    end = groups[at].end() if at + 1 < len(groups) else len(text)
    quoted = []
    for match in QUOTE.finditer(text):
        # A citation may stand inside the marks, before the full stop of what is quoted.
        one = without_citations(next(part for part in match.groups() if part is not None)).strip()
        is_mine = start <= match.start() < end and len(one.split()) >= _QUOTED_WORDS
        if is_mine and not any(wording.stands_in(one, title) for title in titles):
            quoted.append(one)
    return quoted


def _stands_in_any(quotation: str, passages: Sequence[Passage]) -> bool:
    return any(wording.stands_in(quotation, passage.text) for passage in passages)
