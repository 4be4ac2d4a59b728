"""Offer stage: checks what was written anew as any new text, counts the pages with it, and offers it (R-10, R-93)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from documents.domain import manuscripts, page_count
from documents.domain.text import body_characters, citation_keys
from documents.models import Document, Section
from generation.database import in_database
from generation.engine import rewritings
from generation.engine.queue import Claim
from generation.engine.work import Result, Work
from generation.enums import Stage, StepState
from generation.errors import StepFailed
from generation.models import Step
from generation.writing import assignments, ordered
from generation.writing.checking import repetition
from generation.writing.checking.inspection import Background
from generation.writing.checking.judgement import ClaimVerdict, Pair
from generation.writing.checking.repetition import Fingerprints
from generation.writing.checking.review import Reviewed, review
from generation.writing.drafts import Draft
from generation.writing.ordered import Order
from generation.writing.prompts.writing import SectionAssignment
from generation.writing.stages.check import guarded, judged
from generation.writing.stretches import Stretch


@dataclass(frozen=True)
class _Loaded:
    order: Order
    draft: Draft
    assignment: SectionAssignment
    background: Background
    judged: Mapping[Pair, ClaimVerdict]


async def run(work: Work) -> Result:
    """The section with the new words in their place, its citations and its pages, to be offered as the step ends."""
    claim = work.claim
    values: dict[str, Any] = claim.checkpoint.get("offer") or {}
    if not values:
        loaded = await in_database(_load, claim)
        reviewed = await _reviewed(work, loaded)
        values = await in_database(_values, loaded.order, reviewed)
        # Before the pages are counted: what was asked and judged is not asked again after a crash.
        await work.save({"offer": values}, progress=70)
    manuscript, paid, is_longer = await in_database(_manuscript, claim, values)
    pages = await page_count.laid_out(manuscript)
    counted = {"body_pages": pages, "is_over": pages > paid and is_longer}
    return Result({"body_pages": str(pages)}, partial(rewritings.offer, job_id=claim.job_id, values=values | counted))


async def _reviewed(work: Work, loaded: _Loaded) -> Reviewed:
    async def keep(_draft: Draft) -> None:
        await work.save({}, progress=40)

    with ordered.at_once():
        return await review(
            loaded.assignment, loaded.draft, loaded.background, ask=work.ask, keep=keep, judged=loaded.judged
        )


def _load(claim: Claim) -> _Loaded:
    order = ordered.of_job(claim.job_id)
    step = Step.objects.get(job=claim.job_id, stage=Stage.REWRITE, state=StepState.DONE)
    draft = Draft.from_json(step.result["draft"])
    # Of what its writer was shown, and nothing else: the owner's order opens no other source.
    found = assignments.load(
        document_id=claim.document_id, section_id=order.rewriting.section_id, offered=draft.offered
    )
    assignment = replace(found, wanted=[])
    background = Background(
        document=assignment.document,
        passages=assignment.passages,
        guarded=guarded(assignment),
        elsewhere=_said_elsewhere(order),
    )
    return _Loaded(order, draft, assignment, background, judged(order.rewriting.section_id))


def _said_elsewhere(order: Order) -> Fingerprints:
    """What the other sections say, and the rest of this one."""
    others = order.document.sections.exclude(pk=order.rewriting.section_id).exclude(text="")
    texts = [*others.values_list("text", flat=True), order.stretch.before, order.stretch.after]
    return Fingerprints(run for text in texts for run in repetition.fingerprint(text))


def _values(order: Order, reviewed: Reviewed) -> dict[str, Any]:
    """What is offered, as JSON. Raises StepFailed where it is nothing new."""
    old, new = order.stretch, reviewed.draft.text
    if new == old.text:
        raise StepFailed(_("The model found nothing to change."))
    before, after = _citations_around(order, old)
    own = [[one.passage_id, one.sentence, one.check_result, one.check_note] for one in reviewed.citations]
    return {
        "text": old.with_new(new),
        "citations": [*before, *own, *after],
        "made": {
            "models": reviewed.draft.models,
            "calls": reviewed.draft.calls + reviewed.calls,
            "removed": reviewed.removed,
        },
    }


def _citations_around(order: Order, old: Stretch) -> tuple[list[Any], list[Any]]:
    """The citations of what stays; none where the version did not keep its own: they are found when it is taken."""
    kept, first, last = order.version.citations, *(len(citation_keys(text)) for text in (old.before, old.after))
    return kept[:first], kept[len(kept) - last :]


def _manuscript(claim: Claim, values: Mapping[str, Any]) -> tuple[Any, Decimal, bool]:
    """The document with the new text, the pages paid for it, and whether the section grows."""
    section = Section.objects.get(pk=str(claim.section_id))
    manuscript = manuscripts.load(claim.document_id, instead={section.pk: values["text"]})
    paid = ordered.paid_pages(Document.objects.get(pk=claim.document_id))
    return manuscript, paid, body_characters(values["text"]) > body_characters(section.text)
