"""The outline: accepted from a model, edited by its owner, its pages always adding up to the order."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from documents import gates, signals
from documents.domain import dropped, lifecycle
from documents.enums import DocumentState
from documents.errors import NotEditable, OutlineInvalid, Refused
from documents.models import Document, Section
from privacy.domain import audit
from tesigo.platform.plain_text import clean_line, clean_lines

if TYPE_CHECKING:
    from accounts.models import User

TENTH: Final = Decimal("0.1")
MAX_SECTIONS: Final = 200
#: The audit trail's word for asking for an outline; the daily limit counts it.
REQUESTED: Final = "outline.requested"


@dataclass(frozen=True)
class ProposedSection:
    """A chapter or a section as proposed. ``pages`` of a chapter with children is ignored."""

    title: str
    covers: str = ""
    leaves_out: str = ""
    pages: Decimal = Decimal(1)
    children: list["ProposedSection"] = field(default_factory=list)

    @property
    def leaves(self) -> list["ProposedSection"]:
        """The sections that will be written: itself, or those below it."""
        return [leaf for child in self.children for leaf in child.leaves] if self.children else [self]


@dataclass(frozen=True)
class Proposal:
    """An outline as a model or an owner wishes it."""

    title: str
    sections: list[ProposedSection]

    @property
    def leaves(self) -> list[ProposedSection]:
        """The sections that will be written, in order."""
        return [leaf for section in self.sections for leaf in section.leaves]


def share_pages(wishes: list[Decimal], total: int) -> list[Decimal]:
    """Shares ``total`` pages in proportion to ``wishes``, in tenths, each at least a tenth; adds up exactly.

    What rounding leaves over goes to the largest remainders. Raises OutlineInvalid when there are more shares than
    tenths.
    """
    spare = total * 10 - len(wishes)
    if not wishes or spare < 0:
        raise OutlineInvalid(
            _("%(pages)d pages cannot be shared between %(sections)d sections.")
            % {"pages": total, "sections": len(wishes)}
        )
    if not any(wish > 0 for wish in wishes):
        wishes = [Decimal(1)] * len(wishes)
    asked = sum(wishes)
    # Each gets its tenth first and only the rest is shared, so that no section can end up with nothing.
    above = [max(wish * total * 10 / asked - 1, Decimal(0)) for wish in wishes]
    exact = [value * spare / (sum(above) or 1) for value in above]
    shares = [1 + int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: exact[i] - int(exact[i]), reverse=True)
    for i in by_remainder[: total * 10 - sum(shares)]:
        shares[i] += 1
    return [share * TENTH for share in shares]


def request(*, document_id: UUID, by: "User", wish: str = "") -> None:
    """Asks for an outline, the first or a new one, by a signal that generation receives.

    Raises NotEditable when the document has been paid for, Refused when its owner has had enough made for now.
    Asking while one is on its way does nothing.
    """
    with transaction.atomic():
        document = _locked(document_id)
        if document.state == DocumentState.OUTLINING:
            return
        if refusal := gates.outlines.ask(document):
            raise Refused(refusal)
        Document.objects.filter(pk=document_id).update(outline_wish=clean_line(wish)[:500], outline_error="")
        lifecycle.move(document_id=document_id, to=DocumentState.OUTLINING, cause="outline requested", by=by)
        audit.record(action=REQUESTED, subject=document, by=by)
        transaction.on_commit(lambda: signals.outline_requested.send_robust(sender=Document, document_id=document_id))


def accept(*, document_id: UUID, proposal: Proposal, by: "User | None" = None) -> None:
    """Takes a finished proposal as the document's outline. Raises OutlineInvalid, NotEditable."""
    with transaction.atomic():
        document = _locked(document_id)
        _write(document, proposal)
        lifecycle.move(document_id=document_id, to=DocumentState.OUTLINED, cause="outline accepted", by=by)


def edit(
    *,
    document_id: UUID,
    proposal: Proposal,
    by: "User",
    expects: Callable[[Document], None] | None = None,
    kept: Collection[str] = (),
    thrown: Collection[str] = (),
) -> None:
    """Replaces the outline by its owner's. Pages are shared anew in proportion to what was asked.

    ``kept`` are ids of the sections that stay, under whatever title, ``thrown`` of those that are thrown away; any
    other is, whose title is not there any more. They can be brought back (R-89). ``expects`` looks at the locked
    document first and raises where it is not as the caller knew it. Raises OutlineInvalid with a plain reason, or
    NotEditable.
    """
    with transaction.atomic():
        document = _locked(document_id)
        if expects:
            expects(document)
        if document.state != DocumentState.OUTLINED:
            raise NotEditable(document.state)
        _write(document, proposal, kept=kept, thrown=thrown)
        audit.record(action="outline.edited", subject=document, by=by)


def bring_back(*, document_id: UUID, row_id: int, by: "User") -> bool:
    """Puts a row that was thrown away back: into its chapter, where that is there, else at the end (R-89).

    False where there is no such row any more. Raises OutlineInvalid, NotEditable.
    """
    with transaction.atomic():
        document = _locked(document_id)
        if document.state != DocumentState.OUTLINED:
            raise NotEditable(document.state)
        row = document.dropped_sections.filter(pk=row_id).first()
        if row is None:
            return False
        back = ProposedSection(row.title, row.covers, row.leaves_out, row.pages)
        chapters = _present(document)
        home = next((one for one in _all(chapters) if one.title == row.chapter and one.children), None)
        (home.children if home else chapters).append(back)
        row.delete()
        _write(document, Proposal(document.title, chapters))
        audit.record(action="outline.edited", subject=document, by=by)
    return True


def _all(sections: Iterable[ProposedSection]) -> Iterator[ProposedSection]:
    for section in sections:
        yield section
        yield from _all(section.children)


def _present(document: Document) -> list[ProposedSection]:
    """The outline as it stands, to be proposed anew."""
    made: dict[UUID, ProposedSection] = {}
    chapters: list[ProposedSection] = []
    for section in document.sections.order_by("position"):
        one = ProposedSection(section.title, section.covers, section.leaves_out, section.pages)
        made[section.pk] = one
        (made[section.parent_id].children if section.parent_id else chapters).append(one)
    return chapters


def fail(*, document_id: UUID, reason: str) -> None:
    """The outline could not be made: back to the brief, with the reason for its owner."""
    with transaction.atomic():
        Document.objects.filter(pk=document_id).update(outline_error=reason[:500])
        lifecycle.move(document_id=document_id, to=DocumentState.DRAFT, cause="outline failed")


def leaves(document: Document) -> list[Section]:
    """The sections that are written, in order: those without children."""
    return list(document.sections.filter(children=None).order_by("position"))


def searched_for(document: Document) -> str:
    """A digest of what searches and terms are planned from. Sources found for another one are looked for again."""
    titles = [section.title for section in leaves(document)]
    brief = [document.kind, document.topic, document.language, document.level, document.requirements]
    said = json.dumps([*brief, document.search_for_sources, titles])
    return hashlib.sha256(said.encode()).hexdigest()


def tell_settled(document_id: UUID) -> None:
    """Once the transaction is committed, sources may be looked for."""
    transaction.on_commit(lambda: signals.outline_settled.send_robust(sender=Document, document_id=document_id))


def is_complete(document: Document) -> bool:
    """Whether the outline can be ordered: there is one, and its pages add up to the document's."""
    sections = leaves(document)
    return bool(sections) and sum((section.pages for section in sections), Decimal(0)) == document.pages


def _locked(document_id: UUID) -> Document:
    document = Document.objects.select_for_update().get(pk=document_id)
    if not document.is_editable:
        raise NotEditable(document.state)
    return document


def _write(document: Document, proposal: Proposal, *, kept: Collection[str] = (), thrown: Collection[str] = ()) -> None:
    if not proposal.leaves:
        raise OutlineInvalid(_("An outline needs at least one section."))
    if len(proposal.leaves) > MAX_SECTIONS:
        raise OutlineInvalid(_("An outline can have at most %d sections.") % MAX_SECTIONS)
    pages = iter(share_pages([leaf.pages for leaf in proposal.leaves], document.pages))
    rows: list[Section] = []

    def add(section: ProposedSection, parent: Section | None) -> None:
        title = clean_line(section.title)[:300]
        if not title:
            raise OutlineInvalid(_("Every section needs a title."))
        row = Section(
            document=document,
            parent=parent,
            position=len(rows),
            title=title,
            covers=clean_lines(section.covers).strip()[:2000],
            leaves_out=clean_lines(section.leaves_out).strip()[:2000],
            pages=Decimal(0) if section.children else next(pages),
        )
        rows.append(row)
        for child in section.children:
            add(child, row)

    for section in proposal.sections:
        add(section, None)
    dropped.keep(document, rows=rows, kept=kept, thrown=thrown)
    document.sections.all().delete()
    Section.objects.bulk_create(rows)
    tell_settled(document.pk)
    title = clean_line(proposal.title)[:300] or document.topic[:300]
    Document.objects.filter(pk=document.pk).update(title=title, outline_error="", updated_at=timezone.now())
