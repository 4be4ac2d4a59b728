"""What happens to a file between two requests (R-80, R-84)."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from documents.domain import arrivals, uploads
from documents.enums import UploadPurpose, UploadState
from documents.errors import Gone
from documents.models import Document, Upload
from documents.uploads import partial
from documents.uploads.partial import Partial
from tests.documents import files
from tests.documents.factories import DocumentFactory

pytestmark = pytest.mark.django_db
WORDS = files.prose(200).encode()


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def begun(document: Document) -> Upload:
    return arrivals.begin(
        document=document,
        purpose=UploadPurpose.SOURCE,
        name="a.txt",
        size=len(WORDS),
        metadata="",
        by=document.owner,
    )


def test_what_came_at_once_needs_no_looking(document: Document) -> None:
    upload = Upload.objects.create(document=document, name="a.txt", state=UploadState.READY, size=5)
    assert arrivals.look(upload, by=document.owner, now=timezone.now()) is upload
    arriving = uploads.begin(document=document, purpose=UploadPurpose.SOURCE, name="a.txt", by=document.owner)
    with pytest.raises(Gone):
        arrivals.look(arriving, by=document.owner, now=timezone.now())


def test_a_file_that_was_taken_in_meanwhile_is_left_alone(document: Document) -> None:
    before, upload = begun(document), Upload.objects.get()
    sending = arrivals.send(
        upload=upload, offset=0, announced=0, checksum=None, by=document.owner, now=timezone.now()
    )  # fmt: skip
    sending.write(WORDS)
    assert sending.end(is_whole=True, now=timezone.now()).state == UploadState.EXTRACTING
    sending.close()
    sending.write(b"late")
    assert arrivals.look(before, by=document.owner, now=timezone.now()).state == UploadState.EXTRACTING
    partial.path_of(f"{partial.FOLDER}/x").unlink(missing_ok=True)


def test_a_file_that_is_removed_while_it_is_looked_at_is_gone(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(document)
    whole = Partial.whole

    def removed_meanwhile(file: Partial) -> Any:
        uploads.delete(upload_id=upload.pk, by=document.owner)
        return whole(file)

    monkeypatch.setattr(Partial, "whole", removed_meanwhile)
    sending = arrivals.send(
        upload=upload, offset=0, announced=0, checksum=None, by=document.owner, now=timezone.now()
    )  # fmt: skip
    sending.write(WORDS)
    with pytest.raises(Gone):
        sending.end(is_whole=True, now=timezone.now())
    sending.close()
    assert not Upload.objects.exists()


def test_the_database_keeps_more_from_arriving_than_there_is(document: Document) -> None:
    begun(document)
    with pytest.raises(IntegrityError, match="upload_arrived_fits"), transaction.atomic():
        Upload.objects.update(arrived=len(WORDS) + 1)


def test_a_file_that_stands_still_is_shown_with_what_to_do(document: Document) -> None:
    upload = begun(document)
    Upload.objects.update(arrived=len(WORDS) // 2)
    upload.refresh_from_db()
    row = render_to_string("documents/uploads/rows.html", {"uploads": [upload], "document": document})
    assert "Choose the same file again to go on" in row
    assert f'value="{len(WORDS) // 2}" max="{len(WORDS)}"' in row


def test_nothing_is_left_over_where_nothing_came(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert arrivals.tidy(now=timezone.now()) == 0
