"""The versions of a section: who made each, which differ in what, and going back to one (R-91)."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.models import Document, Section, SectionRevision
from generation.editing import saving
from privacy.domain import audit

#: Letters of a version's name.
NAME_LENGTH: Final = 80


def written_section(*, document_id: UUID, section_id: UUID, user: User) -> tuple[Document, Section]:
    """A written section of the user's finished document. Raises Http404 for any other (R-100)."""
    document = owned_document(document_id=document_id, user=user)
    section = Section.objects.filter(pk=section_id, document=document, revision__gt=0).first()
    if section is None or document.state != DocumentState.READY:
        raise Http404
    return document, section


def of_section(section: Section) -> QuerySet[SectionRevision]:
    """All versions, newest first, without their texts."""
    return section.revisions.defer("text", "provenance", "citations").order_by("-revision")


def text_of(section: Section, revision: int) -> str:
    """The text of a version. Raises Http404 where it is not kept any more."""
    text = section.revisions.filter(revision=revision).values_list("text", flat=True).first()
    if text is None:
        raise Http404
    return text


def restore(*, section: Section, document: Document, revision: int, expected_revision: int, by: User) -> int:
    """Makes an earlier version the newest one. Raises as `saving.save`, and Http404 where it is not kept any more."""
    version = section.revisions.filter(revision=revision).first()
    if version is None:
        raise Http404
    return saving.restore(
        section=section, document=document, version=version, expected_revision=expected_revision, by=by
    )


def rename(*, section: Section, revision: int, name: str, by: User) -> None:
    """Names a version, which is then kept for good; without a name it goes as the others do. Raises Http404."""
    with transaction.atomic():
        if not SectionRevision.objects.filter(section=section, revision=revision).update(name=name):
            raise Http404
        audit.record(action="section.version_named", subject=section, by=by, details={"revision": revision})
