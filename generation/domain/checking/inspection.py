"""Looking at a whole text: every sentence, every citation, the language, what other sections say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from documents.domain.text import citation_keys
from documents.enums import CitationCheck
from documents.models import Document, Passage
from generation.ai.errors import NoAnswer
from generation.domain.checking import citations, language, repetition, strangers
from generation.domain.checking.citations import Finding
from generation.domain.checking.sentences import Sentence, sentences, without_quotations
from generation.domain.checking.strangers import Strangers
from generation.domain.composing import Ask
from generation.domain.drafts import Draft
from generation.prompts import judging

#: Claims that a model judges in one call.
_BATCH: Final = 10


@dataclass(frozen=True)
class Background:
    """What a text is checked against."""

    document: Document
    passages: Sequence[Passage]
    strangers: Strangers
    elsewhere: Collection[int]


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence with what was found about its citations, and what else is wrong with it."""

    sentence: Sentence
    findings: list[Finding]
    problems: list[str] = field(default_factory=list)

    @property
    def all_problems(self) -> list[str]:
        """Everything that must not reach the reader."""
        return self.problems + [finding.problem for finding in self.findings if finding.problem]


@dataclass(frozen=True)
class Inspection:
    """A text as checked. ``whole`` is what is wrong with all of it."""

    text: str
    sentences: list[CheckedSentence]
    whole: list[str] = field(default_factory=list)

    @property
    def failing(self) -> list[CheckedSentence]:
        """The sentences that cannot stay as they are."""
        return [checked for checked in self.sentences if checked.all_problems]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.whole and not self.failing


async def inspect(draft: Draft, background: Background, *, ask: Ask) -> Inspection:
    """Checks a text; a model judges what code cannot decide. Raises NoAnswer when no model can be asked."""
    return await _judged(examine(draft, background), ask)


def examine(draft: Draft, background: Background) -> Inspection:
    """What code alone can find."""
    document = background.document
    found = sentences(draft.text)
    again = set(repetition.repeated(found, background.elsewhere))
    checked = []
    for sentence in found:
        hints = {claim["key"]: claim["passage"] for claim in draft.claims if claim["sentence"] in sentence.text}
        problems = strangers.problems(sentence, background.strangers, document_id=document.pk)
        if sentence in again:
            problems.append(f"another section says this already: “{sentence.text[:100]}”")
        checked.append(CheckedSentence(sentence, citations.examine(sentence, background.passages, hints), problems))
    whole = []
    if sum(len(one.findings) for one in checked) != len(citation_keys(draft.text)):
        whole.append("a citation is broken: write each as [@key, p. 12], inside its sentence")
    own_words = " ".join(without_quotations(one.sentence.text) for one in checked if not one.findings)
    if language.is_foreign(own_words, language=document.language):
        whole.append("it is in the wrong language")
    return Inspection(draft.text, checked, whole)


async def _judged(inspection: Inspection, ask: Ask) -> Inspection:
    """The undecided findings decided by a model, which is shown each sentence with its passage."""
    undecided = [finding for one in inspection.sentences for finding in one.findings if finding.is_undecided]
    decided: dict[tuple[int, int, str, str], Finding] = {}
    for start in range(0, len(undecided), _BATCH):
        batch = undecided[start : start + _BATCH]
        pairs = [(finding.sentence.text, finding.passage.text if finding.passage else "") for finding in batch]
        for finding, (verdict, reason) in zip(batch, await _verdicts(pairs, ask), strict=True):
            decided[_place(finding)] = _decided(finding, verdict, reason)
    return replace(
        inspection,
        sentences=[
            replace(one, findings=[decided.get(_place(finding), finding) for finding in one.findings])
            for one in inspection.sentences
        ],
    )


async def _verdicts(pairs: list[tuple[str, str]], ask: Ask) -> list[tuple[str, str]]:
    """A verdict and its reason for each pair; what was not judged is not supported."""
    try:
        answer = await ask(judging.question(pairs))
    except NoAnswer as failure:
        if failure.is_outage:
            raise
        return [("unsupported", "it could not be judged")] * len(pairs)
    said = {verdict["n"]: (str(verdict["verdict"]), str(verdict["reason"])) for verdict in answer.value["verdicts"]}
    return [said.get(n, ("unsupported", "it was not judged")) for n in range(1, len(pairs) + 1)]


def _place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.sentence.paragraph, finding.sentence.start, finding.cited.key, finding.cited.locator


def _decided(finding: Finding, verdict: str, reason: str) -> Finding:
    if verdict == judging.SUPPORTED:
        return replace(finding, check=CitationCheck.JUDGED, note=reason[:300])
    return replace(finding, problem=f"its passage does not support “{finding.sentence.text[:120]}”: {reason[:200]}")
