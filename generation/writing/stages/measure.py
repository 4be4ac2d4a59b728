"""Measure stage: lays the document out, counts its pages, and plans what to change (R-11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from documents.domain import exporting, manuscripts, outline, page_count
from documents.domain.exporting import Measurement, Wanted
from documents.domain.text import body_characters
from documents.models import Citation, Document
from generation.database import in_database
from generation.engine import queue
from generation.engine.queue import Claim
from generation.engine.work import Result, Work
from generation.enums import Stage
from generation.errors import StepFailed

#: What the first round is content with, of the pages it aims at: a share of the pages ordered, or a number of pages.
_CONTENT_SHARE: Final = Decimal("0.01")
_CONTENT_PAGES: Final = Decimal("0.2")
#: Rounds of fitting before what came out has to do: what is missing then is refunded.
FITTING_ROUNDS: Final = 2
#: Further rounds for a text that is still too long: it never takes a sheet more. In these no model is asked.
TRIMMING_ROUNDS: Final = 3
#: Below this share of its pages a document is not the one that was ordered: it is not delivered at all.
_WORTH_DELIVERING_SHARE: Final = 0.5
#: Characters that one section is asked to change by, as long as there are others, and what it may lose of its text.
_USUAL_CHANGE_CHARACTERS: Final = 1_500
_LARGEST_CUT_SHARE: Final = 0.5
_SMALLEST_CHANGE_CHARACTERS: Final = 150
#: What is counted on to stay of the text asked for, at least, however little stayed the round before.
_LEAST_KEPT_SHARE: Final = 0.5


@dataclass(frozen=True)
class LaidOut:
    """A section as laid out: pages ordered and filled, and the characters of its text."""

    id: str
    ordered: float
    filled: float
    characters: int


@dataclass(frozen=True)
class RoundBefore:
    """What a round asked for, in characters, and the pages there were before it."""

    asked: int
    body: float


async def run(work: Work) -> Result:
    """The laid-out pages, and the changes to come where they are not those that were ordered."""
    document_id = work.claim.document_id
    await in_database(require_citations, document_id)
    manuscript = await in_database(manuscripts.load, document_id)
    wanted = await in_database(_wanted, work.claim)
    async with exporting.measure(manuscript, wanted=wanted) as (measured, files):
        if files:
            # Nothing of the text changes any more: what was laid out to be measured is what will be delivered.
            await in_database(exporting.keep, document_id=document_id, manuscript=manuscript, rendered=files)
    return Result(await in_database(_plan, work.claim, measured))


def require_citations(document_id: UUID) -> None:
    """A document without a single citation that holds is not delivered (R-10). Raises StepFailed."""
    if not Citation.objects.filter(document_id=document_id).exists():
        raise StepFailed(
            _("No citation in the text could be verified against its source, so the text is not delivered.")
        )


def _wanted(claim: Claim) -> Wanted:
    pages = Document.objects.values_list("pages", flat=True).get(pk=claim.document_id)
    return wanted(pages=pages, round=claim.round)


def _plan(claim: Claim, measured: Measurement) -> dict[str, object]:
    document, round = Document.objects.get(pk=claim.document_id), claim.round
    body, is_over = float(measured.body_pages), measured.body_pages > document.pages
    filled = {section: float(pages) for section, pages in measured.section_pages.items()}
    result: dict[str, object] = {
        "body_pages": str(measured.body_pages),
        "first_pages": measured.first_pages,
        "changes": {},
    }
    if wanted(pages=document.pages, round=round).is_met_by(measured.body_pages):
        return result
    rounds = FITTING_ROUNDS + (TRIMMING_ROUNDS if is_over else 0)
    planned = _changes(document, body, filled, _round_before(claim)) if round < rounds else {}
    if not planned and (is_over or not is_worth_delivering(pages=document.pages, body=body)):
        raise StepFailed(
            _("The text came out at %(body).1f pages instead of the %(pages)d that were ordered.")
            % {"body": body, "pages": document.pages}
        )
    return {**result, "changes": planned}


def _round_before(claim: Claim) -> RoundBefore | None:
    if not claim.round:
        return None
    told = queue.result_of(claim.job_id, Stage.MEASURE, claim.round - 1)
    return RoundBefore(asked=sum(told["changes"].values()), body=float(told["body_pages"]))


def _changes(
    document: Document, body: float, filled: Mapping[str, float], before: RoundBefore | None
) -> dict[str, int]:
    parts = [
        LaidOut(
            id=str(section.pk),
            ordered=float(section.pages),
            filled=filled.get(str(section.pk), 0.0),
            characters=body_characters(section.text),
        )
        for section in outline.leaves(document)
    ]
    aimed = float(page_count.aimed_pages(document.pages))
    return dict(changes(aimed=aimed, body=body, parts=parts, before=before))


def is_worth_delivering(*, pages: int, body: float) -> bool:
    """Whether enough was written to deliver it and give the missing pages back."""
    return body >= _WORTH_DELIVERING_SHARE * pages


def wanted(*, pages: int, round: int) -> Wanted:
    """The laid-out pages with which nothing more is changed after ``round`` rounds.

    The first asks for more than has to be delivered; the last one takes a nearly empty last page.
    """
    least = page_count.least_pages(pages)
    if round == 0:
        least = max(least, page_count.aimed_pages(pages) - max(_CONTENT_SHARE * pages, _CONTENT_PAGES))
    last_page = page_count.FULL_ENOUGH if round < FITTING_ROUNDS else Decimal(0)
    return Wanted(least=least, most=Decimal(pages), last_page=last_page)


def changes(
    *, aimed: float, body: float, parts: Sequence[LaidOut], before: RoundBefore | None = None
) -> Mapping[str, int]:
    """Characters to add to (or, negative, take from) sections, by id: those that are off most, few at a time.

    They lead from ``body`` to ``aimed`` laid-out pages. What a page holds is taken from this very document as laid
    out; what the check takes out of new text, from the round ``before``.
    """
    characters = sum(part.characters for part in parts)
    per_page = characters / body if body else 2_770
    total = round((aimed - body) * per_page)
    direction = 1 if total > 0 else -1
    if total > 0 and before is not None and before.asked > 0:
        kept = (body - before.body) * per_page / before.asked
        total = round(total / min(1.0, max(_LEAST_KEPT_SHARE, kept)))
    by_deviation = sorted(parts, key=lambda part: (part.ordered - part.filled) * direction, reverse=True)
    room = {part.id: _room(part, direction) for part in parts}
    chosen = _chosen(by_deviation, room, abs(total))
    weights = {part.id: max((part.ordered - part.filled) * direction, 0.02) for part in chosen}
    return {part: direction * size for part, size in _shares(abs(total), weights, room).items() if size}


def _room(part: LaidOut, direction: int) -> int:
    """The most that a section is changed by at once."""
    if direction > 0:
        return max(_USUAL_CHANGE_CHARACTERS, part.characters)
    return round(part.characters * _LARGEST_CUT_SHARE)


def _chosen(parts: Sequence[LaidOut], room: Mapping[str, int], total: int) -> list[LaidOut]:
    wanted = max(1, ceil(total / _USUAL_CHANGE_CHARACTERS))
    chosen: list[LaidOut] = []
    for part in parts:
        if len(chosen) >= wanted and sum(room[one.id] for one in chosen) >= total:
            break
        if room[part.id] >= _SMALLEST_CHANGE_CHARACTERS:
            chosen.append(part)
    return chosen or [part for part in parts[:1] if room[part.id]]


def _shares(total: int, weights: Mapping[str, float], room: Mapping[str, int]) -> dict[str, int]:
    """``total`` by weight, each within its room; what one cannot take goes to the others."""
    shares = dict.fromkeys(weights, 0)
    left = total
    open_parts = set(weights)
    while left > 0 and open_parts:
        heaviest = sum(weights[part] for part in open_parts)
        given = 0
        for part in sorted(open_parts):
            size = min(room[part] - shares[part], ceil(left * weights[part] / heaviest))
            shares[part] += size
            given += size
        open_parts = {part for part in open_parts if shares[part] < room[part]}
        left -= given
    return shares
