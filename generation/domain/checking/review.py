"""The check of one section: what fails is written anew once, with the reasons; what fails again is taken out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from django.utils.translation import gettext as _

from documents.domain.text import body_characters, citation_keys
from documents.domain.writing import CitationDraft
from documents.models import Passage
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer, Question
from generation.domain import composing
from generation.domain.checking import at_once, wording
from generation.domain.checking.inspection import Background, CheckedSentence, Inspection, inspect, unsourced
from generation.domain.checking.judgement import Judge, Pair, Verdict
from generation.domain.checking.sentences import paragraphs, without
from generation.domain.composing import Ask, Keep
from generation.domain.drafts import Draft
from generation.errors import StepFailed
from generation.prompts import writing
from generation.prompts.writing import Commission

#: With more than this share of its paragraphs failing, a section is written anew as a whole.
_MOSTLY: Final = 0.5
_TOLERANCE: Final = 0.1
#: Reasons that one question names, and the fewest characters that one asks for.
_MOST_REASONS: Final = 20
_SHORTEST: Final = 200
#: Passages that a correction is offered.
_MOST_PASSAGES: Final = 30


@dataclass(frozen=True)
class Rejected:
    """What was taken out: a sentence (empty where nobody may read it), the key that it cited (or none), and why."""

    sentence: str
    key: str
    problem: str


@dataclass(frozen=True)
class Reviewed:
    """A text that may become a revision: each cited key has its passage.

    ``removed`` counts sentences taken out, ``rejected`` says why, ``calls`` counts the answers that the check took.
    """

    draft: Draft
    citations: list[CitationDraft]
    was_corrected: bool
    removed: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    calls: int = 0


@dataclass
class _Counted:
    """Asks, and counts the answers."""

    ask: Ask
    calls: int = 0

    async def __call__(self, question: Question) -> Answer:
        answer = await self.ask(question)
        self.calls += 1
        return answer


async def review(
    commission: Commission,
    draft: Draft,
    background: Background,
    *,
    ask: Ask,
    keep: Keep,
    judged: Mapping[Pair, Verdict] | None = None,
) -> Reviewed:
    """The draft as far as it holds. Raises StepFailed when nothing of it does, NoAnswer in an outage.

    ``judged`` are verdicts of an earlier check, on sentences that may still stand there.
    """
    counted = _Counted(ask)
    judge = Judge(counted, dict(judged or {}))
    inspection = await inspect(draft, background, judge=judge)
    corrected = replace(draft, text=inspection.text)
    if not inspection.is_clean:
        corrected = await _corrected(commission, corrected, inspection, ask=counted, keep=keep)
        inspection = await inspect(corrected, background, judge=judge)
    if inspection.whole:
        raise StepFailed(
            _("The section “%(title)s” could not be written: %(reason)s.")
            % {"title": commission.section.title, "reason": inspection.whole[0]}
        )
    reviewed = _kept(commission, replace(corrected, text=inspection.text), inspection, background)
    return replace(reviewed, was_corrected=reviewed.draft.text != draft.text, calls=counted.calls)


def _kept(commission: Commission, draft: Draft, inspection: Inspection, background: Background) -> Reviewed:
    """The text without what fails, and the evidence of what stays."""
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
            % {"title": commission.section.title}
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
        replace(draft, text=text), drafts, was_corrected=bool(failing), removed=len(failing), rejected=rejected
    )


def _rejections(checked: CheckedSentence) -> list[Rejected]:
    """Every reason for which a sentence was taken out, with the key where it lay in a citation."""
    sentence = "" if checked.is_withheld else checked.sentence.text[:500]
    wrong = [(finding.cited.key, finding.problem) for finding in checked.findings if finding.problem]
    reasons = [*(("", problem) for problem in checked.problems), *wrong]
    return [Rejected(sentence, key, "" if checked.is_withheld and key else problem[:300]) for key, problem in reasons]


async def _corrected(commission: Commission, draft: Draft, inspection: Inspection, *, ask: Ask, keep: Keep) -> Draft:
    """The text once more: all of it, or the paragraphs that fail. Where no model answers, the text as it is."""
    failing = sorted({checked.sentence.paragraph for checked in inspection.failing})
    parts = paragraphs(draft.text)
    if inspection.whole or len(failing) > len(parts) * _MOSTLY:
        try:
            return await _anew(commission, draft, inspection, ask=ask, keep=keep)
        except NoAnswer as failure:
            if failure.is_outage:
                raise
            return draft

    async def correct(number: int) -> Answer | None:
        length = max(_SHORTEST, body_characters(parts[number]))
        reasons = _reasons(inspection, paragraph=number)
        try:
            return await ask(
                writing.correct(_fitting(commission, parts[number]), parts[number], reasons=reasons, characters=length)
            )
        except NoAnswer as failure:
            if failure.is_outage:
                raise
            return None

    answers = await at_once.each(failing, correct)
    for number, answer in zip(failing, answers, strict=True):
        if answer is not None:
            parts[number] = composing.cleaned(str(answer.value["markdown"])) or parts[number]
            draft = _with_answer(draft, draft.text, answer)
    return replace(draft, text="\n\n".join(parts))


async def _anew(commission: Commission, draft: Draft, inspection: Inspection, *, ask: Ask, keep: Keep) -> Draft:
    length = body_characters(draft.text)
    asked = min(commission.longest, max(_SHORTEST, length))
    fitting = _fitting(commission, draft.text)
    answer = await ask(writing.correct(fitting, draft.text, reasons=_reasons(inspection), characters=asked))
    text = composing.cleaned(str(answer.value["markdown"]))
    anew = replace(_with_answer(draft, text, answer), calls=0)
    reached = await composing.reach(
        commission, anew, target=length, tolerance=round(length * _TOLERANCE), ask=ask, keep=keep
    )
    return replace(reached, calls=draft.calls)


def _fitting(commission: Commission, text: str) -> Commission:
    """The commission with those of its passages that a text cites, or shares most words with: a correction needs no
    others.
    """
    cited = {item.key for item in citation_keys(text)}

    def fit(passage: Passage) -> tuple[bool, float]:
        return passage.source.key in cited, wording.overlap(text, passage.text)

    fitting = sorted(commission.passages, key=fit, reverse=True)[:_MOST_PASSAGES]
    return replace(commission, passages=fitting)


def _reasons(inspection: Inspection, *, paragraph: int | None = None) -> list[str]:
    """What was found, of one paragraph or of all of the text."""
    problems = [
        problem
        for checked in inspection.failing
        if paragraph is None or checked.sentence.paragraph == paragraph
        for problem in checked.all_problems
    ]
    return list(dict.fromkeys([*inspection.whole, *problems]))[:_MOST_REASONS]


def _with_answer(draft: Draft, text: str, answer: Answer) -> Draft:
    models = list(dict.fromkeys([*draft.models, answer.model]))
    return replace(draft, text=text, claims=draft.claims + list(answer.value["claims"]), models=models)
