"""Files as rows that must be worked on: handed out once, taken over, put off, given up aloud (R-116)."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import Settings

from documents import tasks
from documents.domain import extraction, uploads
from documents.enums import SourceOrigin, UploadPurpose, UploadState
from documents.models import Document, Passage, Source, Upload
from documents.uploads.verdict import FileKind
from tesigo.platform import duty, storage
from tesigo.platform.models import Alert
from tests.documents import elsewhere, files
from tests.documents.test_exports import Queue
from tests.migrating import back_to, forward
from tests.platform.test_dashboard import who_may

pytestmark = pytest.mark.django_db(transaction=True)

READINGS = uploads.READINGS
PAGE = "/admin/waiting/upload/"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
BEFORE = [("documents", "0007_search_services_and_retractions")]


@pytest.fixture
def queue(_redis_client: redis.Redis) -> Queue:
    return Queue(_redis_client)


def receive(document: Document, text: str = "") -> Upload:
    """A text, handed in and waiting to be read."""
    content = (text or files.prose(100)).encode()
    upload = uploads.receive(
        document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=[content], by=document.owner
    )
    assert upload.state == UploadState.EXTRACTING, upload.verdict
    return upload


@pytest.fixture
def waiting(document: Document) -> Upload:
    return receive(document)


def hold(upload: Upload, now: Any = None) -> Upload:
    """As a worker does that begins to read."""
    if now is not None:
        Upload.objects.filter(pk=upload.pk).update(due_at=timezone.now())
    held = extraction._claim(upload.pk)
    assert held
    return held


def test_a_file_is_handed_out_once_and_again_when_its_nudge_was_lost(waiting: Upload, queue: Queue) -> None:
    told = [(READINGS.task, f"('{waiting.pk}',)")]
    assert queue.tasks() == told
    assert duty.nudge_due() == 0
    queue.lose()
    assert waiting.due_at
    assert duty.nudge_due(now=waiting.due_at + READINGS.nudge_lasts) == 1
    assert queue.tasks() == told
    tasks.extract_upload(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.due_at, waiting.tries) == (UploadState.READY, None, 1)


def test_the_rest_of_a_long_text_is_judged_where_it_is_read(document: Document, queue: Queue) -> None:
    """While somebody waits only its beginning is looked at (R-106)."""
    line = "The keepers wound the weight by hand, and the lamp burned on through every night of the long winter.\n"
    long = receive(document, line * 40_000 + "\x00\x01 and no text any more")
    assert long.state == UploadState.EXTRACTING
    tasks.extract_upload(str(long.pk))
    long.refresh_from_db()
    assert long.state == UploadState.REJECTED
    assert long.verdict
    assert not document.sources.exists()


def test_a_killed_workers_file_is_taken_over_after_its_lease(waiting: Upload) -> None:
    now = timezone.now()
    hold(waiting)
    extraction.extract(upload_id=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == UploadState.EXTRACTING, "its worker may live"
    assert duty.nudge_due(now=now + READINGS.lease - SECOND) == 0
    assert duty.nudge_due(now=now + READINGS.lease + SECOND) == 1
    hold(waiting, now=now)
    waiting.refresh_from_db()
    assert (waiting.tries, waiting.token) == (2, 2)


def test_a_worker_that_was_frozen_writes_nothing_once_another_has_the_file(waiting: Upload, document: Document) -> None:
    frozen = hold(waiting)
    other = hold(waiting, now=timezone.now())
    theirs = Source.objects.create(
        document=document, key="theirs", origin=SourceOrigin.UPLOAD, upload=waiting, title="x", csl={}
    )
    assert not duty.carry_out(READINGS, frozen, extraction._read)
    for end in (
        lambda: extraction._hold(frozen, pages_total=7),
        lambda: uploads.reject(upload=frozen, reason="too late"),
        lambda: duty.later(READINGS, frozen, "too late"),
        lambda: duty.give_up(READINGS, frozen, "too late"),
    ):
        with pytest.raises(duty.LostDuty):
            end()
    assert list(document.sources.all()) == [theirs]
    assert default_storage.exists(waiting.stored_as)
    assert duty.carry_out(READINGS, other, extraction._read)
    waiting.refresh_from_db()
    assert waiting.state == UploadState.READY


def test_a_lease_is_renewed_while_a_long_file_is_read(waiting: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers at once would be the end of a file that takes long: each begins anew."""
    short = replace(READINGS, lease=timedelta(seconds=0.6))
    monkeypatch.setattr(extraction, "READINGS", short)
    renewed = threading.Event()

    def slowly(upload: Upload) -> Any:
        first, deadline = upload.due_at, timezone.now() + timedelta(minutes=1)
        while timezone.now() < deadline and not renewed.wait(0.05):
            seen = Upload.objects.get().due_at
            if seen and first and seen > first:
                renewed.set()
        return extraction._read(upload)

    held = hold(waiting)
    assert duty.carry_out(short, held, slowly)
    assert renewed.is_set()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == (UploadState.READY, 1)
    assert Passage.objects.exists()


@pytest.fixture
def away(waiting: Upload, settings: Settings) -> Iterator[Upload]:
    """A file in a storage that has just gone away: nobody listens where S3 should be."""
    settings.STORAGES = elsewhere.away()
    yield waiting
    storage.breaker.succeeded()


def test_a_storage_that_is_away_delays_and_never_gives_a_file_up(away: Upload, settings: Settings) -> None:
    for _ in range(5):
        Upload.objects.update(due_at=timezone.now())
        extraction.extract(upload_id=away.pk)
        away.refresh_from_db()
        assert away.state == UploadState.EXTRACTING
        assert away.error.partition(":")[0] in {"StorageAway", "ServiceAway"}
        assert away.due_at
        assert away.due_at > timezone.now()
    settings.STORAGES = elsewhere.HERE
    Upload.objects.update(due_at=timezone.now())
    extraction.extract(upload_id=away.pk)
    away.refresh_from_db()
    assert (away.state, away.error) == (UploadState.READY, "")


@pytest.fixture
def unreadable(waiting: Upload) -> Iterator[Upload]:
    """A file whose passages the database does not take, tried until it was given up."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE documents_passage ADD CONSTRAINT full_up CHECK (false) NOT VALID")
    try:
        for _ in range(3):
            Upload.objects.update(due_at=timezone.now())
            extraction.extract(upload_id=waiting.pk)
        waiting.refresh_from_db()
        yield waiting
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE documents_passage DROP CONSTRAINT full_up")


def test_what_no_try_could_read_is_given_up_in_words_and_staff_are_told(unreadable: Upload, client: Client) -> None:
    assert (unreadable.state, unreadable.tries, unreadable.due_at) == (UploadState.REJECTED, 3, None)
    assert unreadable.verdict.startswith("This file could not be read in several tries.")
    assert (unreadable.error, unreadable.stored_as) == ("IntegrityError", "")
    assert "documents/domain/extraction.py:" in unreadable.traceback
    assert not Source.objects.exists()
    assert str(unreadable.pk) in Alert.objects.get(key="given-up:upload").text
    who_may(client, "documents.view_upload", "documents.change_upload")
    page = client.get(PAGE).content.decode()
    assert str(unreadable.pk) in page
    assert "a.txt" not in page, "what its owner calls it is the owner's"
    assert "/again/" not in page
    client.post(f"{PAGE}{unreadable.pk}/again/")
    unreadable.refresh_from_db()
    assert unreadable.state == UploadState.REJECTED, "nothing is left to read"


def test_a_file_that_was_put_off_can_be_pushed(waiting: Upload, client: Client, queue: Queue) -> None:
    held = hold(waiting)
    duty.later(READINGS, held, OSError())
    queue.lose()
    who_may(client, "documents.view_upload", "documents.change_upload")
    assert client.post(f"{PAGE}{waiting.pk}/again/").status_code == 302
    assert queue.tasks() == [(READINGS.task, f"('{waiting.pk}',)")]
    tasks.extract_upload(str(waiting.pk))
    waiting.refresh_from_db()
    assert waiting.state == UploadState.READY


def test_a_file_that_never_arrives_whole_is_let_go_after_two_hours(document: Document, queue: Queue) -> None:
    upload = uploads.begin(document=document, purpose=UploadPurpose.SOURCE, name="a.pdf", by=document.owner)
    tasks.extract_upload(str(upload.pk))
    assert Upload.objects.get().state == UploadState.RECEIVING, "its time is not over"
    assert duty.nudge_due(now=timezone.now() + 2 * HOUR - timedelta(minutes=1)) == 0
    assert duty.nudge_due(now=timezone.now() + 2 * HOUR) == 1
    assert queue.tasks() == [(READINGS.task, f"('{upload.pk}',)")]
    tasks.extract_upload(str(upload.pk))
    upload.refresh_from_db()
    assert (upload.state, upload.due_at, upload.given_up_at) == (UploadState.REJECTED, None, None)
    assert "did not arrive whole" in upload.verdict


def test_the_last_bytes_win_against_the_clean_up(document: Document) -> None:
    upload = uploads.begin(document=document, purpose=UploadPurpose.SOURCE, name="a.txt", by=document.owner)
    held = hold(upload, now=timezone.now())
    finish = extraction._read(held)
    uploads._keep(
        upload,
        default_storage.save("uploads/x", ContentFile(files.prose(100).encode())),
        FileKind.TXT,
        by=document.owner,
    )
    with pytest.raises(duty.LostDuty):
        finish()
    tasks.extract_upload(str(upload.pk))
    upload.refresh_from_db()
    assert upload.state == UploadState.READY


def test_the_database_keeps_what_was_given_up_from_being_due(waiting: Upload) -> None:
    with pytest.raises(IntegrityError, match="upload_given_up_is_over"), transaction.atomic():
        Upload.objects.update(given_up_at=timezone.now())


# --- a site of before -----------------------------------------------------------------------------------


@pytest.fixture
def as_before(transactional_db: None) -> Iterator[None]:
    """The tables as they were when files had a way of their own."""
    back_to(BEFORE)
    yield
    forward()


OLD_INSERT = """
    INSERT INTO documents_upload (id, document_id, purpose, name, stored_as, size, sha256, format, state, verdict,
                                  pages_total, pages_read, token, lease_until, created_at)
    VALUES (gen_random_uuid(), %s, 'source', %s, %s, 9, '', 'txt', %s, '', 0, 0, %s, %s, %s)
"""


def insert_as_before(document: Document, name: str, state: str, *, token: int = 0, lease: Any = None) -> None:
    stored_as = default_storage.save(f"uploads/{name}", ContentFile(files.prose(100).encode()))
    values = [document.pk, name, stored_as, state, token, lease, timezone.now() - HOUR]
    with connection.cursor() as cursor:
        cursor.execute(OLD_INSERT, values)


def test_files_of_before_are_taken_over(document: Document, as_before: None, queue: Queue) -> None:
    now = timezone.now()
    insert_as_before(document, "waits", "extracting")
    insert_as_before(document, "held", "extracting", token=2, lease=now + HOUR)
    insert_as_before(document, "left", "extracting", token=1, lease=now - SECOND)
    insert_as_before(document, "arrives", "receiving")
    insert_as_before(document, "read", "ready", token=1)
    every = IntervalSchedule.objects.create(every=60, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="continue-uploads", task="documents.tasks.continue_uploads", interval=every)
    forward()
    assert not PeriodicTask.objects.exists()
    due = duty.due(READINGS, now=timezone.now())
    assert sorted(due.values_list("name", "tries")) == [("left", 1), ("waits", 0)]
    assert sorted(Upload.objects.filter(due_at__gt=timezone.now()).values_list("name", "tries")) == [
        ("arrives", 0),
        ("held", 2),
    ]
    arrives = Upload.objects.get(name="arrives")
    assert arrives.due_at == arrives.created_at + uploads.ARRIVES_WITHIN
    assert Upload.objects.get(name="read").due_at is None


def test_files_that_a_site_of_before_takes_in_meanwhile_are_read_too(document: Document, queue: Queue) -> None:
    insert_as_before(document, "told", "extracting")
    tasks.extract_upload(str(Upload.objects.get().pk))
    assert Upload.objects.get().state == UploadState.READY
    queue.lose()
    insert_as_before(document, "nudge-lost", "extracting")
    insert_as_before(document, "arrives", "receiving")
    tasks.continue_uploads()
    told = Upload.objects.get(name="nudge-lost")
    assert queue.tasks() == [(READINGS.task, f"('{told.pk}',)")]
    arrives = Upload.objects.get(name="arrives")
    assert arrives.due_at == arrives.created_at + uploads.ARRIVES_WITHIN
