"""Files whose parts come side by side over real sockets, joined at the end (R-80, R-85; concatenation of tus)."""

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents import rules
from documents.domain import arrivals, file_parts, uploads
from documents.enums import DocumentState, UploadState
from documents.errors import Gone
from documents.models import Document, FilePart, Upload
from documents.tus import BLOCK_BYTES
from documents.uploads import partial
from documents.uploads.partial import Partial
from tests.documents import files
from tests.documents.factories import outlined_document
from tests.documents.removing import remove_what_is_due
from tests.documents.resumable.site import BYTES, Caller, arriving, is_held, metadata, upload_at, wait_until
from tests.documents.test_views import student_with_consent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site")]
WORDS = files.prose(400).encode()
HALF = len(WORDS) // 2
PARTIAL = {"Upload-Concat": "partial"}


def part(caller: Caller, data: bytes, **headers: str) -> str:
    """The address of a part that has come whole. Nothing is said of it but its length, as tus-js-client does."""
    answer = caller.http.post(
        "/files/", headers={**PARTIAL, **BYTES, "Upload-Length": str(len(data)), **headers}, content=data
    )
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def join(caller: Caller, *parts: str, **headers: str) -> httpx.Response:
    said = {"Upload-Concat": "final;" + " ".join(parts), "Upload-Metadata": metadata(caller.document), **headers}
    return caller.http.post("/files/", headers=said)


def part_at(path: str) -> FilePart:
    return FilePart.objects.get(pk=path.rpartition("/")[2])


def test_parts_that_come_at_the_same_time_become_one_source(caller: Caller, document: Document) -> None:
    paths = [
        caller.http.post("/files/", headers={**PARTIAL, "Upload-Length": str(size)}).headers["Location"]
        for size in (HALF, len(WORDS) - HALF)
    ]
    lines = [caller.open(paths[0], 0, HALF), caller.open(paths[1], 0, len(WORDS) - HALF)]
    lines[0].sendall(WORDS[:100])
    lines[1].sendall(WORDS[HALF : HALF + 200])
    wait_until(lambda: all(_is_held(path) for path in paths))
    head = caller.http.head(paths[0])
    assert (head.headers["Upload-Concat"], head.headers["Upload-Length"]) == ("partial", str(HALF))
    lines[0].sendall(WORDS[100:HALF])
    lines[1].sendall(WORDS[HALF + 200 :])
    for line in lines:
        assert line.recv(100).startswith(b"HTTP/1.1 204")
        line.close()
    assert document.uploads.count() == 0
    final = join(caller, settings.SITE_URL + paths[0], paths[1])  # whole addresses, and such without a host
    assert (final.status_code, final.headers["Upload-Offset"]) == (201, str(len(WORDS)))
    path = final.headers["Location"]
    upload = upload_at(path)
    assert (upload.state, upload.name, upload.size, upload.sha256) == (
        UploadState.EXTRACTING, "notes.txt", len(WORDS), hashlib.sha256(WORDS).hexdigest(),
    )  # fmt: skip
    with default_storage.open(upload.stored_as) as stored:
        assert stored.read() == WORDS
    head = caller.http.head(path)
    assert head.headers["Upload-Concat"] == f"final;{settings.SITE_URL}{paths[0]} {paths[1]}"
    assert head.headers["Upload-Offset"] == head.headers["Upload-Length"] == str(len(WORDS))
    assert caller.patch(path, len(WORDS), b"more").status_code == 403
    assert arriving() == []
    assert not FilePart.objects.exists()
    assert caller.http.head(paths[0]).status_code == 404


def _is_held(path: str) -> bool:
    return is_held(part_at(path).stored_as)


def test_a_part_goes_on_after_a_cut(caller: Caller) -> None:
    data = b"The lamps were lit along the coast. " * 60_000
    path = caller.http.post("/files/", headers={**PARTIAL, "Upload-Length": str(len(data))}).headers["Location"]
    line = caller.open(path, 0, len(data))
    line.sendall(data[:BLOCK_BYTES])
    wait_until(lambda: partial.size_of(part_at(path).stored_as) >= BLOCK_BYTES)
    line.close()
    wait_until(lambda: part_at(path).arrived == BLOCK_BYTES and not _is_held(path))
    assert caller.offset(path) == BLOCK_BYTES
    assert join(caller, path).status_code == 400, "it has not come whole"
    assert caller.patch(path, BLOCK_BYTES, data[BLOCK_BYTES:]).status_code == 204
    assert join(caller, path, part(caller, WORDS)).headers["Upload-Offset"] == str(len(data) + len(WORDS))


def test_only_parts_of_ones_own_are_joined_each_once(caller: Caller) -> None:
    first, second = part(caller, WORDS[:HALF]), part(caller, WORDS[HALF:])
    other = Caller(outlined_document(owner=student_with_consent()))
    assert [join(other, first, second).status_code, join(other, part(other, b"x"), second).status_code] == [404, 404]
    assert join(caller, first, first).status_code == 400
    for concat in ("final;", "final", "whole", f"final;{' '.join([first] * 65)}"):
        assert join(caller, **{"Upload-Concat": concat}).status_code == 400, concat
    for address in ("https://elsewhere.example" + first, "/files/x", "/other/" + first.rpartition("/")[2], "http://[x"):
        assert join(caller, address).status_code == 404, address
    assert join(caller, first, second, **BYTES).status_code == 413
    assert other.http.delete(first).status_code == 404
    assert FilePart.objects.filter(joins=None).count() == 3
    assert join(caller, first, second).status_code == 201
    assert join(caller, first, second).status_code == 404, "they are used up"


def test_what_cannot_be_joined_leaves_the_parts(caller: Caller, document: Document) -> None:
    first, second = part(caller, WORDS[:HALF]), part(caller, WORDS[HALF:])
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    assert join(caller, first, second).status_code == 409
    Document.objects.update(state=DocumentState.OUTLINED)
    held = Partial(part_at(first).stored_as)
    assert join(caller, first, second).status_code == 423
    held.close()
    assert join(caller, first, second).status_code == 201


def test_limits_hold_for_parts_and_for_what_they_make(caller: Caller, settings: Any, monkeypatch: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 2048
    said = {**PARTIAL, "Upload-Length": "2049"}
    assert caller.http.post("/files/", headers=said).status_code == 413
    long = caller.http.post("/files/", headers={**PARTIAL, **BYTES, "Upload-Length": "10"}, content=WORDS)
    assert long.status_code == 413
    assert not FilePart.objects.exists()
    assert join(caller, part(caller, WORDS[:1500]), part(caller, WORDS[:1500])).status_code == 413
    settings.STORED_BYTES_PER_PERSON = 4000
    full = caller.http.post("/files/", headers={**PARTIAL, "Upload-Length": "1500"})
    assert (full.status_code, "no room" in full.json()["detail"]) == (409, True)
    monkeypatch.setattr(file_parts, "MAX_PARTS", 2)
    many = caller.http.post("/files/", headers={**PARTIAL, "Upload-Length": "1"})
    assert (many.status_code, "most that one may have" in many.json()["detail"]) == (409, True)
    settings.UPLOADS_PER_DAY = 1
    assert caller.http.post("/files/", headers={**PARTIAL, "Upload-Length": "1"}).status_code == 429


def test_parts_take_their_room_once(caller: Caller, settings: Any) -> None:
    settings.STORED_BYTES_PER_PERSON = len(WORDS)
    final = join(caller, part(caller, WORDS[:HALF]), part(caller, WORDS[HALF:]))
    assert upload_at(final.headers["Location"]).state == UploadState.EXTRACTING


def test_a_part_is_taken_back(caller: Caller) -> None:
    path = part(caller, WORDS[:HALF])
    assert caller.http.delete(path).status_code == 204
    assert caller.http.head(path).status_code == 404
    remove_what_is_due()
    assert arriving() == []


def test_a_part_that_stands_still_for_a_day_is_given_up(caller: Caller) -> None:
    path, young = part(caller, WORDS[:HALF]), part(caller, WORDS[HALF:])
    FilePart.objects.filter(pk=part_at(path).pk).update(due_at=timezone.now() - timedelta(seconds=1))
    assert caller.http.head(path).status_code == 410
    assert caller.patch(path, HALF, b"").status_code == 410
    arrivals.tidy(now=timezone.now())
    remove_what_is_due()
    assert [one.name for one in arriving()] == [part_at(young).stored_as.rpartition("/")[2]]
    assert caller.http.head(path).status_code == 404


def begun(caller: Caller, document: Document, *parts: bytes) -> Upload:
    """A file whose parts are about to be joined, by a process that dies before."""
    ids = [part_at(part(caller, data)).pk for data in parts]
    joining = file_parts.join(
        parts=ids, concat="final;…", document=document, purpose="source", name="notes.txt", metadata="",
        by=document.owner, now=timezone.now(),
    )  # fmt: skip
    joining.close()
    return Upload.objects.get()


def test_joining_goes_on_where_a_process_died(caller: Caller, document: Document) -> None:
    upload = begun(caller, document, WORDS[:HALF], WORDS[HALF : HALF + 100], WORDS[HALF + 100 :])
    before = caller.http.patch(f"/files/{upload.pk}", headers={**BYTES, "Upload-Offset": str(HALF)}, content=b"x")
    assert before.status_code == 403
    held = Partial(upload.stored_as)
    assert "Upload-Offset" not in caller.http.head(f"/files/{upload.pk}").headers
    held.append(WORDS[HALF : HALF + 30])  # of the second part, and died within
    held.close()
    assert caller.offset(f"/files/{upload.pk}") == len(WORDS)
    upload.refresh_from_db()
    assert (upload.state, upload.sha256) == (UploadState.EXTRACTING, hashlib.sha256(WORDS).hexdigest())
    assert arriving() == []


def test_a_part_that_the_disk_has_lost_ends_the_joining(caller: Caller, document: Document) -> None:
    upload = begun(caller, document, WORDS[:HALF], WORDS[HALF:])
    joined = FilePart.objects.get()
    partial.path_of(joined.stored_as).unlink()
    assert caller.http.head(f"/files/{upload.pk}").status_code == 410
    with pytest.raises(Gone):
        file_parts.delete(part=joined)
    assert caller.http.head(f"/files/{joined.pk}").status_code == 410


def test_parts_that_the_disk_has_lost_are_not_joined(caller: Caller, document: Document) -> None:
    for lost in (0, 1):
        paths = [part(caller, WORDS[:HALF]), part(caller, WORDS[HALF:])]
        partial.path_of(part_at(paths[lost]).stored_as).unlink()
        assert join(caller, *paths).status_code == 410
        assert caller.offset(paths[lost]) == 0, "it may be sent again"
    assert document.uploads.count() == 0
    assert caller.patch(paths[1], 0, WORDS[HALF:]).status_code == 204
    assert join(caller, *paths).status_code == 201


def test_a_file_whose_beginning_the_disk_has_lost_is_not_made_of_the_rest(caller: Caller, document: Document) -> None:
    upload = begun(caller, document, WORDS[:HALF], WORDS[HALF:])
    partial.path_of(upload.stored_as).unlink()
    assert caller.http.head(f"/files/{upload.pk}").status_code == 410
    assert FilePart.objects.count() == 1


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EIO])
def test_bytes_are_copied_where_the_system_does_not(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on disks over the network. What the system cannot do at all is no reason to copy."""
    whole, part = Partial(f"{partial.FOLDER}/whole"), Partial(f"{partial.FOLDER}/part")
    whole.append(b"one, ")
    part.append(WORDS)
    copy = os.copy_file_range

    def cut_short(source: int, target: int, _count: int) -> int:
        if os.lseek(source, 0, os.SEEK_CUR):
            raise OSError(number, "as a disk would say")
        return copy(source, target, 100)

    monkeypatch.setattr(os, "copy_file_range", cut_short)
    try:
        if number == errno.EXDEV:
            assert whole.take(Upload(stored_as=f"{partial.FOLDER}/part")) == len(WORDS)
            assert whole.path.read_bytes() == b"one, " + WORDS
        else:
            with pytest.raises(OSError, match="as a disk would say"):
                whole.take(Upload(stored_as=f"{partial.FOLDER}/part"))
    finally:
        whole.close()
        part.close()


def test_parts_go_with_the_file_that_they_are_joined_to(caller: Caller, document: Document) -> None:
    uploads.delete(upload_id=begun(caller, document, WORDS[:HALF], WORDS[HALF:]).pk, by=document.owner)
    begun(caller, document, WORDS[:HALF], WORDS[HALF:])
    forget = next(rule.forget for rule in rules.RULES if rule.model == "documents.Document" and rule.forget)
    forget(Document.objects.filter(pk=document.pk))
    assert not FilePart.objects.exists()
    remove_what_is_due()
    assert arriving() == []


def test_the_database_keeps_parts_right(document: Document) -> None:
    made = file_parts.begin(size=5, metadata="", by=document.owner, now=timezone.now())
    upload = Upload.objects.create(document=document, name="a.txt", size=5)
    for name, wrong in {"file_part_arrived_fits": {"arrived": 6}, "file_part_joined_whole": {"joins": upload}}.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            FilePart.objects.filter(pk=made.pk).update(**wrong)


def test_many_parts_at_once_hold_the_limits(caller: Caller, document: Document, settings: Any) -> None:
    settings.STORED_BYTES_PER_PERSON = 2500
    said = {**PARTIAL, "Upload-Length": "1000"}
    with ThreadPoolExecutor(5) as at_once:
        callers = [Caller(document) for _ in range(5)]
        answers = at_once.map(lambda one: one.http.post("/files/", headers=said).status_code, callers)
        assert sorted(answers) == [201, 201, 409, 409, 409]
