"""`kill -9` while a mail is sent, a file read or deleted: the next worker does it, once its lease is over (R-116)."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.utils import timezone

from accounts.domain import mail
from accounts.models import Mail
from documents.domain import uploads
from documents.enums import UploadPurpose, UploadState
from documents.models import Passage, Source, Upload
from privacy.domain import exports
from privacy.enums import ExportState
from sandbox.testing import Running
from tesigo.platform import removals
from tesigo.platform.models import Removal
from tests.documents import files
from tests.documents.factories import DocumentFactory, UserFactory
from tests.documents.removing import remove_what_is_due
from tests.faults.mortal import Mortal, mortal
from tests.privacy.everything import person_with_everything

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def process() -> Iterator[Mortal]:
    with mortal() as running:
        yield running


def is_done_by_the_next(process: Mortal, what: str, row: Model, point: str) -> None:
    """Killed at the point; nobody else's while it is held, and done by the next afterwards."""
    rows: Any = type(row)._default_manager.filter(pk=row.pk)
    assert process.does(what, row.pk, dies_at=point) == "killed"
    held = rows.values("due_at", "tries", "error").get()
    assert (held["tries"], held["error"]) == (1, "")
    assert held["due_at"] > timezone.now()
    assert process.does(what, row.pk) == "done"
    assert rows.values("due_at", "tries", "error").get() == held, "its worker may live"
    rows.update(due_at=timezone.now())
    assert process.does(what, row.pk) == "done"


@pytest.mark.parametrize(("point", "arrives"), [("mail held, not sent", 1), ("mail sent, not noted", 2)])
def test_a_mail_whose_worker_is_killed_is_sent_by_the_next(
    process: Mortal, sandbox: Running, point: str, arrives: int
) -> None:
    """Whoever gets it twice gets it under one Message-ID, by which a mail program shows it once."""
    student = UserFactory.create()
    mail.send_mail(user=student, template="ready", context={"title": "Lamps", "document_id": str(uuid4())})
    row = Mail.objects.get()
    is_done_by_the_next(process, "mail", row, point)
    row.refresh_from_db()
    assert (row.state, row.tries, row.due_at) == ("sent", 2, None)
    found = sandbox.control.mails(student.email)
    assert len(found) == arrives
    assert len({one["headers"]["Message-ID"] for one in found}) == 1


@pytest.mark.parametrize(
    "point", ["file held, not read", "passages stored, file not read to its end", "file read, not noted"]
)
def test_a_file_whose_reader_is_killed_is_read_anew_and_once(process: Mortal, point: str) -> None:
    document = DocumentFactory.create()
    content = "\n\n".join(files.prose(120, start=number * 120) for number in range(5)).encode()
    upload = uploads.receive(
        document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=[content], by=document.owner
    )
    is_done_by_the_next(process, "read", upload, point)
    upload.refresh_from_db()
    assert (upload.state, upload.tries, upload.token, upload.due_at) == (UploadState.READY, 2, 2, None)
    assert Source.objects.get().upload == upload
    texts = list(Passage.objects.values_list("text", flat=True))
    assert len(texts) == len(set(texts)) > 0


def test_a_file_whose_remover_is_killed_is_gone_in_the_end(process: Mortal) -> None:
    name = default_storage.save("uploads/x", ContentFile(b"words of a person"))
    removals.note(name)
    is_done_by_the_next(process, "remove", Removal.objects.get(), "file deleted, not noted")
    assert not Removal.objects.exists()
    assert not default_storage.exists(name)


@pytest.mark.parametrize("point", ["tables written, files not", "archive stored, not noted"])
def test_an_export_whose_maker_is_killed_is_made_by_the_next_and_nothing_else_is_left(
    process: Mortal, point: str
) -> None:
    before = set(default_storage.listdir("data-exports")[1]) if default_storage.exists("data-exports") else set()
    ada = person_with_everything("Ada")
    row = exports.ask(user=ada, by=ada, now=timezone.now())
    is_done_by_the_next(process, "export", row, point)
    row.refresh_from_db()
    assert (row.state, row.tries, row.due_at) == (ExportState.READY, 2, None)
    remove_what_is_due()
    left = set(default_storage.listdir("data-exports")[1]) - before
    assert left == {row.stored_as.rpartition("/")[2]}
    assert Mail.objects.filter(template="data_export_ready").count() == 1


def test_a_file_that_kills_every_reader_is_given_up(process: Mortal) -> None:
    document = DocumentFactory.create()
    upload = uploads.receive(
        document=document,
        purpose=UploadPurpose.SOURCE,
        name="a.txt",
        chunks=[files.prose(100).encode()],
        by=document.owner,
    )
    for _ in range(3):
        assert process.does("read", upload.pk, dies_at="file held, not read") == "killed"
        Upload.objects.update(due_at=timezone.now())
    assert process.does("read", upload.pk) == "done"
    upload.refresh_from_db()
    assert (upload.state, upload.due_at) == (UploadState.REJECTED, None)
    assert "several tries" in upload.verdict
    assert Removal.objects.get().stored_as
