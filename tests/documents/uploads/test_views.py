from pathlib import Path
from typing import TYPE_CHECKING

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from documents.enums import DocumentState, UploadState
from documents.models import Document, Upload
from privacy.domain import consent
from privacy.enums import ConsentKind
from tests.documents import files
from tests.documents.factories import DocumentFactory
from tests.documents.uploads.conftest import HandIn

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def visitor(client: Client, document: Document) -> Client:
    """The owner, signed in, with the consent that every page asks for."""
    from django.utils import timezone

    consent.give(user=document.owner, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    client.force_login(document.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(
    client: Client, document: Document, *uploads: tuple[str, bytes], purpose: str = "source", **extra: str
) -> "_MonkeyPatchedWSGIResponse":
    sent = [SimpleUploadedFile(name, content) for name, content in uploads]
    return client.post(reverse("documents:upload", args=[document.pk]), {"purpose": purpose, "file": sent}, **extra)


def test_form_without_script_comes_back_to_the_brief(visitor: Client, document: Document) -> None:
    response = send(visitor, document, ("notes.txt", files.prose(50).encode()), ("more.md", files.prose(40).encode()))
    assert response.status_code == 302
    assert response["Location"] == reverse("documents:brief", args=[document.pk])
    assert sorted(document.uploads.values_list("name", "state")) == [
        ("more.md", UploadState.EXTRACTING), ("notes.txt", UploadState.EXTRACTING),
    ]  # fmt: skip


def test_rejected_file_is_explained_on_the_brief(visitor: Client, document: Document) -> None:
    send(visitor, document, ("tool.pdf", files.exe_bytes()))
    page = visitor.get(reverse("documents:brief", args=[document.pk])).content.decode()
    assert "tool.pdf: This is a program" in page
    assert 'data-state="rejected"' in page


def test_a_script_is_told_what_is_too_large_before_it_sends_it(
    visitor: Client, document: Document, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES = 20 * 1024 * 1024
    page = lxml.html.fromstring(visitor.get(reverse("documents:brief", args=[document.pk])).content)
    lists = page.xpath("//*[@data-uploads]")
    assert [one.get("data-max-bytes") for one in lists] == ["20971520"] * 2
    assert {one.get("data-words-too-large") for one in lists} == {
        "This file is larger than 20.0\xa0MB, the most that is accepted."
    }


def test_a_file_that_was_too_large_is_not_shown_as_an_empty_one(
    visitor: Client, document: Document, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024
    row = send(visitor, document, ("notes.txt", files.prose(500).encode()), **SCRIPT).content.decode()
    assert "This file is larger than 1.0\xa0KB" in row
    assert "0\xa0bytes" not in row


def test_script_gets_the_row_of_its_file(visitor: Client, document: Document) -> None:
    response = send(visitor, document, ("notes.txt", files.prose(50).encode()), **SCRIPT)
    row = response.content.decode()
    upload = document.uploads.get()
    assert f'id="upload-{upload.pk}"' in row
    assert reverse("documents:upload-state", args=[document.pk, upload.pk]) in row
    assert "style=" not in row


def test_name_of_a_file_is_never_markup(visitor: Client, document: Document) -> None:
    response = send(visitor, document, ("<img src=x onerror=alert(1)>.txt", files.prose(50).encode()), **SCRIPT)
    assert b"<img" not in response.content


@pytest.mark.parametrize("purpose", ["", "other"])
def test_nothing_chosen_is_said(visitor: Client, document: Document, purpose: str) -> None:
    url = reverse("documents:upload", args=[document.pk])
    assert visitor.post(url, {"purpose": purpose}, **SCRIPT).status_code == 422
    assert visitor.post(url, {"purpose": purpose}).status_code == 302


def test_row_stops_asking_once_the_file_is_read(
    visitor: Client, document: Document, hand_in: HandIn, tmp_path: Path
) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]), read=False)
    url = reverse("documents:upload-state", args=[document.pk, upload.pk])
    assert b"data-hx-get" in visitor.get(url).content
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.READY, verdict="Read: 1 page.")
    settled = visitor.get(url).content
    assert b"data-hx-get" not in settled
    assert b"Read: 1 page." in settled


def test_removing_works_with_and_without_script(
    visitor: Client, document: Document, hand_in: HandIn, tmp_path: Path
) -> None:
    for number, extra in enumerate([SCRIPT, {}]):
        upload = hand_in(files.pdf(tmp_path / f"{number}.pdf", [files.prose(100 + number * 12)]), read=False)
        response = visitor.post(reverse("documents:upload-delete", args=[document.pk, upload.pk]), **extra)
        assert response.status_code == (200 if extra else 302)
    assert not document.uploads.exists()


def test_paid_document_takes_no_more_files(
    visitor: Client, document: Document, hand_in: HandIn, tmp_path: Path
) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]), read=False)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    response = send(visitor, document, ("notes.txt", b"Some text."), **SCRIPT)
    assert response.status_code == 409
    url = reverse("documents:upload-delete", args=[document.pk, upload.pk])
    assert visitor.post(url, **SCRIPT).status_code == 409
    assert document.uploads.count() == 1


def test_somebody_elses_files_are_not_there(
    visitor: Client, hand_in: HandIn, tmp_path: Path, document: Document
) -> None:
    theirs = DocumentFactory.create()
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]), read=False, into=theirs)
    assert send(visitor, theirs, ("notes.txt", b"Some text.")).status_code == 404
    for holder in (theirs, document):
        assert visitor.get(reverse("documents:upload-state", args=[holder.pk, upload.pk])).status_code == 404
        assert visitor.post(reverse("documents:upload-delete", args=[holder.pk, upload.pk])).status_code == 404
    assert theirs.uploads.count() == 1


def test_strangers_are_asked_to_sign_in(client: Client, document: Document) -> None:
    response = send(client, document, ("notes.txt", b"Some text."))
    assert response.status_code == 302
    assert not document.uploads.exists()
