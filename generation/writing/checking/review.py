"""Checks a section. Sentences that fail are rewritten once; those that fail again are removed.

Sentences with words of a source outside quotation marks are rewritten, too, at most twice; those that nobody rewrites
stay as they are and are told (R-16).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.utils.translation import gettext as _

from documents.domain.text import body_characters, citation_keys, without_citations
from documents.domain.writing import CitationDraft
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer, Question
from generation.errors import OverBudget, StepFailed
from generation.writing import composing, drafts
from generation.writing.checking import mending, tables
from generation.writing.checking.copying import Wording
from generation.writing.checking.inspection import Background, CheckedSentence, Inspection, inspect, unsourced
from generation.writing.checking.judgement import ClaimVerdict, Judge, Pair
from generation.writing.composing import Ask, Keep
from generation.writing.drafts import Draft
from generation.writing.prompts import writing
from generation.writing.prompts.writing import SectionAssignment
from generation.writing.sentences import is_table, paragraphs, sentences, without

#: With more than this share of its sentences failing, in more than this share of its paragraphs, a section is written
#: anew as a whole.
_MOSTLY_SHARE: Final = 0.5
_TOLERANCE_SHARE: Final = 0.1
#: Reasons that one question names, and the fewest characters that one asks for.
_MOST_REASONS: Final = 20
_SHORTEST_CHARACTERS: Final = 200
_LEFT_ALONE: Final = "the table or formula that it belongs to was taken out"
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Rejected:
    """What was taken out: a sentence (empty where nobody may read it), the key that it cited (or none), and why."""

    sentence: str
    key: str
    problem: str


@dataclass(frozen=True)
class Reviewed:
    """A text that may become a revision: each cited key has its passage.

    ``removed`` counts sentences taken out, ``rejected`` says why, ``calls`` counts the answers that the check took;
    ``wording`` says whose words the text is made of.
    """

    draft: Draft
    citations: list[CitationDraft]
    was_corrected: bool
    wording: Wording
    removed: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    calls: int = 0


@dataclass
class Counted:
    """Asks, and counts the answers."""

    ask: Ask
    calls: int = 0

    async def __call__(self, question: Question) -> Answer:
        """The answer. Raises NoAnswer."""
        answer = await self.ask(question)
        self.calls += 1
        return answer


async def review(
    assignment: SectionAssignment,
    draft: Draft,
    background: Background,
    *,
    ask: Ask,
    keep: Keep,
    judged: Mapping[Pair, ClaimVerdict] | None = None,
) -> Reviewed:
    """The draft as far as it holds. Raises StepFailed when nothing of it does, NoAnswer in an outage.

    ``judged`` are verdicts of an earlier check, on sentences that may still stand there.
    """
    counted = Counted(ask)
    judge = Judge(counted, dict(judged or {}))
    inspection = await inspect(draft, background, judge=judge)
    corrected = replace(draft, text=inspection.text)
    if not inspection.is_clean:
        again = _Again(assignment, background, judge, ask=counted, keep=keep)
        corrected, inspection = await again.corrected(corrected, inspection)
        corrected, inspection = await again.reworded(corrected, inspection)
    if inspection.whole:
        raise StepFailed(
            _("The section “%(title)s” could not be written: %(reason)s.")
            % {"title": assignment.section.title, "reason": inspection.whole[0]}
        )
    reviewed = _kept(assignment, replace(corrected, text=inspection.text), inspection, background)
    return replace(reviewed, was_corrected=reviewed.draft.text != draft.text, calls=counted.calls)


def _kept(assignment: SectionAssignment, draft: Draft, inspection: Inspection, background: Background) -> Reviewed:
    """The text without what fails, and the evidence of what stays."""
    inspection = _with_what_goes(inspection)
    failing, text = inspection.failing, draft.text
    if failing:
        text = without(text, [checked.sentence for checked in failing])
        # They cite nothing: the evidence of what stays is the same without them.
        left_alone = unsourced(text, background)
        text = without(text, [checked.sentence for checked in left_alone])
        failing = [*failing, *left_alone]
    if not text.strip():
        raise StepFailed(
            _("The section “%(title)s” could not be written: nothing in it could be verified.")
            % {"title": assignment.section.title}
        )
    kept = [finding for checked in inspection.sentences if not checked.all_problems for finding in checked.findings]
    drafts = [
        CitationDraft(
            passage_id=finding.passage.pk,
            sentence=finding.sentence.text,
            check_result=finding.check,
            check_note=finding.note,
        )
        for finding in kept
        if finding.passage is not None and finding.check is not None
    ]
    rejected = [one for checked in failing for one in _rejections(checked)]
    return Reviewed(
        replace(draft, text=text),
        drafts,
        was_corrected=bool(failing),
        wording=background.sources.wording(text),
        removed=len(failing),
        rejected=rejected,
    )


def _with_what_goes(inspection: Inspection) -> Inspection:
    """Fails, too, what cannot stay without what fails: the rest of a table, and what refers to it."""
    if "](#" not in inspection.text and not any(map(is_table, paragraphs(inspection.text))):
        return inspection
    found = [one.sentence for one in inspection.sentences]
    more = tables.going_with(inspection.text, found, {one.sentence for one in inspection.failing})
    changed = [
        replace(one, problems=[*one.problems, _LEFT_ALONE]) if one.sentence in more else one
        for one in inspection.sentences
    ]
    return replace(inspection, sentences=changed)


def _rejections(checked: CheckedSentence) -> list[Rejected]:
    """Every reason for which a sentence was taken out, with the key where it lay in a citation."""
    sentence = "" if checked.is_withheld else checked.sentence.text[:500]
    wrong = [(finding.cited.key, finding.problem) for finding in checked.findings if finding.problem]
    reasons = [*(("", problem) for problem in checked.problems), *wrong]
    return [Rejected(sentence, key, "" if checked.is_withheld and key else problem[:300]) for key, problem in reasons]


@dataclass(frozen=True)
class _Again:
    """Has what was found in a text written anew, and inspects it again."""

    assignment: SectionAssignment
    background: Background
    judge: Judge
    ask: Ask
    keep: Keep

    async def corrected(self, draft: Draft, inspection: Inspection) -> tuple[Draft, Inspection]:
        """The text once more: all of it, or the sentences that fail or copy. Where no model answers, as it is."""
        if not inspection.whole and not _is_mostly_wrong(inspection):
            return await self._mended(draft, inspection, [*inspection.failing, *inspection.copying])
        try:
            draft = await anew(self.assignment, draft, _reasons(inspection), ask=self.ask, keep=self.keep)
        except NoAnswer as failure:
            if failure.is_outage:
                raise
        return await self._inspected(draft)

    async def reworded(self, draft: Draft, inspection: Inspection) -> tuple[Draft, Inspection]:
        """The text with the sentences that still copy written anew; as it is where no budget allows for that."""
        if inspection.whole or not inspection.copying:
            return draft, inspection
        try:
            return await self._mended(draft, inspection, inspection.copying)
        except OverBudget:
            return draft, inspection

    async def _mended(
        self, draft: Draft, inspection: Inspection, wrong: Sequence[CheckedSentence]
    ) -> tuple[Draft, Inspection]:
        """The text with these sentences anew. What was supported is not given up for a rewording that is not."""
        new_draft, new = await mending.mended(self.assignment, draft, inspection, wrong, ask=self.ask)
        if not new:
            return draft, inspection
        new_draft, inspected = await self._inspected(new_draft)
        copying = {checked.sentence for checked in inspection.copying}
        lost = {old for old in copying & new.keys() if not _holds(old.text, new[old], inspected)}
        if not lost:
            return new_draft, inspected
        held = {old: text for old, text in new.items() if old not in lost}
        return await self._inspected(replace(new_draft, text=mending.with_new(inspection.text, held)))

    async def _inspected(self, draft: Draft) -> tuple[Draft, Inspection]:
        inspection = await inspect(draft, self.background, judge=self.judge)
        return replace(draft, text=inspection.text), inspection


def _holds(old: str, new: str, inspected: Inspection) -> bool:
    """Whether a rewording cites as much as the sentence that it stands for, and nothing is wrong with it."""
    said = {_plain(sentence.text) for sentence in sentences(new)}
    is_wrong = any(_plain(checked.sentence.text) in said for checked in inspected.failing)
    return not is_wrong and len(citation_keys(new)) >= len(citation_keys(old))


def _plain(sentence: str) -> str:
    # A page may have been added to its citation, and marks around its words.
    return " ".join(_WORD.findall(without_citations(sentence)))


def _is_mostly_wrong(inspection: Inspection) -> bool:
    """Whether so much fails, all over the text, that mending would be writing anew in small pieces."""
    failing, all_of_it = inspection.failing, inspection.sentences
    wrong, paragraphs = ({one.sentence.paragraph for one in some} for some in (failing, all_of_it))
    return len(failing) > len(all_of_it) * _MOSTLY_SHARE and len(wrong) > len(paragraphs) * _MOSTLY_SHARE


async def anew(
    assignment: SectionAssignment,
    draft: Draft,
    reasons: Sequence[str],
    *,
    ask: Ask,
    keep: Keep,
    characters: int | None = None,
) -> Draft:
    """A text without what was found wrong with it, of ``characters``, else as long as it was. Raises NoAnswer."""
    length = characters or body_characters(draft.text)
    asked = min(assignment.longest, max(_SHORTEST_CHARACTERS, length))
    useful = writing.of_use(assignment, draft.text, is_new=False)
    answer = await ask(writing.correct(useful, draft.text, reasons=reasons, characters=asked))
    text, numbers = writing.read(answer.value)
    written = replace(
        draft,
        text=text,
        claims=drafts.claims_of(text, numbers, useful.passages),
        models=list(dict.fromkeys([*draft.models, answer.model])),
        calls=0,
    )
    reached = await composing.reach(
        assignment, written, target=length, tolerance=round(length * _TOLERANCE_SHARE), ask=ask, keep=keep
    )
    return replace(reached, calls=draft.calls)


def _reasons(inspection: Inspection) -> list[str]:
    """What was found in all of the text."""
    problems = [problem for checked in inspection.sentences for problem in mending.reasons(checked)]
    return list(dict.fromkeys([*inspection.whole, *problems]))[:_MOST_REASONS]
