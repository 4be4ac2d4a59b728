"""Files in several goes over a real socket: what tus 1.0.0 asks for, and what each refusal says (R-80, R-84, R-85)."""

import base64
import hashlib
import os
import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.enums import ApiScope
from documents import tus
from documents.domain import arrivals, extraction
from documents.enums import DocumentState, UploadState
from documents.models import Document, Upload
from tests.api.calling import with_token
from tests.documents import files
from tests.documents.factories import outlined_document
from tests.documents.removing import remove_what_is_due
from tests.documents.resumable.site import BYTES, Caller, arriving, is_held, metadata, upload_at, wait_until
from tests.documents.test_views import student_with_consent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site")]
WORDS = files.prose(400).encode()
MIB = 1024 * 1024


def checksum(data: bytes, algorithm: str = "sha1") -> dict[str, str]:
    digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
    return {"Upload-Checksum": f"{algorithm} {digest}"}


def test_a_file_for_a_draft_that_was_thrown_away_is_not_there(caller: Caller, document: Document) -> None:
    path = caller.begin(len(WORDS)).headers["Location"]
    Document.objects.filter(pk=document.pk).update(thrown_away_at=timezone.now())
    assert caller.http.head(path).status_code == 404


def test_a_file_in_two_goes_becomes_a_source(caller: Caller, document: Document) -> None:
    begun = caller.begin(len(WORDS))
    assert (begun.status_code, begun.headers["Upload-Offset"], begun.headers["Tus-Resumable"]) == (201, "0", "1.0.0")
    path = begun.headers["Location"]
    first = caller.patch(path, 0, WORDS[:700])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "700")
    assert "GMT" in first.headers["Upload-Expires"]
    head = caller.http.head(path)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("700", str(len(WORDS)))
    assert (head.headers["Upload-Metadata"], head.headers["Cache-Control"]) == (metadata(document), "no-store")
    last = caller.patch(path, 700, WORDS[700:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(WORDS)))
    assert "Upload-Expires" not in last.headers
    upload = upload_at(path)
    assert (upload.state, upload.name, upload.sha256) == (
        UploadState.EXTRACTING, "notes.txt", hashlib.sha256(WORDS).hexdigest(),
    )  # fmt: skip
    assert upload.stored_as.startswith("uploads/")
    with default_storage.open(upload.stored_as) as stored:
        assert stored.read() == WORDS
    assert arriving() == []
    extraction.extract(upload_id=upload.pk)
    assert document.sources.get().upload_id == upload.pk
    assert caller.offset(path) == len(WORDS)


def test_what_the_server_can_do_is_told_to_everybody() -> None:
    for path in ("/files/", "/files/anything"):
        answer = httpx.options(settings.SITE_URL + path)
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert set(answer.headers["Tus-Extension"].split(",")) == {
            "creation", "creation-with-upload", "expiration", "checksum", "termination", "concatenation",
        }  # fmt: skip
        assert answer.headers["Tus-Max-Size"] == str(settings.UPLOAD_MAX_BYTES)
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
        assert "content-security-policy" in answer.headers


def test_another_version_is_refused(caller: Caller) -> None:
    for version in ("0.2.2", ""):
        answer = caller.begin(10, **{"Tus-Resumable": version})
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "-1"},
        {"Upload-Length": "many"},
        {"Upload-Length": ""},
        {"Upload-Metadata": ""},
        {"Upload-Metadata": "document !!!"},
        {"Upload-Metadata": "document " + base64.b64encode(b"no-id").decode()},
        {"Upload-Metadata": "document " + "A" * 2_100},
        {"Upload-Checksum": "md5 AAAA"},
        {"Upload-Checksum": "sha1 A"},
    ],
)
def test_nonsense_is_refused_in_words(caller: Caller, headers: dict[str, str]) -> None:
    answer = caller.begin(10, **headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"]
    assert not Upload.objects.exists()


def test_a_purpose_that_there_is_not_is_refused(caller: Caller, document: Document) -> None:
    said = metadata(document, purpose="fun")
    assert caller.begin(10, **{"Upload-Metadata": said}).status_code == 400


def test_a_wrong_offset_changes_nothing(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    assert caller.patch(path, 10, WORDS).status_code == 409
    assert caller.patch(path, 0, WORDS, **{"Upload-Offset": "x"}).status_code == 400
    assert caller.patch(path, 0, WORDS, **{"Content-Type": "text/plain"}).status_code == 415
    assert caller.offset(path) == 0
    assert arriving()[0].stat().st_size == 0


def test_more_than_was_said_is_refused(caller: Caller) -> None:
    path = caller.at(100)
    assert caller.patch(path, 0, WORDS[:101]).status_code == 413
    drip = (WORDS[at : at + 60] for at in (0, 60, 120))  # of unknown length
    assert caller.patch(path, 0, drip).status_code == 413
    assert caller.offset(path) == 0
    with_bytes = caller.begin(10, content=WORDS, **BYTES)
    assert with_bytes.status_code == 413
    assert Upload.objects.count() == 1


def test_bytes_may_come_with_the_beginning(caller: Caller) -> None:
    some = caller.begin(len(WORDS), content=WORDS[:500], **BYTES)
    assert (some.status_code, some.headers["Upload-Offset"]) == (201, "500")
    assert caller.patch(some.headers["Location"], 500, WORDS[500:]).status_code == 204
    other = files.prose(300, start=50).encode()
    whole = caller.begin(len(other), content=other, **BYTES)
    assert (whole.status_code, whole.headers["Upload-Offset"]) == (201, str(len(other)))
    assert set(Upload.objects.values_list("state", flat=True)) == {UploadState.EXTRACTING}


def test_a_method_may_be_said_in_a_header(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    said = {**BYTES, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    answer = caller.http.post(path, headers=said, content=WORDS)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(WORDS)))


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_bytes_with_a_wrong_checksum_are_forgotten(caller: Caller, algorithm: str) -> None:
    path = caller.at(len(WORDS))
    assert caller.patch(path, 0, WORDS[:300], **checksum(WORDS[:300], algorithm)).status_code == 204
    wrong = caller.patch(path, 300, WORDS[300:], **checksum(WORDS[:300], algorithm))
    assert wrong.status_code == 460
    assert "Send them again" in wrong.text
    assert caller.offset(path) == 300
    assert caller.patch(path, 300, WORDS[300:], **checksum(WORDS[300:], algorithm)).status_code == 204
    assert upload_at(path).state == UploadState.EXTRACTING


def test_a_cut_within_checked_bytes_keeps_none_of_them(caller: Caller) -> None:
    path = caller.at(2 * MIB)
    caller.http.headers.update(checksum(b"x" * 2 * MIB))
    line = caller.open(path, 0, 2 * MIB)
    line.sendall(b"x" * (MIB + 100_000))
    wait_until(lambda: arriving() and arriving()[0].stat().st_size >= MIB)
    line.close()
    wait_until(lambda: _is_free(path))
    assert (arriving()[0].stat().st_size, caller.offset(path)) == (0, 0)
    assert caller.patch(path, 0, b"x" * 2 * MIB).status_code == 204


def test_a_connection_cut_at_twenty_offsets_costs_nothing(caller: Caller) -> None:
    data = b"".join(f"{number} lamps were lit along the coast. ".encode() for number in range(140_000))
    assert len(data) > 5_000_000
    path = caller.at(len(data))
    at = 0
    for cut in range(1, 21):
        to = cut * len(data) // 21 + cut
        line = caller.open(path, at, len(data) - at)
        line.sendall(data[at:to])
        line.close()
        wait_until(lambda to=to: upload_at(path).arrived == to and _is_free(path))
        assert caller.offset(path) == to
        at = to
    assert caller.patch(path, at, data[at:]).headers["Upload-Offset"] == str(len(data))
    upload = upload_at(path)
    assert (upload.state, upload.sha256) == (UploadState.EXTRACTING, hashlib.sha256(data).hexdigest())
    with default_storage.open(upload.stored_as) as stored:
        assert hashlib.sha256(stored.read()).hexdigest() == upload.sha256


def _is_free(path: str) -> bool:
    return not is_held(upload_at(path).stored_as)


def test_what_a_process_that_died_has_left_is_counted(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    arriving()  # made with the first bytes
    assert caller.patch(path, 0, WORDS[:100]).status_code == 204
    (file,) = arriving()
    file.write_bytes(WORDS[:350])
    assert caller.offset(path) == 350
    file.write_bytes(WORDS[:400])
    Upload.objects.update(is_checked=True)  # nobody knows whether these are right
    assert caller.offset(path) == 350
    file.write_bytes(WORDS + b"too much")
    assert caller.offset(path) == 350
    file.unlink()
    assert caller.offset(path) == 0
    assert caller.patch(path, 0, WORDS[:350]).status_code == 204
    arriving()[0].write_bytes(WORDS)  # and died before it was looked at
    assert caller.offset(path) == len(WORDS)
    assert upload_at(path).state == UploadState.EXTRACTING


def test_of_two_windows_one_sends(caller: Caller, document: Document) -> None:
    path, other = caller.at(len(WORDS)), Caller(document)
    line = caller.open(path, 0, len(WORDS))
    line.sendall(WORDS[:100])
    wait_until(lambda: not _is_free(path))
    assert other.patch(path, 0, WORDS).status_code == 423
    assert other.offset(path) == 0
    line.close()
    wait_until(lambda: upload_at(path).arrived == 100 and _is_free(path))
    answers: list[int] = []
    both = [
        threading.Thread(target=lambda one=one: answers.append(one.patch(path, 100, WORDS[100:]).status_code))
        for one in (caller, other)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) in ([204, 409], [204, 410], [204, 423])
    assert upload_at(path).sha256 == hashlib.sha256(WORDS).hexdigest()


def test_who_falls_silent_is_let_go_and_keeps_what_came(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tus, "IDLE_SECONDS", 0.3)
    path = caller.at(len(WORDS))
    line = caller.open(path, 0, len(WORDS))
    line.sendall(WORDS[:100])
    assert line.recv(100).startswith(b"HTTP/1.1 408")
    line.close()
    assert caller.offset(path) == 100


def test_nobody_elses_file_is_there(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    other = Caller(outlined_document(owner=student_with_consent()))
    assert other.http.head(path).status_code == 404
    assert other.patch(path, 0, WORDS).status_code == 404
    assert other.http.delete(path).status_code == 404
    other.document = caller.document
    assert other.begin(10).status_code == 404
    assert arriving() == []


def test_another_site_cannot_send(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    assert caller.patch(path, 0, WORDS, Origin="https://evil.example").status_code == 403
    del caller.http.headers["X-CSRFToken"]
    assert caller.patch(path, 0, WORDS).status_code == 403
    assert caller.begin(10).status_code == 403
    assert caller.http.delete(path).status_code == 403
    assert caller.offset(path) == 0
    caller.http.cookies.clear()
    for answer in (caller.patch(path, 0, WORDS), caller.begin(10), caller.http.head(path)):
        assert answer.status_code == 401


def test_a_program_sends_with_its_token(document: Document) -> None:
    program = Caller(document, with_token(document.owner, ApiScope.DOCUMENTS_WRITE, ApiScope.DOCUMENTS_READ))
    path = program.at(len(WORDS))
    assert program.patch(path, 0, WORDS).status_code == 204
    assert program.offset(path) == len(WORDS)
    reader = Caller(document, with_token(document.owner, ApiScope.DOCUMENTS_READ))
    assert reader.begin(10).status_code == 403
    assert reader.http.delete(path).status_code == 403


def test_a_file_is_taken_back(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    caller.patch(path, 0, WORDS[:100])
    assert caller.http.delete(path).status_code == 204
    assert caller.http.head(path).status_code == 404
    assert caller.http.delete(path).status_code == 404
    remove_what_is_due()
    assert arriving() == []


def test_what_is_taken_back_while_it_comes_is_gone(caller: Caller, document: Document) -> None:
    path = caller.at(len(WORDS))
    line = caller.open(path, 0, len(WORDS))
    line.sendall(WORDS[:100])
    wait_until(lambda: not _is_free(path))
    assert Caller(document).http.delete(path).status_code == 204
    line.sendall(WORDS[100:])
    assert line.recv(100).startswith(b"HTTP/1.1 410")
    line.close()


def test_what_was_paid_for_stays_as_it_is(caller: Caller, document: Document) -> None:
    path = caller.at(len(WORDS))
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    assert caller.begin(10).status_code == 409
    assert caller.http.delete(path).status_code == 409


def test_a_file_that_stands_still_for_a_day_is_given_up(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    caller.patch(path, 0, WORDS[:100])
    Upload.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert caller.patch(path, 100, WORDS[100:]).status_code == 410
    assert caller.http.head(path).status_code == 410
    extraction.extract(upload_id=upload_at(path).pk)
    upload = upload_at(path)
    assert (upload.state, upload.stored_as) == (UploadState.REJECTED, "")
    assert "did not arrive whole" in upload.verdict
    assert caller.http.head(path).status_code == 410
    remove_what_is_due()
    assert arriving() == []


def test_each_go_prolongs_the_wait(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    Upload.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    caller.patch(path, 0, WORDS[:100])
    due_at = upload_at(path).due_at
    assert due_at is not None
    assert due_at > timezone.now() + arrivals.WAITED_FOR - timedelta(minutes=1)


def test_limits_hold_before_the_first_byte(caller: Caller, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 2048
    large = caller.begin(2049)
    assert large.status_code == 413
    assert "larger than 2.0\xa0KB" in large.json()["detail"]
    settings.STORED_BYTES_PER_PERSON = 3000
    caller.at(2000)
    full = caller.begin(1001)
    assert full.status_code == 409
    assert "no room" in full.json()["detail"]
    settings.UPLOADS_PER_DAY = 2
    caller.at(1000)
    used_up = caller.begin(0)
    assert (used_up.status_code, int(used_up.headers["Retry-After"]) > 0) == (429, True)


def test_room_that_went_meanwhile_is_said_at_the_end(caller: Caller, settings: Any) -> None:
    path = caller.at(len(WORDS))
    settings.STORED_BYTES_PER_PERSON = 100
    assert caller.patch(path, 0, WORDS).status_code == 204
    upload = upload_at(path)
    assert (upload.state, upload.stored_as) == (UploadState.REJECTED, "")
    assert "no room" in upload.verdict
    assert arriving() == []
    assert caller.offset(path) == len(WORDS)


@pytest.mark.parametrize(("name", "data", "words"), [("a.pdf", files.exe_bytes(), "program"), ("a.txt", b"", "empty")])
def test_a_file_that_cannot_be_used_says_why_and_is_gone(caller: Caller, name: str, data: bytes, words: str) -> None:
    path = caller.at(len(data), name)
    if data:
        assert caller.patch(path, 0, data).status_code == 204
    upload = upload_at(path)
    assert (upload.state, upload.stored_as) == (UploadState.REJECTED, "")
    assert words in upload.verdict
    assert arriving() == []


def test_left_overs_are_deleted(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    caller.patch(path, 0, WORDS[:100])
    (kept,) = arriving()
    new, old = kept.with_name("new"), kept.with_name("old")
    for one in (new, old):
        one.write_bytes(b"x")
    for one in (kept, old):
        os.utime(one, (1, 1))
    assert arrivals.tidy(now=timezone.now()) == 1
    assert arriving() == sorted([kept, new])
    new.unlink()


def test_no_connection_is_at_work_while_bytes_come(caller: Caller) -> None:
    path = caller.at(8 * MIB)
    line = caller.open(path, 0, 8 * MIB)
    line.sendall(b"lamp " * (MIB // 5))
    wait_until(lambda: not _is_free(path))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
            " AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)
    line.close()
    wait_until(lambda: _is_free(path))
