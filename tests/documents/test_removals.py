"""Files are deleted after what referred to them, however long the storage is away (R-84, R-116)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from documents import tasks
from documents.domain import uploads
from documents.enums import DocumentState, ExportFormat, ExportState, UploadPurpose
from documents.models import Document, Export, Upload
from privacy.domain import retention
from tesigo.platform import duty, removals, storage
from tesigo.platform.models import Alert, Removal
from tests.documents import elsewhere, files
from tests.documents.factories import DocumentFactory
from tests.documents.removing import remove_what_is_due
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db(transaction=True)

REMOVALS = removals.REMOVALS


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create(owner=student_with_consent())


@pytest.fixture
def upload(document: Document) -> Upload:
    content = files.prose(100).encode()
    return uploads.receive(
        document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=[content], by=document.owner
    )


@pytest.fixture
def export(document: Document) -> Export:
    """A file to take away that is old enough to go."""
    return Export.objects.create(
        document=document, format=ExportFormat.PDF, citation_style="apa", fingerprint="x", state=ExportState.READY,
        due_at=None, stored_as=saved("exports/x.pdf"), created_at=timezone.now() - timedelta(days=31),
    )  # fmt: skip


def saved(name: str) -> str:
    return default_storage.save(name, ContentFile(b"words of a person"))


@pytest.fixture
def away(settings: Settings) -> Iterator[None]:
    """The storage goes away, for as long as the test does not bring it back."""
    settings.STORAGES = elsewhere.away()
    yield
    storage.breaker.succeeded()


def test_what_is_forgotten_at_night_goes_although_the_storage_is_away(
    upload: Upload, export: Export, away: None, settings: Settings
) -> None:
    Document.objects.update(updated_at=timezone.now() - timedelta(days=31), state=DocumentState.DRAFT)
    names = {upload.stored_as, export.stored_as}
    retention.apply(now=timezone.now())
    assert not Document.objects.exists()
    assert not Export.objects.exists()
    assert set(Removal.objects.values_list("stored_as", flat=True)) == names
    assert remove_what_is_due() == 0
    for row in Removal.objects.all():
        assert row.error.partition(":")[0] in {"StorageAway", "ServiceAway"}
    settings.STORAGES = elsewhere.HERE
    assert all(default_storage.exists(name) for name in names)
    assert remove_what_is_due(timezone.now() + timedelta(hours=1)) == 2
    assert not any(default_storage.exists(name) for name in names)
    assert not Removal.objects.exists()


def test_only_old_exports_go_and_their_documents_stay(document: Document, export: Export) -> None:
    Document.objects.update(state=DocumentState.READY)
    retention.apply(now=timezone.now())
    assert remove_what_is_due() == 1
    assert Document.objects.get() == document
    assert not default_storage.exists(export.stored_as)


def test_its_owner_takes_a_file_back_without_waiting_for_the_storage(
    upload: Upload, client: Client, away: None, settings: Settings
) -> None:
    client.force_login(upload.document.owner)
    address = reverse("documents:upload-delete", args=[upload.document_id, upload.pk])
    assert client.post(address).status_code == 302
    assert storage.breaker.admits(), "nobody has asked the storage"
    settings.STORAGES = elsewhere.HERE
    assert default_storage.exists(upload.stored_as)
    assert remove_what_is_due() == 1
    assert not default_storage.exists(upload.stored_as)


def test_a_draft_that_is_thrown_away_takes_its_files_along(upload: Upload, client: Client) -> None:
    client.force_login(upload.document.owner)
    assert client.post(reverse("documents:delete", args=[upload.document_id])).status_code == 302
    assert remove_what_is_due() == 0, "it can be brought back"
    assert client.post(reverse("documents:delete-now", args=[upload.document_id])).status_code == 302
    assert remove_what_is_due() == 1
    assert not default_storage.exists(upload.stored_as)


def test_what_is_rolled_back_loses_no_file() -> None:
    name = saved("uploads/x")
    with transaction.atomic():
        removals.note(name, "")
        transaction.set_rollback(True)
    assert remove_what_is_due() == 0
    assert default_storage.exists(name)


def test_a_worker_that_dies_while_deleting_leaves_a_row_that_is_due_again() -> None:
    name = saved("uploads/x")
    removals.note(name)
    now = timezone.now()
    row = Removal.objects.get()
    assert duty.claim(REMOVALS, row.pk, now=now)
    assert remove_what_is_due(now) == 0
    default_storage.delete(name)
    Removal.objects.update(due_at=now)
    assert remove_what_is_due() == 1, "it was gone already, and that is well"
    assert not Removal.objects.exists()


def test_it_is_tried_for_ever_and_staff_are_told_once(away: None) -> None:
    removals.note("uploads/x")
    now = timezone.now()
    for _ in range(30):
        row = Removal.objects.get()
        held = duty.claim(REMOVALS, row.pk, now=now)
        assert held
        duty.later(REMOVALS, held, storage.StorageAway("The storage does not answer."), now=now, is_outage=True)
        now = next_try()
    assert Removal.objects.get().given_up_at is None
    assert Alert.objects.get().key == "late:removal"


def next_try() -> datetime:
    due_at: Any = Removal.objects.get().due_at
    return due_at  # type: ignore[no-any-return]  # of a row that is tried for ever


def test_what_a_site_of_before_has_sent_on_its_way_is_deleted_too(away: None, settings: Settings) -> None:
    tasks.remove_file("uploads/x")
    assert Removal.objects.get().stored_as == "uploads/x"
    settings.STORAGES = elsewhere.HERE
    name = saved("uploads/y")
    tasks.remove_file(name)
    assert not default_storage.exists(name)
    tasks.remove_stored(str(Removal.objects.get().pk))
    assert not Removal.objects.exists()
