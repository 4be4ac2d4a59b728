"""Measure stage: lays the document out, counts its pages, and plans what to change (R-11)."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from documents.domain import exporting, manuscripts, outline
from documents.domain.exporting import Measurement
from documents.domain.text import body_characters
from documents.models import Citation, Document
from generation.database import in_database
from generation.engine import queue
from generation.engine.queue import Claim
from generation.engine.work import Result, Work
from generation.enums import Stage
from generation.errors import StepFailed
from generation.writing import fitting


async def run(work: Work) -> Result:
    """The laid-out pages, and the changes to come where they are not those that were ordered."""
    document_id = work.claim.document_id
    await in_database(require_citations, document_id)
    manuscript = await in_database(manuscripts.load, document_id)
    wanted = await in_database(_wanted, work.claim)
    async with exporting.measure(manuscript, wanted=wanted) as (measured, pdf):
        if pdf is not None:
            # Nothing of the text changes any more: what was laid out to be measured is what will be delivered.
            await in_database(exporting.keep, document_id=document_id, manuscript=manuscript, rendered=pdf)
    return Result(await in_database(_plan, work.claim, measured))


def require_citations(document_id: UUID) -> None:
    """A document without a single citation that holds is not delivered (R-10). Raises StepFailed."""
    if not Citation.objects.filter(document_id=document_id).exists():
        raise StepFailed(
            _("No citation in the text could be verified against its source, so the text is not delivered.")
        )


def _wanted(claim: Claim) -> tuple[Decimal, Decimal]:
    pages = Document.objects.values_list("pages", flat=True).get(pk=claim.document_id)
    return fitting.good_enough(pages=pages, round=claim.round)


def _plan(claim: Claim, measured: Measurement) -> dict[str, object]:
    document, round = Document.objects.get(pk=claim.document_id), claim.round
    body = float(measured.body_pages)
    filled = {section: float(pages) for section, pages in measured.section_pages.items()}
    result: dict[str, object] = {
        "body_pages": str(measured.body_pages),
        "first_pages": measured.first_pages,
        "changes": {},
    }
    if fitting.is_good_enough(pages=document.pages, body=body, round=round):
        return result
    planned = _changes(document, body, filled, _round_before(claim)) if round < fitting.FITTING_ROUNDS else {}
    if not planned and not fitting.is_worth_delivering(pages=document.pages, body=body):
        raise StepFailed(
            _("The text came out at %(body).1f pages instead of the %(pages)d that were ordered.")
            % {"body": body, "pages": document.pages}
        )
    return {**result, "changes": planned}


def _round_before(claim: Claim) -> fitting.Round | None:
    if not claim.round:
        return None
    told = queue.result_of(claim.job_id, Stage.MEASURE, claim.round - 1)
    return fitting.Round(asked=sum(told["changes"].values()), body=float(told["body_pages"]))


def _changes(
    document: Document, body: float, filled: Mapping[str, float], before: fitting.Round | None
) -> dict[str, int]:
    parts = [
        fitting.Part(
            id=str(section.pk),
            ordered=float(section.pages),
            filled=filled.get(str(section.pk), 0.0),
            characters=body_characters(section.text),
        )
        for section in outline.leaves(document)
    ]
    return dict(fitting.changes(pages=document.pages, body=body, parts=parts, before=before))
