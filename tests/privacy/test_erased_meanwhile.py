"""What is being stored while its person is erased is discarded by whoever stores it (R-72, R-84)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from documents.domain import exporting, manuscripts, requesting, uploads
from documents.enums import DocumentState, ExportFormat, UploadPurpose
from documents.errors import UploadRefused
from documents.models import Document, Export, Upload
from documents.uploads import storage
from privacy.domain import archive, erasure, exports, traces
from privacy.models import DataExport, Erasure
from tests.documents.factories import UserFactory, outlined_document
from tests.documents.removing import remove_what_is_due

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = b"The lamp was trimmed at every change of the watch, and the keeper wrote it down. " * 20


@pytest.fixture(autouse=True)
def tidy_storage() -> None:
    """No test finds the files of another."""
    for name in list(traces._stored()):
        default_storage.delete(name)


@pytest.fixture
def document() -> Document:
    """A finished document of a few lines, which nobody ordered."""
    document = outlined_document(pages=4)
    document.sections.filter(children=None).update(text="The lamp was trimmed at every change of the watch.")
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, rendered_style="apa")
    document.refresh_from_db()
    return document


def erase(user: User) -> None:
    row = erasure.ask(user=user, by=None, at_once=True)
    assert erasure.work(erasure_id=row.pk)
    assert Erasure.objects.get().left == []


def nothing_is_left() -> bool:
    remove_what_is_due()
    rows = [model._default_manager.count() for model in (Upload, Export, DataExport)]
    return (rows, list(traces._stored())) == ([0, 0, 0], [])


def meanwhile(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, user: User, *, before: bool = False) -> None:
    """Has the person erased right before, or right after, a function stores something of theirs."""
    store: Callable[..., Any] = getattr(place, name)

    def stored(*args: Any, **kwargs: Any) -> Any:
        if before:
            erase(user)
        result = store(*args, **kwargs)
        if not before:
            erase(user)
        return result

    monkeypatch.setattr(place, name, stored)


@pytest.mark.parametrize("moment", ["it comes", "it is about to be stored", "it was stored"])
def test_a_file_that_arrives(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = outlined_document()

    def chunks() -> Iterator[bytes]:
        yield TEXT
        if moment == "it comes":
            erase(document.owner)
        yield TEXT

    if moment != "it comes":
        meanwhile(monkeypatch, storage, "store", document.owner, before=moment == "it is about to be stored")
    with pytest.raises(UploadRefused, match="removed while it arrived"):
        uploads.receive(
            document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=chunks(), by=document.owner
        )
    assert nothing_is_left()


@pytest.mark.parametrize("before", [True, False])
def test_a_layout_that_was_asked_for(document: Document, before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    row = requesting.request_export(document_id=document.pk, format=ExportFormat.PDF, with_ai_statement=False)
    meanwhile(monkeypatch, exporting, "_store", document.owner, before=before)
    assert not exporting.make_export(export_id=row.pk)
    assert nothing_is_left()


@pytest.mark.parametrize("before", [True, False])
def test_a_layout_that_delivers_a_document(document: Document, before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, exporting, "_store", document.owner, before=before)
    async_to_sync(exporting.export)(document_id=document.pk, format=ExportFormat.PDF, with_ai_statement=False)
    assert nothing_is_left()


def test_what_was_laid_out_before_is_not_kept_with_an_order_that_the_books_point_at(
    document: Document, tmp_path: Path
) -> None:
    Document.objects.filter(pk=document.pk).update(ordered_at=timezone.now())
    manuscript = manuscripts.load(document.pk, with_ai_statement=False)
    (path := tmp_path / "laid-out.pdf").write_bytes(b"%PDF- of theirs")
    erase(document.owner)
    file = exporting.Rendered(path, path.stat().st_size)
    exporting.keep(document_id=document.pk, manuscript=manuscript, rendered=dict.fromkeys(ExportFormat, file))
    exporting.store_reader(
        document_id=document.pk,
        reader=exporting.ReaderHtml(
            sections={}, bibliography_html="<p>Of theirs</p>", bibliography_entries={}, citation_count=0
        ),
        style="apa",
    )
    assert nothing_is_left()
    assert Document.objects.get().bibliography_html == ""


@pytest.mark.parametrize("before", [True, False])
def test_an_export_of_their_data(before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = UserFactory.create()
    row = exports.ask(user=ada, by=ada, now=timezone.now())
    meanwhile(monkeypatch, archive, "write", ada, before=before)
    assert not exports.make(export_id=row.pk)
    assert nothing_is_left()


def test_an_export_that_is_stored_when_its_row_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = UserFactory.create()
    row = exports.ask(user=ada, by=ada, now=timezone.now())
    meanwhile(monkeypatch, default_storage, "save", ada)
    assert not exports.make(export_id=row.pk)
    assert nothing_is_left()
