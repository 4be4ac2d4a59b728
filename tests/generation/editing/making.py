"""What the tests of the writing room begin with: a finished document with one written section."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from documents.domain import writing
from documents.domain.writing import CitationDraft
from documents.enums import CitationCheck, DocumentState, RevisionReason
from documents.models import Document, Passage, Section, Source
from tests.documents.factories import PassageFactory, SourceFactory, outlined_document

LAMP = "The lamp burned for five hours in the tower."
BELL = "The bell of the quay was rung by hand in every fog of that winter."
TEXT = f"{LAMP[:-1]} [@light, p. 1].\n\nNobody knows why."


def finished_document(owner: User) -> Document:
    made = outlined_document(owner=owner)
    Document.objects.filter(pk=made.pk).update(state=DocumentState.READY)
    made.refresh_from_db()
    return made


def source_of_lamps(document: Document) -> Source:
    made: Source = SourceFactory.create(document=document, key="light", title="Of lamps")
    PassageFactory.create(source=made, text=LAMP, page=1, position=0)
    PassageFactory.create(source=made, text=BELL, page=2, position=1)
    return made


def written_section(document: Document, lamp: Passage) -> Section:
    made = document.sections.order_by("position").last()
    assert made is not None
    density = {"citations": 7, "pages": "1", "wanted": 1, "round": ""}
    draft = CitationDraft(lamp.pk, TEXT.partition("\n")[0], CitationCheck.JUDGED, "It says so.")
    with transaction.atomic():
        writing.commit_revision(
            section_id=made.pk, expected_revision=0, text=TEXT, reason=RevisionReason.WRITTEN, citations=[draft],
            provenance={"models": ["m"], "removed": 2, "density": density}, now=timezone.now(),
            html="<p>As it was.</p>",
        )  # fmt: skip
    made.refresh_from_db()
    return made
