"""How many files and bytes one person may have, how long exports are kept, and files that storage lost (R-85)."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.conf import settings as configured
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import DailyUse, User
from documents.domain import exporting, requesting, uploads
from documents.enums import DocumentState, ExportFormat, ExportState, UploadPurpose, UploadState
from documents.errors import UploadRefused
from documents.models import Document, Export, Upload
from privacy.domain import retention
from privacy.models import AuditEvent
from tesigo.platform import storage
from tests.billing.concurrently import at_once, together
from tests.documents import elsewhere, files
from tests.documents.factories import DocumentFactory, outlined_document
from tests.documents.removing import remove_what_is_due
from tests.documents.test_views import words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def document(student: User) -> Document:
    return DocumentFactory.create(owner=student)


def stored(folder: str) -> set[str]:
    found = Path(configured.MEDIA_ROOT) / folder
    return {one.name for one in found.iterdir()} if found.is_dir() else set()


def text(number: int, size: int = 700) -> bytes:
    """A text of at most ``size`` bytes, unlike the others."""
    return files.prose(300, start=number * 300).encode()[:size]


def hand_in(document: Document, content: bytes, chunks: Any = None) -> Upload:
    return uploads.receive(
        document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=chunks or [content], by=document.owner
    )


def post(browser: Client, document: Document, *, script: bool = True, number: int = 0) -> Any:
    sent = {"purpose": "source", "file": SimpleUploadedFile(f"{number}.txt", text(number))}
    extra = {"HTTP_HX_REQUEST": "true"} if script else {}
    return browser.post(reverse("documents:upload", args=[document.pk]), sent, **extra)


class Watching(FileSystemStorage):
    """A storage that notes whether who saves with it holds a connection to the database."""

    held: ClassVar[list[bool]] = []

    def _save(self, name: str, content: Any) -> str:
        self.held.append(connection.connection is not None)
        saved: str = super()._save(name, content)  # type: ignore[misc]  # the stubs leave Django's own hook out
        return saved


def test_no_connection_is_held_while_a_file_comes_and_is_stored(document: Document, settings: Any) -> None:
    held: list[bool] = []

    def coming() -> Iterator[bytes]:
        for number in range(2):
            held.append(connection.connection is not None)
            yield text(number)

    backend = {"BACKEND": f"{__name__}.Watching", "OPTIONS": configured.STORAGES["default"].get("OPTIONS", {})}
    settings.STORAGES = {**configured.STORAGES, "default": backend}
    Watching.held.clear()
    assert hand_in(document, b"", coming()).state == UploadState.EXTRACTING
    assert (held, Watching.held) == ([False, False], [False])


def test_files_of_a_day_have_a_limit_that_says_when_it_ends(browser: Client, document: Document, settings: Any) -> None:
    settings.UPLOADS_PER_DAY = 1
    assert post(browser, document).status_code == 200
    answer = post(browser, document, number=1)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 86_400
    assert "1 in a day. You can go on at midnight (UTC)." in words(answer)
    assert post(browser, document, script=False, number=2).status_code == 302
    assert "You can go on at midnight (UTC)." in words(browser.get(reverse("documents:brief", args=[document.pk])))
    assert Upload.objects.count() == DailyUse.objects.get().times == 1


def test_files_of_all_documents_together_have_a_limit(student: User, browser: Client, settings: Any) -> None:
    settings.FILES_PER_PERSON = 2
    first, second = DocumentFactory.create(owner=student), DocumentFactory.create(owner=student)
    kept = [hand_in(one, text(number)) for number, one in enumerate((first, second))]
    answer = post(browser, second, number=2)
    assert answer.status_code == 409
    assert words(answer) == "You have 2 files, the most that one may have. Remove some first."
    assert hand_in(DocumentFactory.create(), text(2)).state == UploadState.EXTRACTING, "somebody else's is another's"
    uploads.delete(upload_id=kept[0].pk, by=student)
    assert post(browser, second, number=2).status_code == 200


def test_files_handed_in_at_once_do_not_pass_the_limit(student: User, settings: Any) -> None:
    settings.FILES_PER_PERSON = 3
    documents = [DocumentFactory.create(owner=student) for _ in range(8)]
    numbers = iter(range(8))

    def attempt() -> bool:
        number = next(numbers)
        try:
            return hand_in(documents[number], text(number)).state == UploadState.EXTRACTING
        except UploadRefused:
            return False

    assert sorted(at_once(8, attempt)) == [False] * 5 + [True] * 3
    assert Upload.objects.count() == 3


def test_a_file_larger_than_what_is_left_is_refused_and_leaves_nothing(
    browser: Client, document: Document, settings: Any
) -> None:
    settings.STORED_BYTES_PER_PERSON = 1_000
    assert hand_in(document, text(0)).state == UploadState.EXTRACTING
    before = stored("uploads")
    answer = post(browser, document, number=1)
    assert "There is no room for it: your files may take 1000" in words(answer).replace("\xa0", " ")
    refused = Upload.objects.get(state=UploadState.REJECTED)
    assert (refused.stored_as, refused.due_at, refused.size) == ("", None, 700)
    assert stored("uploads") == before
    # What was refused takes no room, and what fills the rest is taken.
    assert hand_in(document, text(2, 300)).state == UploadState.EXTRACTING
    with pytest.raises(UploadRefused, match="no room"):
        hand_in(document, text(3, 10))


def test_files_that_arrive_together_do_not_pass_the_room(document: Document, settings: Any) -> None:
    """All have begun before one is through: what is there at the beginning says nothing."""
    settings.STORED_BYTES_PER_PERSON = 1_500
    before = stored("uploads")
    all_there = threading.Barrier(3)

    def arrive(number: int) -> Upload:
        def chunks() -> Iterator[bytes]:
            content = text(number)
            yield content[:350]
            all_there.wait(30)
            yield content[350:]

        return hand_in(document, b"", chunks())

    found = together([partial(arrive, number) for number in range(3)])
    assert sorted(one.state for one in found) == ["extracting", "extracting", "rejected"]
    (refused,) = (one for one in found if one.state == UploadState.REJECTED)
    assert "There is no room for it" in refused.verdict
    assert len(stored("uploads") - before) == 2


def test_a_file_that_cannot_be_noted_leaves_nothing(document: Document) -> None:
    """It lies in storage already when the database does not take the note of it: nobody would ever find it."""
    before = stored("uploads")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE documents_upload ADD CONSTRAINT full_up CHECK (state <> 'extracting') NOT VALID")
    try:
        with pytest.raises(IntegrityError, match="full_up"):
            hand_in(document, text(0))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE documents_upload DROP CONSTRAINT full_up")
    assert not Upload.objects.exists()
    assert stored("uploads") == before


# --- exports ------------------------------------------------------------------------------------------------


@pytest.fixture
def finished(student: User) -> Document:
    """A finished document of a few lines."""
    document = outlined_document(owner=student, pages=4)
    document.sections.filter(children=None).update(text="The lamp was trimmed at every change of the watch.")
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, rendered_style="apa")
    document.refresh_from_db()
    return document


@pytest.fixture
def export(finished: Document) -> Export:
    """Its file, made."""
    row = requesting.request_export(document_id=finished.pk, format=ExportFormat.PDF, with_ai_statement=False)
    assert exporting.make_export(export_id=row.pk)
    row.refresh_from_db()
    return row


def aged(export: Export, **age: int) -> None:
    Export.objects.filter(pk=export.pk).update(created_at=timezone.now() - timedelta(**age))


def test_files_that_can_be_made_again_go_after_thirty_days(finished: Document, export: Export) -> None:
    aged(export, days=29, hours=23)
    retention.apply(now=timezone.now())
    assert default_storage.exists(Export.objects.get().stored_as)
    aged(export, days=30)
    retention.apply(now=timezone.now())
    remove_what_is_due()
    assert not Export.objects.exists()
    assert not default_storage.exists(export.stored_as)
    again = requesting.request_export(document_id=finished.pk, format=ExportFormat.PDF, with_ai_statement=False)
    assert exporting.make_export(export_id=again.pk)
    again.refresh_from_db()
    assert again.state == ExportState.READY


def test_a_file_that_is_still_being_made_does_not_go(finished: Document) -> None:
    row = requesting.request_export(document_id=finished.pk, format=ExportFormat.PDF, with_ai_statement=False)
    aged(row, days=31)
    retention.apply(now=timezone.now())
    assert Export.objects.get() == row


def test_asking_for_a_file_and_taking_it_away_are_in_the_trail(
    browser: Client, finished: Document, student: User
) -> None:
    browser.post(reverse("documents:take_away", args=[finished.pk]), {"format": "pdf"})
    browser.post(reverse("documents:take_away", args=[finished.pk]), {"format": "pdf"})
    row = Export.objects.get()
    assert exporting.make_export(export_id=row.pk)
    assert browser.get(reverse("documents:download", args=[finished.pk, row.pk])).status_code == 200
    about = {"document": str(finished.pk), "format": "pdf"}
    trail = AuditEvent.objects.filter(object_id=str(row.pk)).order_by("id")
    assert [(one.action, one.actor_id, one.details) for one in trail] == [
        ("export.requested", student.pk, about),
        ("export.downloaded", student.pk, about),
    ]


def cut(name: str) -> None:
    with Path(default_storage.path(name)).open("r+b") as file:
        file.truncate(100)


@pytest.mark.parametrize("lose", [default_storage.delete, cut], ids=["gone", "cut"])
def test_a_file_that_storage_lost_is_made_again_when_it_is_asked_for(
    browser: Client, finished: Document, export: Export, lose: Callable[[str], None]
) -> None:
    address = reverse("documents:download", args=[finished.pk, export.pk])
    page = reverse("documents:take_away", args=[finished.pk])
    lose(export.stored_as)
    answer = browser.get(address)
    assert (answer.status_code, answer["Location"]) == (302, page)
    said = words(browser.get(page))
    assert "This file was lost. It is being made again" in said
    assert "Being made" in said
    assert browser.get(address).status_code == 404, "there is nothing to take away yet"
    assert not DailyUse.objects.filter(what="export").exists(), "it was not its owner who lost it"
    assert exporting.make_export(export_id=export.pk)
    again = Export.objects.get()
    assert (again.state, default_storage.size(again.stored_as)) == (ExportState.READY, again.size)
    assert f'href="{address}"' in words(browser.get(page))


def test_a_lost_file_is_made_again_too_when_its_form_is_sent(
    browser: Client, finished: Document, export: Export
) -> None:
    page = reverse("documents:take_away", args=[finished.pk])
    assert browser.post(page, {"format": "pdf"}).status_code == 302
    assert Export.objects.get().state == ExportState.READY, "it is there already"
    default_storage.delete(export.stored_as)
    assert browser.post(page, {"format": "pdf"}).status_code == 302
    row = Export.objects.get()
    assert (row.pk, row.state, row.stored_as) == (export.pk, ExportState.PENDING, "")
    assert exporting.make_export(export_id=row.pk)


def test_a_storage_that_is_away_has_lost_nothing(
    browser: Client, finished: Document, export: Export, settings: Any
) -> None:
    settings.STORAGES = elsewhere.away()
    browser.raise_request_exception = False
    page = reverse("documents:take_away", args=[finished.pk])
    assert browser.post(page, {"format": "pdf"}).status_code == 302
    assert browser.get(reverse("documents:download", args=[finished.pk, export.pk])).status_code == 503
    storage.breaker.succeeded()
    assert Export.objects.get().state == ExportState.READY


def test_a_click_that_comes_late_does_not_take_the_new_file_away(export: Export) -> None:
    requesting.note_lost(export=export)
    assert exporting.make_export(export_id=export.pk)
    requesting.note_lost(export=export)
    row = Export.objects.get()
    assert row.state == ExportState.READY
    assert default_storage.exists(row.stored_as)
