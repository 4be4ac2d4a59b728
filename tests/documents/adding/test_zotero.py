"""A Zotero library by its owner's key, which is used once and kept nowhere (R-97)."""

import json
import logging
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from accounts.models import User
from documents.domain import extraction, zotero
from documents.errors import NotEditable, UploadRefused
from documents.models import Document, SearchService, Source, Upload
from documents.sources import zotero as reading
from sandbox.testing import Running
from tests.documents.factories import DocumentFactory, outlined_document

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "Abc123Abc123Abc123Abc123"  # pragma: allowlist secret


def key(word: str) -> str:
    return f"{word}{KEY}"[:24]


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def add(document: Document, key: str = KEY) -> str:
    return zotero.add(document=document, key=key, by=document.owner)


def refused(document: Document, key: str) -> str:
    with pytest.raises(UploadRefused) as refusal:
        add(document, key)
    assert not Upload.objects.filter(document=document).exists()
    return str(refusal.value)


def test_all_pages_of_a_library_become_one_list_that_is_read(document: Document, sandbox: Running) -> None:
    assert add(document, f" {KEY} ") == "Your Zotero library is being read: 230 entries."
    upload = Upload.objects.get(document=document)
    assert upload.name == "Zotero.json"
    extraction.extract(upload_id=upload.pk)
    assert Source.objects.filter(document=document).count() == 230
    assert Source.objects.filter(document=document).first().passages.exists()  # type: ignore[union-attr]
    assert sandbox.control.calls("zotero")["counts"]["zotero"] == 4  # the key, and three pages


def test_what_is_more_than_is_taken_is_told(
    document: Document, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (reading, zotero):
        monkeypatch.setattr(module, "MAX_ITEMS", 200)
    assert "its first 200 entries" in add(document)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (key("Refused"), "does not know this key"), ("too short", "does not know this key"),
        (KEY + "x", "does not know"),
        ("", "does not know this key"), (key("None"), "opens no library of yours"), (key("Empty"), "library is empty"),
    ],
)  # fmt: skip
def test_a_key_that_opens_nothing_is_told_why(document: Document, sandbox: Running, key: str, said: str) -> None:
    assert said in refused(document, key)


def test_a_wrong_key_shuts_zotero_for_nobody_else(document: Document, sandbox: Running) -> None:
    for _ in range(6):
        refused(document, key("Refused"))
    assert "230 entries" in add(document)


@pytest.mark.parametrize("mode", ["500", "429", "drop", "malformed_body", "html", "empty_body"])
def test_zotero_that_is_away_is_told(document: Document, sandbox: Running, mode: str) -> None:
    sandbox.control.fault("zotero", mode, retry_after=30)
    assert "did not answer in time" in refused(document, KEY)


def test_zotero_that_breaks_off_midway_leaves_nothing_half(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("zotero", "500", skip=2)
    refused(document, KEY)


async def test_a_library_that_takes_too_long_is_not_waited_for(sandbox: Running) -> None:
    sandbox.control.fault("zotero", "hang", seconds=20)
    with pytest.raises(reading.ZoteroRefused, match="silent"):
        await reading.library(key=KEY, url=sandbox.urls["ZOTERO_URL"], seconds=0.3)


async def test_an_address_where_no_zotero_is_gives_no_answer(sandbox: Running) -> None:
    with pytest.raises(reading.ZoteroRefused, match="silent"):
        await reading.library(key=KEY, url=f"{sandbox.base_url}/nowhere")


def test_the_same_library_twice_is_told_as_here_already(document: Document, sandbox: Running) -> None:
    add(document)
    with pytest.raises(UploadRefused, match="here already"):
        add(document)
    assert Upload.objects.filter(document=document).count() == 1


def test_after_payment_no_library_is_read(document: Document, sandbox: Running) -> None:
    document.state = "queued"
    with pytest.raises(NotEditable):
        add(document)
    assert "zotero" not in sandbox.control.calls("zotero")["counts"]


def test_the_key_is_neither_kept_nor_logged(
    document: Document, sandbox: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        add(document)
        refused_key = key("Refused")
        with pytest.raises(UploadRefused):
            add(document, refused_key)
    told = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    with default_storage.open(Upload.objects.get(document=document).stored_as) as file:
        stored = file.read()
    assert (KEY in told, refused_key in told, KEY.encode() in stored) == (False, False, False)
    assert len(json.loads(stored)) == 230
    assert KEY not in json.dumps(sandbox.control.calls("zotero"))
    assert not SearchService.objects.filter(name="zotero").exists()


# --- the page ----------------------------------------------------------------------------------------------------


def send(browser: Client, document: Document, key: str) -> Any:
    return browser.post(reverse("documents:add-zotero", args=[document.pk]), {"key": key})


def test_the_page_takes_a_key_and_never_shows_it_again(browser: Client, student: User, sandbox: Running) -> None:
    document = outlined_document(owner=student)
    page = browser.get(reverse("documents:add-source", args=[document.pk])).content.decode()
    assert reverse("documents:add-zotero", args=[document.pk]) in page
    assert "#zotero" in browser.get(reverse("documents:desk", args=[document.pk])).content.decode()
    assert "#zotero" not in page
    wrong = send(browser, document, key("Refused"))
    assert wrong.status_code == 422
    assert "does not know this key" in wrong.content.decode()
    assert key("Refused") not in wrong.content.decode()
    assert send(browser, document, "").status_code == 422
    assert send(browser, document, KEY).status_code == 302


def test_the_page_refuses_in_order(browser: Client, student: User, sandbox: Running, settings: Any) -> None:
    document = outlined_document(owner=student)
    assert send(browser, DocumentFactory.create(), KEY).status_code == 404
    assert browser.get(reverse("documents:add-zotero", args=[document.pk])).status_code == 405
    settings.LOOKUPS_PER_DAY = 1
    send(browser, document, KEY)
    assert send(browser, document, KEY).status_code == 429
    Document.objects.filter(pk=document.pk).update(state="queued")
    assert send(browser, document, KEY).status_code == 409
    settings.ZOTERO_URL = ""
    assert send(browser, document, KEY).status_code == 404
    assert "zotero" not in browser.get(reverse("documents:add-source", args=[document.pk])).content.decode().lower()
