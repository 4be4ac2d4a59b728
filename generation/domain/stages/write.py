"""Write: one section, at once with the others, to the length of its pages (R-34).

The text is kept in the step the moment it is there. It becomes a revision of its section once it is checked.
"""

from typing import Final

from generation.domain import commissions, composing
from generation.domain.checking import repetition
from generation.domain.database import in_database
from generation.domain.drafts import Draft
from generation.domain.work import Result, Work

#: How near to its length a section has to come before the pages are measured, as a share of it and in characters.
_TOLERANCE: Final = 0.04
_SMALLEST: Final = 150


async def run(work: Work) -> Result:
    """The section's draft, from where a lost worker left it."""
    claim = work.claim
    assert claim.section_id is not None
    draft = Draft.from_json(claim.checkpoint.get("draft", {}))
    commission = await in_database(
        commissions.load, document_id=claim.document_id, section_id=claim.section_id, offered=draft.offered
    )
    target = commissions.target_characters(commission)

    async def keep(draft: Draft) -> None:
        share = min(1.0, len(draft.text) / max(1, target))
        await work.save({"draft": draft.to_json()}, progress=round(95 * share))

    draft = await composing.reach(
        commission,
        draft,
        target=target,
        tolerance=max(_SMALLEST, round(target * _TOLERANCE)),
        ask=work.ask,
        keep=keep,
    )
    fingerprint = repetition.fingerprint(draft.text)
    return Result({"draft": draft.to_json(), "target": target, "fingerprint": fingerprint})
