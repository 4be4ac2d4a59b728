"""Texts of a document's other sections, as far as needed to find repetitions."""

from collections.abc import Sequence
from typing import Final

from documents.models import Section
from generation.engine.queue import Claim
from generation.enums import StepState
from generation.models import Step
from generation.writing.checking.repetition import Fingerprints

#: A section comes to be checked once for each round of writing or revising: what was checked in this one is newest.
_FINGERPRINT: Final = "result__fingerprint"


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
