"""The versions of a section: who made each, which differ in what, and going back to one (R-91)."""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from documents.enums import RevisionReason
from documents.models import Document, Section, SectionRevision
from generation.editing import saving
from privacy.domain import audit

#: Letters of a version's name.
NAME_LENGTH: Final = 80


def of_section(section: Section) -> QuerySet[SectionRevision]:
    """All versions, newest first, without their texts."""
    return section.revisions.defer("text", "provenance").order_by("-revision")


def text_of(section: Section, revision: int) -> str:
    """The text of a version. Raises Http404 where it is not kept any more."""
    text = section.revisions.filter(revision=revision).values_list("text", flat=True).first()
    if text is None:
        raise Http404
    return text


def restore(*, section: Section, document: Document, revision: int, expected_revision: int, by: User) -> int:
    """Makes an earlier version the newest one; its citations are tied to passages anew. Raises as `saving.save`."""
    return saving.save(
        section=section,
        document=document,
        text=text_of(section, revision),
        expected_revision=expected_revision,
        by=by,
        reason=RevisionReason.RESTORED,
    )


def rename(*, section: Section, revision: int, name: str, by: User) -> None:
    """Names a version, which is then kept for good; without a name it goes as the others do. Raises Http404."""
    with transaction.atomic():
        if not SectionRevision.objects.filter(section=section, revision=revision).update(name=name):
            raise Http404
        audit.record(action="section.version_named", subject=section, by=by, details={"revision": revision})
