"""The check of one section: what fails is written anew once, with the reasons; what fails again is taken out."""

from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from documents.domain.text import body_characters
from documents.domain.writing import CitationDraft
from generation.ai.errors import NoAnswer
from generation.domain import composing
from generation.domain.checking.inspection import Background, Inspection, inspect
from generation.domain.checking.sentences import paragraphs, without
from generation.domain.composing import Ask, Keep
from generation.domain.drafts import Draft
from generation.errors import StepFailed
from generation.prompts import writing
from generation.prompts.writing import Commission

#: With more than this share of its paragraphs failing, a section is written anew as a whole.
_MOSTLY: Final = 0.5
_TOLERANCE: Final = 0.1


@dataclass(frozen=True)
class Reviewed:
    """A text that may become a revision: each cited key has its passage. ``removed`` counts sentences taken out."""

    draft: Draft
    citations: list[CitationDraft]
    was_corrected: bool
    removed: int


async def review(commission: Commission, draft: Draft, background: Background, *, ask: Ask, keep: Keep) -> Reviewed:
    """The draft as far as it holds. Raises StepFailed when nothing of it does, NoAnswer in an outage."""
    inspection = await inspect(draft, background, ask=ask)
    corrected = draft
    if not inspection.is_clean:
        corrected = await _corrected(commission, draft, inspection, ask=ask, keep=keep)
        inspection = await inspect(corrected, background, ask=ask)
    if inspection.whole:
        raise StepFailed(
            _("The section “%(title)s” could not be written: %(reason)s.")
            % {"title": commission.section.title, "reason": inspection.whole[0]}
        )
    return _kept(commission, corrected, inspection, was_corrected=corrected.text != draft.text)


def _kept(commission: Commission, draft: Draft, inspection: Inspection, *, was_corrected: bool) -> Reviewed:
    failing = inspection.failing
    text = without(draft.text, [checked.sentence for checked in failing]) if failing else draft.text
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
    return Reviewed(replace(draft, text=text), drafts, was_corrected or bool(failing), len(failing))


async def _corrected(commission: Commission, draft: Draft, inspection: Inspection, *, ask: Ask, keep: Keep) -> Draft:
    """The text once more: all of it, or the paragraphs that fail. Where no model answers, the text as it is."""
    failing = sorted({checked.sentence.paragraph for checked in inspection.failing})
    parts = paragraphs(draft.text)
    try:
        if inspection.whole or len(failing) > len(parts) * _MOSTLY:
            return await _anew(commission, draft, inspection, ask=ask, keep=keep)
        for number in failing:
            reasons = [
                problem
                for checked in inspection.failing
                if checked.sentence.paragraph == number
                for problem in checked.all_problems
            ]
            length = body_characters(parts[number])
            answer = await ask(writing.correct(commission, parts[number], reasons=reasons, characters=max(200, length)))
            parts[number] = composing.cleaned(str(answer.value["markdown"])) or parts[number]
            draft = _with_answer(draft, "\n\n".join(parts), answer.value["claims"], answer.model)
    except NoAnswer as failure:
        if failure.is_outage:
            raise
    return draft


async def _anew(commission: Commission, draft: Draft, inspection: Inspection, *, ask: Ask, keep: Keep) -> Draft:
    length = body_characters(draft.text)
    problems = [problem for checked in inspection.failing for problem in checked.all_problems]
    reasons = list(dict.fromkeys([*inspection.whole, *problems]))[:20]
    asked = min(writing.LONGEST_CALL, max(200, length))
    answer = await ask(writing.correct(commission, draft.text, reasons=reasons, characters=asked))
    text = composing.cleaned(str(answer.value["markdown"]))
    anew = replace(_with_answer(draft, text, answer.value["claims"], answer.model), calls=0)
    return await composing.reach(
        commission, anew, target=length, tolerance=round(length * _TOLERANCE), ask=ask, keep=keep
    )


def _with_answer(draft: Draft, text: str, claims: list[dict[str, object]], model: str) -> Draft:
    models = list(dict.fromkeys([*draft.models, model]))
    return replace(draft, text=text, claims=draft.claims + claims, models=models)
