"""What an owner ordered to be written anew: which paragraphs, at which length, from which passages (R-93)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from billing.domain import refunds
from documents.domain import sources
from documents.domain.text import body_characters, characters_per_page
from documents.models import Document, Passage, Section, SectionRevision
from generation.ai.errors import NoAnswer
from generation.enums import RewritingState, Wish
from generation.errors import OverBudget, StepFailed
from generation.models import Rewriting
from generation.writing import assignments, stretches
from generation.writing.prompts.writing import SectionAssignment
from generation.writing.stretches import Stretch

#: What a wish makes of a text's length: a share of it, and characters that are added at least.
_LENGTHS: Final[dict[Wish, tuple[float, int]]] = {
    Wish.SHORTER: (0.65, 0),
    Wish.PLAINER: (1.0, 0),
    Wish.COUNTER: (1.3, 400),
    Wish.SOURCE: (1.25, 300),
    Wish.OWN: (1.0, 0),
}
#: Passages of the source that more is wished of.
_OF_SOURCE: Final = 8
_SHORTEST_CHARACTERS: Final = 100


@dataclass(frozen=True)
class Order:
    """A rewriting with the version of the section that it was ordered for.

    ``stretch`` are the paragraphs that are meant, and what stands around them. ``most_characters`` is what the new text
    may have, for the document to stay within the pages paid.
    """

    rewriting: Rewriting
    document: Document
    version: SectionRevision
    stretch: Stretch
    most_characters: int

    @property
    def characters(self) -> int:
        """How long the new text is to be: as the wish has it, within what is left of the pages paid."""
        share, more = _LENGTHS[Wish(self.rewriting.wish)]
        old = body_characters(self.stretch.text)
        return max(_SHORTEST_CHARACTERS, min(max(round(old * share), old + more if more else 0), self.most_characters))


def of_job(job_id: UUID) -> Order:
    """The order of a job. Raises StepFailed where the version that it was made for is not kept any more."""
    rewriting = Rewriting.objects.select_related("section__document", "source").get(job=job_id)
    version = rewriting.section.revisions.filter(revision=rewriting.revision).first()
    if version is None:
        raise StepFailed(_("The section was changed so often meanwhile that the text you meant is gone."))
    document, stretch = rewriting.section.document, stretches.cut(version.text, rewriting.paragraphs)
    left = max(Decimal(0), paid_pages(document) - filled_pages(document))
    room = int(left * characters_per_page(document.language))
    return Order(rewriting, document, version, stretch, body_characters(stretch.text) + room)


@contextmanager
def at_once() -> Iterator[None]:
    """Ends a rewriting where another step would be tried later: its owner may ask again. An outage is waited for.

    Raises StepFailed where a call does not fit into a budget, or no model has a usable answer.
    """
    try:
        yield
    except OverBudget:
        raise StepFailed(_("There is no budget left to write it just now. Ask again tomorrow.")) from None
    except NoAnswer as failure:
        if failure.is_outage:
            raise
        raise StepFailed(_("The writing models gave no usable answer. Ask again, or in other words.")) from failure


def paid_pages(document: Document) -> Decimal:
    """The pages whose money was not given back, and never fewer than were delivered (R-11)."""
    return max(document.pages * refunds.share_kept(document.pk), document.body_pages or Decimal(0))


def filled_pages(document: Document) -> Decimal:
    """The pages of the body, as counted last: when it was delivered, or with what was written anew and taken."""
    taken = Rewriting.objects.filter(section__document=document, state=RewritingState.TAKEN, body_pages__isnull=False)
    newest = taken.order_by("-ended_at").values_list("body_pages", flat=True).first()
    return newest or document.body_pages or Decimal(document.pages)


def assignment_of(order: Order) -> SectionAssignment:
    """What the writer of the new text is given: the passages of the section, and others where the wish needs them.

    For fewer or plainer words nothing else is looked for. Nothing but these passages may be cited.
    """
    rewriting, section = order.rewriting, order.rewriting.section
    wish = Wish(rewriting.wish)
    assignment = assignments.load(
        document_id=order.document.pk,
        section_id=section.pk,
        offered=_used(section),
        search=wish in (Wish.COUNTER, Wish.OWN),
    )
    # What the section had to cite was seen to when it was written.
    assignment = replace(assignment, wanted=[])
    if wish != Wish.SOURCE:
        return assignment
    if rewriting.source is None:
        raise StepFailed(_("The source that you named is gone."))
    text = f"{section.title} {order.stretch.text}"
    more = sources.passages_for(document_id=order.document.pk, text=text, limit=_OF_SOURCE, of=[rewriting.source.pk])
    if not more:
        raise StepFailed(_("The source that you named has no passage that may be cited."))
    return replace(assignment, passages=_together(assignment.passages, more), wanted=[rewriting.source])


def _used(section: Section) -> list[int]:
    cited = section.citations.order_by().values_list("passage_id", flat=True)
    return sorted({*section.provenance.get("passages", []), *cited})


def _together(*passages: Sequence[Passage]) -> list[Passage]:
    return list({one.pk: one for some in passages for one in some}.values())
