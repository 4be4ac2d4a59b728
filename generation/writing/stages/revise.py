"""Revise stage: makes a section longer or shorter after its pages were counted (R-11)."""

from dataclasses import replace
from typing import Final

from documents.domain.text import body_characters
from documents.models import Section
from generation.database import in_database
from generation.engine import queue
from generation.engine.work import Result, Work
from generation.enums import Stage
from generation.writing import assignments, composing, drafts
from generation.writing.checking import repetition
from generation.writing.drafts import Draft
from generation.writing.stages.measure import FITTING_ROUNDS

_TOLERANCE_SHARE: Final = 0.15
_SMALLEST_CHARACTERS: Final = 100


async def run(work: Work) -> Result:
    """The section's new draft. How far to go was worked out when the pages were measured."""
    claim = work.claim
    assert claim.section_id is not None
    measured = await in_database(queue.result_of, claim.job_id, Stage.MEASURE, claim.round - 1)
    change = int(measured["changes"][str(claim.section_id)])
    section = await in_database(Section.objects.get, pk=claim.section_id)
    target = max(200, body_characters(section.text) + change)
    draft = Draft.from_json(claim.checkpoint.get("draft", {}))
    if not draft.text:
        before = await in_database(drafts.newest, claim.job_id, claim.section_id)
        # The check may have had the section written once more, from passages that its first writer was not shown.
        offered = sorted({*before.offered, *section.provenance.get("passages", [])})
        draft = replace(before, text=section.text, offered=offered, calls=0)
    assignment = await in_database(
        assignments.load, document_id=claim.document_id, section_id=claim.section_id, offered=draft.offered
    )

    async def keep(draft: Draft) -> None:
        off = abs(body_characters(draft.text) - target)
        await work.save({"draft": draft.to_json()}, progress=round(95 * (1 - min(1.0, off / max(1, abs(change))))))

    if claim.round > FITTING_ROUNDS:
        draft = composing.trimmed(draft, target=target)
        return _result(draft, target, change)
    draft = await composing.reach(
        assignment,
        draft,
        target=target,
        tolerance=max(_SMALLEST_CHARACTERS, round(abs(change) * _TOLERANCE_SHARE)),
        ask=work.ask,
        keep=keep,
        may_wait=work.may_wait,
    )
    return _result(draft, target, change)


def _result(draft: Draft, target: int, change: int) -> Result:
    fingerprint = repetition.fingerprint(draft.text)
    return Result({"draft": draft.to_json(), "target": target, "change": change, "fingerprint": fingerprint})
