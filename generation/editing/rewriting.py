"""Rewriting by order: asking for it, and taking or leaving what comes of it (R-93)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import quotas
from accounts.models import User
from billing.domain import more_pages, refunds
from documents.domain import page_count
from documents.domain.text import body_characters
from documents.enums import DocumentState
from documents.errors import Refused, StaleRevision
from documents.models import Document, Section, Source
from generation.editing import comparing, evidence, saving
from generation.editing.saving import Made
from generation.engine import admission, pipeline, rewritings
from generation.enums import OPEN_REWRITING_STATES, RewritingState, Stage, StepState, Wish
from generation.errors import DocumentLocked, JobOpen, RewritingRefused
from generation.models import MoreRewritings, Rewriting, Step
from generation.spending import reservations
from generation.writing import ordered, stretches
from privacy.domain import audit

#: Characters of paragraphs that are written anew in one answer: some four pages.
MOST_CHARACTERS: Final = 12_000
#: States in which a rewriting counts: those that failed or were called off cost their owner nothing.
_COUNTED: Final = (RewritingState.ASKED, RewritingState.OFFERED, RewritingState.TAKEN, RewritingState.LEFT)


@dataclass(frozen=True)
class Allowance:
    """How many rewritings a document has, by its pages, by pages bought later and by staff; and how many were had.

    ``left`` may still be asked for: more than the rest of the two, where some were had whose money was given back.
    """

    included: int
    used: int
    left: int


@dataclass(frozen=True)
class Wanted:
    """What is to be written anew, and how. ``paragraphs`` are numbers from 0; none means all that can be."""

    wish: Wish
    words: str = ""
    source: Source | None = None
    paragraphs: Sequence[int] = ()


@dataclass(frozen=True)
class Offer:
    """What taking a rewriting would make of the section as it is now.

    ``is_joined`` where its owner changed other words of it meanwhile, ``is_in_place`` where the same: the newer text
    then stays among the versions.
    """

    text: str
    changes: list[list[comparing.Piece]]
    is_joined: bool = False
    is_in_place: bool = False


def allowance(document: Document) -> Allowance:
    """What is left of the rewritings that the document's pages include, that were bought, and that staff added."""
    more = MoreRewritings.objects.filter(document=document).values_list("count", flat=True).first() or 0
    had = Rewriting.objects.filter(section__document=document, state__in=_COUNTED, is_over=False)
    used = list(had.values_list("created_at", flat=True))
    bought = more_pages.bought(document.pk)
    first = settings.REWRITINGS_PER_PAGE * page_count.sheets(ordered.paid_pages(document)) + more
    return Allowance(first + sum(count for _at, count in bought), len(used), _left(first, bought, used))


def _left(first: int, bought: Sequence[tuple[datetime, int]], used: Sequence[datetime]) -> int:
    """What is left of ``first`` and of what was ``bought``.

    Each had takes one of those that there were by then. Where there was none, for its money went back since, it is
    nobody's debt: what is bought later is had in full.
    """
    left = first
    for _at, change in sorted([*bought, *((at, -1) for at in used)]):
        left = max(0, left + change)
    return left


def ask(*, section: Section, document: Document, wanted: Wanted, expected_revision: int, by: User) -> Rewriting:
    """Orders paragraphs of a section to be written anew, in the background.

    Raises RewritingRefused with a plain reason, StaleRevision where the text is another by now, Refused where no money
    may be spent now, QuotaReached, Http404 where the document is finished no more.
    """
    numbers = _paragraphs(section.text, wanted.paragraphs)
    _require_words(wanted)
    with transaction.atomic():
        held = Document.objects.select_for_update(no_key=True).filter(pk=document.pk).first()
        # After whatever was bought and counts by now.
        now = timezone.now()
        if held is None or held.state != DocumentState.READY:
            raise Http404
        if held.frozen_at:
            raise DocumentLocked(_("This document is locked while its payment is looked at."))
        if not Section.objects.filter(pk=section.pk, revision=expected_revision).exists():
            raise StaleRevision(str(section.pk))
        if not refunds.share_kept(document.pk):
            raise RewritingRefused(_("The payment for this document was given back: nothing more is written for it."))
        if open_of(section) is not None:
            raise RewritingRefused(_("This section is being written anew, or waits for you to take or leave that."))
        if Rewriting.objects.filter(section__document=document, state=RewritingState.OFFERED).exists():
            raise RewritingRefused(_("Take or leave what waits in another section first."))
        if not allowance(held).left:
            raise RewritingRefused(_("The rewritings of this document are used up."))
        if refusal := reservations.ask_for_rewriting(held, pages=section.pages):
            raise Refused(refusal)
        quotas.spend(user=by, what=rewritings.QUOTA, limit=settings.REWRITINGS_PER_DAY)
        try:
            job = admission.start_rewriting(document=held, section=section, now=now)
        except JobOpen:
            raise RewritingRefused(_("Another section is being written anew. Wait until that is done.")) from None
        row = Rewriting.objects.create(
            section=section, job=job, revision=expected_revision, paragraphs=numbers, wish=wanted.wish,
            words=wanted.words, source=wanted.source, created_at=now,
        )  # fmt: skip
        details = {"document": str(document.pk), "rewriting": str(row.pk), "wish": wanted.wish}
        audit.record(action="section.rewriting_asked", subject=section, by=by, details=details)
    return row


def _paragraphs(text: str, wanted: Sequence[int]) -> list[int]:
    """The numbers of the paragraphs that are meant. Raises RewritingRefused where they cannot be written anew."""
    able = dict(stretches.running(text))
    numbers = sorted(set(wanted)) or list(able)
    if not numbers or not able.keys() >= set(numbers):
        raise RewritingRefused(_("There is no such paragraph of running text in this section."))
    if numbers != list(range(numbers[0], numbers[-1] + 1)):
        raise RewritingRefused(
            _("Pick paragraphs that follow each other. Headings, tables, formulas and what has a note stay.")
        )
    if sum(body_characters(able[number]) for number in numbers) > MOST_CHARACTERS:
        raise RewritingRefused(
            _("That is too much for one answer: up to %(most)d characters are written anew at once. Pick fewer.")
            % {"most": MOST_CHARACTERS}
        )
    return numbers


def _require_words(wanted: Wanted) -> None:
    if wanted.wish == Wish.OWN and not wanted.words:
        raise RewritingRefused(_("Say in your own words how it is to change."))
    if wanted.wish == Wish.SOURCE and wanted.source is None:
        raise RewritingRefused(_("Pick the source that you want more of."))


def open_of(section: Section) -> Rewriting | None:
    """The rewriting that is being written, or waits to be taken or left."""
    rows = Rewriting.objects.select_related("job", "source")
    return rows.filter(section=section, state__in=OPEN_REWRITING_STATES).first()


def newest_of(section: Section) -> Rewriting | None:
    """The one that was asked for last, however it ended."""
    return Rewriting.objects.select_related("job", "source").filter(section=section).first()


def of_section(section: Section, rewriting_id: UUID) -> Rewriting:
    """A rewriting of the section. Raises Http404 for any other (R-100)."""
    row = Rewriting.objects.select_related("job", "source").filter(section=section, pk=rewriting_id).first()
    if row is None:
        raise Http404
    return row


def percent(rewriting: Rewriting) -> int:
    """How much of one that is being written is done."""
    steps = dict(Step.objects.filter(job=rewriting.job).values_list("stage", "progress"))
    done = Step.objects.filter(job=rewriting.job, stage=Stage.REWRITE, state=StepState.DONE).exists()
    return 60 + steps.get(Stage.OFFER, 0) * 2 // 5 if done else steps.get(Stage.REWRITE, 0) * 3 // 5


def offer(rewriting: Rewriting, section: Section) -> Offer:
    """What taking it would make of the section as it is now, compared word by word."""
    text, is_joined, is_in_place = rewriting.text, False, False
    if section.revision != rewriting.revision:
        base = section.revisions.filter(revision=rewriting.revision).values_list("text", flat=True).first()
        joined = None if base is None else comparing.merged(base=base, mine=rewriting.text, theirs=section.text)
        is_joined, is_in_place = joined is not None, joined is None
        text = joined or rewriting.text
    return Offer(text, comparing.compare(section.text, text), is_joined, is_in_place)


def take(*, rewriting: Rewriting, section: Section, document: Document, expected_revision: int, by: User) -> int:
    """Makes what is offered the section's newest version and returns its number.

    ``expected_revision`` is the version beside which its owner saw it. Raises StaleRevision where there is a newer one
    by now, RewritingRefused where there is nothing to take, or it takes more pages than were paid; else as
    ``saving.save``.
    """
    if rewriting.is_over:
        raise RewritingRefused(too_long(rewriting, document))
    if section.revision != expected_revision:
        raise StaleRevision(str(section.pk))
    return saving.take(
        section=section,
        document=document,
        text=offer(rewriting, section).text,
        made=Made(citations=evidence.drafts_of(rewriting.citations), wish=rewriting.wish, **rewriting.made),
        expected_revision=expected_revision,
        by=by,
        inside=partial(_close, rewriting, RewritingState.TAKEN),
    )


def too_long(rewriting: Rewriting, document: Document) -> str:
    """Why an offer cannot be taken that takes more pages than were paid."""
    return _(
        "With the new text the document would fill %(body)s pages; %(pages)s were paid. It cannot be taken, and it was "
        "not counted. Ask for a shorter text: a written document grows no longer, also by more pages of rewriting."
    ) % {"body": f"{rewriting.body_pages:.1f}", "pages": floatformat(ordered.paid_pages(document), -1)}


def leave(*, rewriting: Rewriting, by: User, only_asked: bool = False) -> None:
    """Leaves what is offered, or calls off what is being written. Raises RewritingRefused where it was over already.

    - The text that was offered is deleted.
    - One that is called off does not count.

    ``only_asked`` where its owner was shown that it is being written: an offer that nobody has seen stays.
    """
    reason = _("Its owner called it off.")
    with transaction.atomic():
        was_asked = rewriting.state == RewritingState.ASKED
        if was_asked or only_asked:
            if not (was_asked and pipeline.stop(job_id=rewriting.job_id, reason=reason, now=timezone.now())):
                raise RewritingRefused(_("It was finished before it could be called off. Look at what came of it."))
        else:
            _close(rewriting, RewritingState.LEFT)
        details = {"rewriting": str(rewriting.pk)}
        audit.record(action="section.rewriting_left", subject=rewriting.section, by=by, details=details)


def _close(rewriting: Rewriting, state: RewritingState) -> None:
    """Ends one that was offered; its texts go. Raises RewritingRefused where another window was faster."""
    offered = Rewriting.objects.filter(pk=rewriting.pk, state=RewritingState.OFFERED)
    if not offered.update(state=state, text="", citations=[], ended_at=timezone.now()):
        raise RewritingRefused(_("It was taken or left in another window already."))


def filled_pages(document: Document) -> str:
    """The pages of the document as counted last, with one decimal."""
    return f"{ordered.filled_pages(document):.1f}"
