"""Write stage: writes one section, at the same time as the others, to its length (R-34).

The text is saved in the step at once. The check stage makes it a revision. If a checked text of an earlier order has
the same title and contents, it is used again. A long section is written in parts, each saved when it is finished.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Self

from documents.domain.text import body_characters
from generation.ai.errors import NoAnswer
from generation.database import in_database
from generation.engine.queue import Claim
from generation.engine.work import Result, Work
from generation.writing import assignments, composing, drafts
from generation.writing.checking import repetition
from generation.writing.drafts import Draft
from generation.writing.prompts import subsections
from generation.writing.prompts.writing import Part, Piece, SectionAssignment

#: How near to its length a section has to come before the pages are measured, as a share of it and in characters.
_TOLERANCE_SHARE: Final = 0.04
_SMALLEST_CHARACTERS: Final = 150


@dataclass(frozen=True)
class Pieces:
    """``draft`` is the section so far: all of it, or its first ``done`` parts; ``current`` the part being written."""

    draft: Draft = field(default_factory=Draft)
    parts: Sequence[Part] = ()
    done: int = 0
    current: Draft = field(default_factory=Draft)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "draft": self.draft.to_json(),
            "parts": [asdict(part) for part in self.parts],
            "done": self.done,
            "current": self.current.to_json(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote; nothing yet where nothing was kept."""
        return cls(
            draft=Draft.from_json(values.get("draft", {})),
            parts=[Part(**part) for part in values.get("parts", [])],
            done=values.get("done", 0),
            current=Draft.from_json(values.get("current", {})),
        )

    @property
    def next(self) -> Piece | None:
        """The part to be written now; none when all are done."""
        if self.done >= len(self.parts):
            return None
        return Piece(part=self.parts[self.done], parts=self.parts, before=self.draft.text)

    def characters_for_next(self, target: int) -> int:
        """Its share of what is left of the section's ``target``: parts that came out long shorten the later ones."""
        left = target - body_characters(self.draft.text)
        to_come = sum(part.share for part in self.parts[self.done :])
        share = self.parts[self.done].share
        return max(round(target * share / 2), round(left * share / to_come))

    def with_current(self, draft: Draft) -> Self:
        """With the part being written as it stands."""
        return replace(self, current=draft)

    def with_finished(self, draft: Draft) -> Self:
        """With the part being written joined to those before; what was learned of the writer goes on to the next."""
        before = self.draft
        joined = Draft(
            text="\n\n".join(text for text in (before.text, draft.text) if text),
            offered=sorted({*before.offered, *draft.offered}),
            claims=[*before.claims, *draft.claims],
            models=list(dict.fromkeys([*before.models, *draft.models])),
            ratio=draft.ratio,
            tightening=draft.tightening,
            calls=before.calls + draft.calls,
        )
        to_come = Draft(ratio=draft.ratio, tightening=draft.tightening)
        return replace(self, draft=joined, done=self.done + 1, current=to_come)


async def run(work: Work) -> Result:
    """The section's draft, from where a lost worker left it."""
    so_far, assignment = await in_database(_begin, work.claim)
    target = assignments.target_characters(assignment)
    if not so_far.parts and not so_far.draft.text and assignments.is_divided(assignment):
        so_far = Pieces(parts=await _divided(work, assignment))
    if so_far.parts:
        draft = await _in_parts(work, assignment, so_far, target)
    else:
        draft = await _whole(work, assignment, so_far, target)
    fingerprint = repetition.fingerprint(draft.text)
    return Result({"draft": draft.to_json(), "target": target, "fingerprint": fingerprint})


def _begin(claim: Claim) -> tuple[Pieces, SectionAssignment]:
    assert claim.section_id is not None
    begun = bool(claim.checkpoint)
    so_far = Pieces.from_json(claim.checkpoint) if begun else Pieces(draft=drafts.kept(claim.section_id))
    assignment = assignments.load(
        document_id=claim.document_id,
        section_id=claim.section_id,
        offered=so_far.draft.offered,
        # A text of an earlier order brings only those that it cites.
        search=not begun,
    )
    return so_far, assignment


async def _divided(work: Work, assignment: SectionAssignment) -> list[Part]:
    """The parts of a long section; none where no model divides it: then it is written on and on instead."""
    try:
        answer = await work.ask(subsections.question(assignment))
    except NoAnswer as error:
        if error.is_outage:
            raise
        return []
    parts = subsections.read(answer.value["subsections"], pages=float(assignment.section.pages))
    await work.save(Pieces(parts=parts).to_json(), progress=0)
    return parts


async def _whole(work: Work, assignment: SectionAssignment, so_far: Pieces, target: int) -> Draft:
    async def keep(draft: Draft) -> None:
        await _save(work, replace(so_far, draft=draft), target)

    return await composing.reach(
        assignment,
        so_far.draft,
        target=target,
        tolerance=_tolerance(target),
        ask=work.ask,
        keep=keep,
        may_wait=work.may_wait,
    )


async def _in_parts(work: Work, assignment: SectionAssignment, so_far: Pieces, target: int) -> Draft:
    """Each part is a piece of its own, and kept the moment it is done."""
    while piece := so_far.next:
        before = so_far

        async def keep(draft: Draft, before: Pieces = before) -> None:
            await _save(work, before.with_current(draft), target)

        length = so_far.characters_for_next(target)
        draft = await composing.reach(
            await in_database(assignments.for_piece, assignment, piece),
            so_far.current,
            target=length,
            tolerance=_tolerance(length),
            ask=work.ask,
            keep=keep,
            may_wait=work.may_wait,
        )
        so_far = so_far.with_finished(draft)
        await _save(work, so_far, target)
    return so_far.draft


def _tolerance(target: int) -> int:
    return max(_SMALLEST_CHARACTERS, round(target * _TOLERANCE_SHARE))


async def _save(work: Work, so_far: Pieces, target: int) -> None:
    written = len(so_far.draft.text) + len(so_far.current.text)
    await work.save(so_far.to_json(), progress=round(95 * min(1.0, written / max(1, target))))
