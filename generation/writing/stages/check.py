"""Check stage: checks a draft and turns it into a revision of its section (R-10, R-35).

Runs after writing and after a revision. The text is committed with the step.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from documents.domain import writing
from documents.domain.text import body_characters
from documents.enums import CitationCheck, RevisionReason
from documents.models import Citation, Document, Section
from generation.ai.errors import NoAnswer
from generation.database import in_database
from generation.engine.queue import Claim
from generation.engine.work import Result, Work
from generation.enums import Stage, StepState
from generation.errors import OverBudget, StepFailed
from generation.models import Step
from generation.writing import assignments, density, drafts
from generation.writing.checking import leak_check, repetition
from generation.writing.checking.copying import Wording
from generation.writing.checking.inspection import Background
from generation.writing.checking.judgement import ClaimVerdict, Pair
from generation.writing.checking.leak_check import Guarded
from generation.writing.checking.repetition import Fingerprints
from generation.writing.checking.review import Counted, Reviewed, review
from generation.writing.density import Round
from generation.writing.drafts import Draft
from generation.writing.prompts.blocks import page_of
from generation.writing.prompts.writing import SectionAssignment

#: A section comes to be checked once for each round of writing or revising: what was checked in this one is newest.
_FINGERPRINT: Final = "result__fingerprint"


async def run(work: Work) -> Result:
    """The checked text and its citations, to be committed as the next revision."""
    claim = work.claim
    draft, assignment, background, section = await in_database(_load, claim)
    known = await in_database(judged, section.pk)

    async def keep(draft: Draft) -> None:
        await work.save(claim.checkpoint, progress=50)

    reviewed = await review(assignment, draft, background, ask=work.ask, keep=keep, judged=known)
    outcome = str(section.provenance.get("density", {}).get("round", Round.NONE))
    if claim.stage == Stage.CHECK:
        outcome = Round.NONE
        if density.is_thin(assignment, reviewed) or density.missing(assignment, reviewed):
            reviewed, outcome = await _denser(work, assignment, background, reviewed)
    data = {
        "citations": len(reviewed.citations),
        "removed": reviewed.removed,
        "rejected": [asdict(one) for one in reviewed.rejected],
        "was_corrected": reviewed.was_corrected,
        "revision": section.revision + 1,
        "fingerprint": repetition.fingerprint(reviewed.draft.text),
    }
    cited = density.measured(assignment, reviewed, outcome)
    return Result(data, _commit(claim, section, reviewed, cited))


async def _denser(
    work: Work, assignment: SectionAssignment, background: Background, reviewed: Reviewed
) -> tuple[Reviewed, Round]:
    """The better of two texts: the one that cites too little, and the section researched and written once more (R-19).

    So is one that does not cite a source that it has to (R-97); it has that source's passages already.

    The second one is kept with the step as soon as it is written. Where there is no budget for it, or nobody to write
    it, the first one stays.
    """
    ask = Counted(work.ask)
    try:
        kept = Draft.from_json(work.claim.checkpoint.get("denser", {}))
        if kept.text:
            further = await in_database(assignments.passages, document_id=work.claim.document_id, ids=kept.offered)
            assignment = replace(assignment, passages=further)
        else:
            if density.is_thin(assignment, reviewed):
                assignment = await density.researched(assignment)
            kept = await density.written(assignment, reviewed, ask=ask, keep=partial(_keep, work))
            await _keep(work, kept)
        background = replace(background, passages=assignment.passages, guarded=await in_database(guarded, assignment))
        again = await review(assignment, kept, background, ask=ask, keep=partial(_keep, work))
    except OverBudget:
        return _with_calls(reviewed, ask.calls), Round.OVER_BUDGET
    except (NoAnswer, StepFailed):
        return _with_calls(reviewed, ask.calls), Round.NO_ANSWER
    found = len(density.missing(assignment, reviewed)) - len(density.missing(assignment, again))
    if density.is_better(again, reviewed, target=assignments.target_characters(assignment), found=found):
        return _with_calls(again, reviewed.calls + ask.calls - again.calls), Round.BETTER
    return _with_calls(reviewed, ask.calls), Round.NO_BETTER


def _with_calls(reviewed: Reviewed, more: int) -> Reviewed:
    return replace(reviewed, calls=reviewed.calls + more)


async def _keep(work: Work, draft: Draft) -> None:
    await work.save({"denser": draft.to_json()}, progress=70)


def _load(claim: Claim) -> tuple[Draft, SectionAssignment, Background, Section]:
    assert claim.section_id is not None
    draft = drafts.newest(claim.job_id, claim.section_id)
    assignment = assignments.load(document_id=claim.document_id, section_id=claim.section_id, offered=draft.offered)
    background = Background(
        document=assignment.document,
        passages=assignment.passages,
        guarded=guarded(assignment),
        elsewhere=said_elsewhere(claim, assignment.section, assignment.outline),
    )
    return draft, assignment, background, Section.objects.get(pk=claim.section_id)


def guarded(assignment: SectionAssignment) -> Guarded:
    """What belongs to others, but for what the brief or a source of this section says, too."""
    document = Document.objects.select_related("owner").get(pk=assignment.document.pk)
    sources = " ".join(text for passage in assignment.passages for text in (passage.source.title, passage.text))
    return leak_check.gather(document, brief=_brief(document, assignment), sources=sources)


def _brief(document: Document, assignment: SectionAssignment) -> str:
    """What this document may speak of, whatever others do: its own brief and outline."""
    brief = [document.title, document.topic, document.requirements, document.assignment_text, *assignment.told.own]
    return " ".join([*brief, *(section.title for section in assignment.outline)])


def judged(section_id: UUID) -> dict[Pair, ClaimVerdict]:
    """What a model supported of a section when it was checked before: asked once, whatever was revised around it."""
    known = Citation.objects.filter(section_id=section_id, check_result=CitationCheck.JUDGED)
    rows = known.values_list("sentence", "passage__text", "check_note")
    return {(sentence, passage): ClaimVerdict(True, note) for sentence, passage, note in rows}


_REASONS: Final = {True: RevisionReason.EXTENDED, False: RevisionReason.TIGHTENED}


def _commit(claim: Claim, section: Section, reviewed: Reviewed, cited: Mapping[str, Any]) -> Callable[[], None]:
    if claim.stage == Stage.RECHECK:
        reason = _REASONS[body_characters(reviewed.draft.text) >= body_characters(section.text)]
    else:
        reason = RevisionReason.CHECKED if reviewed.was_corrected else RevisionReason.WRITTEN
    return partial(_commit_revision, section, reviewed, reason, cited)


def _commit_revision(section: Section, reviewed: Reviewed, reason: RevisionReason, cited: Mapping[str, Any]) -> None:
    now = timezone.now()
    writing.commit_revision(
        section_id=section.pk,
        expected_revision=section.revision,
        text=reviewed.draft.text,
        reason=reason,
        citations=reviewed.citations,
        provenance={**_provenance(section, reviewed, now.isoformat()), "density": cited},
        now=now,
    )


def _provenance(section: Section, reviewed: Reviewed, when: str) -> dict[str, Any]:
    """Which models wrote it, when, for what, from which passages, in how many answers, what was taken out (R-15), and
    whose words it is made of (R-16).
    """
    return {
        "models": reviewed.draft.models,
        "written_at": when,
        "passages": sorted({citation.passage_id for citation in reviewed.citations}),
        "calls": reviewed.draft.calls + reviewed.calls,
        "removed": reviewed.removed,
        "written_for": drafts.digest_of(section),
        "wording": wording_as_json(reviewed.wording),
    }


def wording_as_json(wording: Wording) -> dict[str, Any]:
    """As `documents.domain.originality` reads it."""
    return {
        "words": wording.words,
        "quoted": wording.quoted,
        "near": wording.near,
        "copied": [
            {
                "passage": one.passage.pk,
                "key": one.passage.source.key,
                "page": page_of(one.passage),
                "length": one.length,
                "words": one.words,
            }
            for one in wording.copied
        ],
    }


def said_elsewhere(claim: Claim, section: Section, outline: Sequence[Section]) -> Fingerprints:
    """Fingerprints of the newest text of every section that will stay as it is (``checking.repetition``).

    Of two that are checked in the same round and say the same, the later one is changed: it alone looks at the other.
    """
    steps = Step.objects.filter(job_id=claim.job_id)
    to_be_checked = set(steps.filter(stage=claim.stage, round=claim.round).values_list("section_id", flat=True))
    stay = {
        other.pk
        for other in outline
        if other.pk != section.pk and (other.pk not in to_be_checked or other.position < section.position)
    }
    rows = steps.filter(section_id__in=stay, state=StepState.DONE, result__has_key="fingerprint").order_by(
        "round", "id"
    )
    newest = dict(rows.values_list("section_id", _FINGERPRINT))
    return Fingerprints(run for found in newest.values() for run in found)
