"""What hangs on a document goes when its time is over; what the document needs stays (R-73, R-77)."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from documents.domain import uploads
from documents.domain.citations import report
from documents.enums import DocumentState, RevisionReason, UploadPurpose, UploadState
from documents.models import Document, DocumentEvent, SectionRevision, Source, Upload
from documents.rules import KEPT_REVISIONS
from privacy.domain import retention
from tests.documents.factories import DocumentFactory, SectionFactory, SourceFactory
from tests.documents.removing import remove_what_is_due

pytestmark = pytest.mark.django_db(transaction=True)


def handed_in(state: DocumentState, *, days: int) -> Upload:
    """A file that was read, of a document that was ordered ``days`` ago."""
    at = timezone.now() - timedelta(days=days)
    document = DocumentFactory.create(state=state, ordered_at=at, created_at=at, updated_at=at)
    stored = default_storage.save("uploads/x.txt", ContentFile(b"words"))
    upload = Upload.objects.create(
        document=document, purpose=UploadPurpose.SOURCE, name="mine.txt", state=UploadState.READY, stored_as=stored,
        size=5, due_at=None, created_at=at,
    )  # fmt: skip
    SourceFactory.create(document=document, upload=upload)
    return upload


@pytest.mark.parametrize("state", [DocumentState.READY, DocumentState.FAILED])
def test_files_handed_in_go_ninety_days_after_the_order_and_their_sources_stay(state: DocumentState) -> None:
    old, young = handed_in(state, days=91), handed_in(state, days=89)
    retention.apply(now=timezone.now())
    remove_what_is_due()
    assert not default_storage.exists(old.stored_as)
    assert default_storage.exists(young.stored_as)
    row = Upload.objects.get(pk=old.pk)
    assert (row.stored_as, row.size, row.name) == ("", 0, "mine.txt")
    assert Source.objects.filter(upload=old).count() == 1
    assert uploads._bytes(row.document.owner) == 0
    gone = {one.rule.label: one.rows for one in retention.apply(now=timezone.now()) if one.rows}
    assert gone == {}, "once is enough"


@pytest.mark.parametrize("state", [DocumentState.WRITING, DocumentState.QUEUED])
def test_files_of_what_is_still_written_stay(state: DocumentState) -> None:
    upload = handed_in(state, days=300)
    retention.apply(now=timezone.now())
    assert Upload.objects.get(pk=upload.pk).stored_as == upload.stored_as


def test_ten_texts_of_a_section_stay_and_all_of_the_last_thirty_days() -> None:
    document = DocumentFactory.create(state=DocumentState.READY, ordered_at=timezone.now())
    section = SectionFactory.create(document=document, revision=15)
    for number in range(1, 16):
        SectionRevision.objects.create(
            section=section, revision=number, text=f"text {number}", reason=RevisionReason.WRITTEN,
            # A check counts what it took out, and that is nothing as a rule.
            provenance={"removed": 2 if number == 1 else 0},
            created_at=timezone.now() - timedelta(days=29 if number in (3, 15) else 31),
        )  # fmt: skip
    retention.apply(now=timezone.now())
    left = list(SectionRevision.objects.order_by("revision").values_list("revision", flat=True))
    assert left == [1, 3, *range(6, 16)]
    assert len(left) - 2 == KEPT_REVISIONS
    assert report(document).removed == 2, "the citation report still knows what was taken out"


def test_the_text_that_was_delivered_stays() -> None:
    document = DocumentFactory.create(state=DocumentState.READY, ordered_at=timezone.now())
    section = SectionFactory.create(document=document, revision=20)
    reasons = [RevisionReason.WRITTEN, RevisionReason.CHECKED, RevisionReason.EXTENDED, RevisionReason.EDITED]
    for number in (1, 2, 3, 4, *range(11, 21)):
        SectionRevision.objects.create(
            section=section, revision=number, text=f"text {number}", reason=reasons[min(number, 4) - 1],
            created_at=timezone.now() - timedelta(days=31),
        )  # fmt: skip
    retention.apply(now=timezone.now())
    left = list(SectionRevision.objects.order_by("revision").values_list("revision", flat=True))
    assert left == [3, *range(11, 21)]


def test_moves_of_a_document_go_after_four_hundred_days() -> None:
    document: Document = DocumentFactory.create(state=DocumentState.READY, ordered_at=timezone.now())
    for days in (401, 399):
        at = timezone.now() - timedelta(days=days)
        DocumentEvent.objects.create(document=document, from_state="draft", to_state="outlining", cause="x", at=at)
    retention.apply(now=timezone.now())
    assert DocumentEvent.objects.count() == 1
