"""What the reader's page says of the pages paid and of what fitting did (R-11)."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from documents.domain import page_count
from documents.domain.page_count import Fitted
from documents.enums import DocumentState, RevisionReason
from documents.models import Document, SectionRevision
from tests.documents.factories import DocumentFactory, SectionFactory
from tests.documents.test_views import student_with_consent


@pytest.fixture
def document() -> Document:
    document: Document = DocumentFactory.create(
        owner=student_with_consent(), state=DocumentState.READY, pages=12, body_pages=Decimal("11.64")
    )
    return document


@pytest.mark.django_db
def test_the_reader_is_told_of_pages_sheets_and_changed_sections(client: Client, document: Document) -> None:
    changes = [
        (RevisionReason.WRITTEN, RevisionReason.EXTENDED, RevisionReason.EXTENDED),
        (RevisionReason.WRITTEN, RevisionReason.TIGHTENED),
        (RevisionReason.EXTENDED, RevisionReason.TIGHTENED),
    ]
    for position, reasons in enumerate(changes):
        section = SectionFactory.create(document=document, position=position)
        for revision, reason in enumerate(reasons, start=1):
            SectionRevision.objects.create(section=section, revision=revision, reason=reason, text="Text.")
    assert page_count.fitted(document) == Fitted(sheets=12, extended=2, tightened=2)
    client.force_login(document.owner)
    page = client.get(reverse("documents:read", args=[document.pk])).content.decode()
    told = "11.6 of 12, on 12 sheets; 2 sections extended to fill them; 2 sections tightened to keep to them"
    assert told in page


@pytest.mark.django_db
def test_of_a_text_that_was_right_at_once_nothing_is_told(client: Client, document: Document) -> None:
    client.force_login(document.owner)
    page = client.get(reverse("documents:read", args=[document.pk])).content.decode()
    assert "11.6 of 12, on 12 sheets</dd>" in page


@pytest.mark.parametrize(("body", "sheets"), [("11.64", 12), ("12.00", 12), ("12.01", 13), ("0.30", 1)])
def test_a_sheet_begun_is_a_sheet(body: str, sheets: int) -> None:
    assert page_count.sheets(Decimal(body)) == sheets
