"""Describing a work: the brief, from its first line to the day it is thrown away."""

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import SearchVector
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import quotas
from accounts.errors import QuotaReached
from documents.domain import lifecycle, outline, past_briefs
from documents.domain.sheet import lines
from documents.enums import DocumentState
from documents.errors import NotEditable
from documents.models import Document, TypedBrief
from privacy.domain import audit
from tesigo.platform import removals

if TYPE_CHECKING:
    from accounts.models import User

#: Looks at a locked document and raises where it is not as the caller knew it.
Expects = Callable[[Document], None]

FIELDS = (
    "kind",
    "topic",
    "language",
    "level",
    "pages",
    "citation_style",
    "english",
    "requirements",
    "search_for_sources",
    "author_name",
)


def create(*, by: "User", once: str = "", **brief: Any) -> Document:
    """A new document of ``by`` with the values of FIELDS. Raises QuotaReached.

    ``once`` names the form it was typed in: with the same values from the same form, it is the same document.
    """
    values = _known(brief)
    made_from = _digest(by, once, values) if once else None
    if made_from and (made := Document.objects.filter(made_from=made_from).first()):
        return made
    try:
        return _create(by, values, made_from)
    except IntegrityError:
        # Sent twice at the same moment: the other one was first.
        made = Document.objects.filter(made_from=made_from).first() if made_from else None
        if made is None:
            raise
        return made


def _digest(by: "User", once: str, values: dict[str, Any]) -> UUID:
    said = json.dumps([by.pk, once, sorted((name, str(value)) for name, value in values.items())])
    return UUID(bytes=hashlib.sha256(said.encode()).digest()[:16])


def _create(by: "User", values: dict[str, Any], made_from: UUID | None) -> Document:
    ahead = lines.read(str(values.get("requirements", "")))
    with transaction.atomic():
        quotas.spend(user=by, what="draft", limit=settings.DRAFTS_PER_DAY)
        if drafts_of(by).count() >= settings.DRAFTS_PER_PERSON:
            raise QuotaReached(too_many_drafts())
        document = Document.objects.create(owner=by, made_from=made_from, **values)
        if document.requirements:
            lines.renew(document_id=document.pk, ahead=ahead)
        index(document_id=document.pk)
        audit.record(action="document.created", subject=document, by=by)
    return document


def drafts_of(person: "User") -> QuerySet[Document]:
    """What somebody has described and never ordered, without what they threw away."""
    return Document.objects.owned_by(person).filter(ordered_at=None)


def too_many_drafts() -> str:
    """Says that one has as many drafts as one may have."""
    words = _("You have %(limit)d drafts, the most one may have. Throw one away in your library first.")
    return words % {"limit": settings.DRAFTS_PER_PERSON}


def change(*, document_id: UUID, by: "User", expects: Expects | None = None, **brief: Any) -> None:
    """Writes a changed brief. Another number of pages, or another kind or language, asks for a new outline.

    ``expects`` looks at the locked document first and raises where it is not as the caller knew it.
    Raises NotEditable when the document has been paid for or its outline is on its way.
    """
    ahead = None
    if "requirements" in brief:
        wished = Document.objects.get(pk=document_id)
        wished.requirements = brief["requirements"]
        ahead = lines.read(lines.words_of(wished))
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if expects:
            expects(document)
        if document.state not in {DocumentState.DRAFT, DocumentState.OUTLINED}:
            raise NotEditable(document.state)
        values = _known(brief)
        shaping = ("kind", "topic", "language", "level", "pages", "requirements")
        reshaped = any(getattr(document, name) != values.get(name, getattr(document, name)) for name in shaping)
        Document.objects.filter(pk=document_id).update(**values, updated_at=timezone.now())
        if reshaped and document.state == DocumentState.OUTLINED:
            lifecycle.move(document_id=document_id, to=DocumentState.DRAFT, cause="brief changed", by=by)
        elif document.state == DocumentState.OUTLINED:
            outline.tell_settled(document_id)  # another wish to search, if any
        if values.get("requirements", document.requirements) != document.requirements:
            lines.renew(document_id=document_id, ahead=ahead)
        TypedBrief.objects.filter(document=document).delete()
        index(document_id=document_id)
        audit.record(action="document.changed", subject=document, by=by)


def delete(*, document_id: UUID, by: "User") -> None:
    """Deletes a draft for good, with its files. Raises NotEditable for one that was ever ordered: books point at it."""
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if not document.is_editable or document.ordered_at:
            raise NotEditable(document.state)
        files = [name for name in document.uploads.values_list("stored_as", flat=True) if name]
        audit.record(action="document.deleted", subject=document, by=by)
        past_briefs.count_in(Document.objects.filter(pk=document_id))
        document.delete()
        removals.note(*files)


def index(*, document_id: UUID) -> None:
    """Renews the words by which the library finds the document: its titles and its text."""
    document = Document.objects.get(pk=document_id)
    sections = list(document.sections.values_list("title", "text"))
    headings = " ".join(
        [document.called, document.own_title, document.title, document.topic, *(title for title, _ in sections)]
    )
    # A tsvector holds at most 1 MiB; 200 pages are about half of that as text.
    body = " ".join(text for _, text in sections)[:600_000]
    vector = SearchVector(Value(headings), weight="A", config="simple") + SearchVector(
        Value(body), weight="B", config="simple"
    )
    Document.objects.filter(pk=document_id).update(search=vector)


def _known(brief: dict[str, Any]) -> dict[str, Any]:
    unknown = set(brief) - set(FIELDS)
    if unknown:
        raise TypeError(f"not part of a brief: {', '.join(sorted(unknown))}")
    return brief
