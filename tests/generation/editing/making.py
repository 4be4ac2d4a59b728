"""What the tests of the writing room begin with: a finished document with one written section."""

from decimal import Decimal

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


#: A written section: two paragraphs that can be written anew, a heading and a table between them and a third.
CITED = "The Outer Sound had its first tower lit on Grimholm, a skerry, in autumn 1871 [@light, p. 1]."
PLAIN = "It stood there for a long time. Few people ever went to see it. Those who did came by boat in the summer."
LAST = "Much was written about it later on. Little of that was true."
PARAGRAPHS = f"{CITED} {PLAIN}\n\nPeople spoke of it in the harbour. They still do so today.\n\n### Later\n\n{LAST}"


def rewritable_section(owner: User, *, pages: int = 3) -> Section:
    """A finished document of one section, with the passages that it rests on."""
    from tests.generation.making import ordered_document, source_with_passages

    document = ordered_document(pages=pages, sections=2, owner=owner)
    document.sources.all().delete()
    source = source_with_passages(document, key="light")
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, body_pages=Decimal("1.5"))
    section = document.sections.get(position=0)
    draft = CitationDraft(source.passages.get(position=0).pk, CITED, CitationCheck.OVERLAP, "")
    with transaction.atomic():
        writing.commit_revision(
            section_id=section.pk, expected_revision=0, text=PARAGRAPHS, reason=RevisionReason.WRITTEN,
            citations=[draft], provenance={"models": ["m"], "calls": 2}, now=timezone.now(),
        )  # fmt: skip
    return Section.objects.select_related("document").get(pk=section.pk)
