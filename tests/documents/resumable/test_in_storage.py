"""Files that come to S3 in several goes, over real sockets to a stand-in that refuses what S3 refuses (R-80, R-106)."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.test import RequestFactory
from django.utils import timezone

from documents.domain import arrivals
from documents.domain.arrivals import Sending
from documents.domain.arriving_in_storage import InStorage
from documents.enums import UploadState
from documents.errors import Gone
from documents.models import Document, FilePart, Upload
from documents.uploads.partial import Held
from sandbox.testing import Running
from tesigo.platform import multipart, ranges, streamed
from tesigo.platform.storage import BoundedS3Storage, breaker
from tests.documents import files
from tests.documents.elsewhere import in_s3
from tests.documents.removing import remove_what_is_due
from tests.documents.resumable.site import BYTES, Caller, metadata, upload_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site")]
MIB = 1024 * 1024
LEAST = multipart.LEAST_PART_BYTES
WORDS = files.prose(400).encode()
#: Two parts and a bit, of lines that differ.
LARGE = b"".join(b"%d lamps were lit along the coast.\n" % number for number in range(310_000))
PARTIAL = {"Upload-Concat": "partial", **BYTES}


@pytest.fixture(autouse=True)
def bucket(settings: Any, sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Storage is S3, and parts are as short as they may be."""
    settings.S3_BUCKET = "files"
    settings.STORAGES = in_s3(sandbox.base_url)
    monkeypatch.setattr(multipart, "PART_BYTES", LEAST)
    yield sandbox
    breaker.succeeded()


def lying(bucket: Running) -> tuple[dict[str, int], dict[str, int]]:
    """Objects, tails by the name of their file, and uploads that have begun, with their sizes."""
    found = bucket.control.get("s3")["files"]
    objects = {key.partition(".")[0]: size for key, size in found["objects"].items()}
    return objects, {key.partition(" ")[0]: size for key, size in found["uploads"].items()}


def is_kept(path: str, data: bytes) -> bool:
    upload = upload_at(path)
    assert (upload.state, upload.sha256) == (UploadState.EXTRACTING, hashlib.sha256(data).hexdigest()), upload.verdict
    with default_storage.open(upload.stored_as) as stored:
        return bool(stored.read() == data)


def test_a_large_file_lies_in_parts_until_it_is_one(caller: Caller, bucket: Running) -> None:
    path = caller.at(len(LARGE))
    name = upload_at(path).stored_as
    assert caller.patch(path, 0, LARGE[: 3 * MIB]).headers["Upload-Offset"] == str(3 * MIB)
    assert lying(bucket) == ({name: 3 * MIB}, {})
    assert caller.offset(path) == 3 * MIB
    caller.patch(path, 3 * MIB, LARGE[3 * MIB : 7 * MIB])
    assert lying(bucket) == ({name: 2 * MIB}, {multipart.file_of(name): LEAST})
    assert caller.offset(path) == 7 * MIB
    assert caller.patch(path, 7 * MIB, LARGE[7 * MIB :]).headers["Upload-Offset"] == str(len(LARGE))
    assert is_kept(path, LARGE)
    assert lying(bucket) == ({multipart.file_of(name): len(LARGE)}, {})


def test_a_small_file_needs_no_parts(caller: Caller, bucket: Running) -> None:
    path = caller.at(len(WORDS))
    caller.patch(path, 0, WORDS[:100])
    caller.patch(path, 100, WORDS[100:])
    assert is_kept(path, WORDS)
    assert lying(bucket) == ({upload_at(path).stored_as: len(WORDS)}, {})
    assert is_kept(caller.begin(len(WORDS) + 1, content=WORDS + b".", **BYTES).headers["Location"], WORDS + b".")


def sending(path: str, offset: int = 0) -> Sending:
    """A process that sends, and dies where the test says."""
    upload = upload_at(path)
    by = upload.document.owner
    return arrivals.send(upload=upload, offset=offset, announced=0, checksum=None, by=by, now=timezone.now())


def test_a_process_that_dies_costs_what_was_not_a_part_yet(caller: Caller) -> None:
    path = caller.at(len(LARGE))
    dead = sending(path)
    dead.write(LARGE[: LEAST + 1000])
    assert caller.offset(path) == LEAST
    assert caller.patch(path, LEAST, LARGE[LEAST:]).status_code == 423
    Upload.objects.update(held_until=timezone.now())
    assert caller.patch(path, LEAST, LARGE[LEAST : LEAST + 10]).status_code == 204
    with pytest.raises(Gone):
        dead.write(LARGE[LEAST + 1000 : 2 * LEAST])  # it had only been slow
    dead.close()
    assert caller.patch(path, LEAST + 10, LARGE[LEAST + 10 :]).headers["Upload-Offset"] == str(len(LARGE))
    assert is_kept(path, LARGE)


@pytest.mark.parametrize("is_checked", [False, True])
def test_who_lost_the_file_writes_over_nobodys_tail(caller: Caller, bucket: Running, is_checked: bool) -> None:
    path = caller.at(len(LARGE))
    caller.patch(path, 0, LARGE[:1000])
    slow = sending(path, 1000)
    slow.write(LARGE[1000:2000])
    if is_checked:  # parts count at the end only: more was laid down than the row says
        slow._file.counts_parts = False  # type: ignore[union-attr]  # it is in the storage
        slow.write(LARGE[2000 : LEAST + 500])
    Upload.objects.update(held_until=timezone.now())
    assert caller.patch(path, 1000, LARGE[1000:1500]).status_code == 204
    with pytest.raises(Gone):
        slow.end(is_whole=False, now=timezone.now())
    slow.close()
    assert caller.offset(path) == 1500
    assert caller.patch(path, 1500, LARGE[1500:]).status_code == 204
    assert is_kept(path, LARGE)
    name = upload_at(path).stored_as
    left = {key for key in bucket.control.get("s3")["files"]["objects"] if key != name}
    assert len(left) == 1, "what the slow one has laid down"
    arrivals.tidy(now=timezone.now() + timedelta(hours=2))
    assert lying(bucket) == ({name: len(LARGE)}, {})


def test_who_sends_slowly_holds_on(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    path = caller.at(len(WORDS))
    slow = sending(path)
    before = upload_at(path).held_until
    monkeypatch.setattr("documents.domain.arriving_in_storage._RENEWED_AFTER", timedelta(0))
    slow.write(b"a")
    after = upload_at(path).held_until
    assert before is not None
    assert after is not None
    assert after > before
    slow.close()
    assert upload_at(path).held_until is None


def test_a_process_that_dies_over_a_whole_file_leaves_it_whole(caller: Caller) -> None:
    path = caller.at(len(LARGE))
    dead = sending(path)
    dead.write(LARGE)
    file = dead._file
    assert isinstance(file, InStorage)
    file.sync()
    arrivals._follow(dead.upload, file, now=timezone.now())
    with file.whole():
        pass  # it is one file now, and nobody said so
    Upload.objects.update(held_until=None)
    assert caller.offset(path) == len(LARGE)
    assert is_kept(path, LARGE)


def test_bytes_whose_checksum_is_wrong_are_forgotten(caller: Caller, bucket: Running) -> None:
    path = caller.at(len(LARGE))
    caller.patch(path, 0, LARGE[:1000])
    digest = base64.b64encode(hashlib.sha256(LARGE[1000:]).digest()).decode()
    said = {"Upload-Checksum": f"sha256 {digest}"}
    assert caller.patch(path, 1000, LARGE[1001:] + b"x", **said).status_code == 460
    assert caller.offset(path) == 1000
    assert caller.patch(path, 1000, LARGE[1000:], **said).headers["Upload-Offset"] == str(len(LARGE))
    assert is_kept(path, LARGE)
    assert lying(bucket)[1] == {}


def test_more_than_was_said_is_forgotten(caller: Caller) -> None:
    path = caller.at(LEAST + 10)
    answer = caller.patch(path, 0, iter([LARGE[:LEAST], LARGE[:MIB]]))
    assert (answer.status_code, caller.offset(path)) == (413, 0)
    assert caller.patch(path, 0, LARGE[: LEAST + 10]).status_code == 204
    assert is_kept(path, LARGE[: LEAST + 10])


def part(caller: Caller, data: bytes) -> str:
    answer = caller.http.post("/files/", headers={**PARTIAL, "Upload-Length": str(len(data))}, content=data)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def join(caller: Caller, *parts: str) -> httpx.Response:
    said = {"Upload-Concat": "final;" + " ".join(parts), "Upload-Metadata": metadata(caller.document)}
    return caller.http.post("/files/", headers=said)


@pytest.mark.parametrize(
    "ends",
    [
        (LEAST, LEAST + MIB, len(LARGE)),  # one that S3 copies, one that is too short for that, the last
        (10, LEAST + 20, len(LARGE)),  # behind a short one nothing is a part of its own
        (0, 10, 20),
    ],
)
def test_parts_of_any_length_are_joined(caller: Caller, bucket: Running, ends: tuple[int, ...]) -> None:
    pieces = [LARGE[first:end] for first, end in zip((0, *ends), ends, strict=False)]
    data = b"".join(pieces)
    final = join(caller, *(part(caller, piece) for piece in pieces))
    assert final.status_code == 201, final.text
    assert final.headers["Upload-Offset"] == str(len(data)), final.text
    path = final.headers["Location"]
    assert is_kept(path, data)
    assert not FilePart.objects.exists()
    assert lying(bucket) == ({upload_at(path).stored_as: len(data)}, {})


def test_a_long_part_is_copied_in_ranges(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "COPIED_BYTES", 2 * LEAST)
    path = join(caller, part(caller, LARGE)).headers["Location"]
    assert is_kept(path, LARGE)


def test_a_part_that_the_storage_has_lost_ends_the_joining(caller: Caller, bucket: Running) -> None:
    paths = [part(caller, LARGE[:LEAST]), part(caller, WORDS)]
    bucket.control.reset()
    in_s3(bucket.base_url)  # an empty bucket of that name
    assert join(caller, *paths).status_code == 410


def test_parts_that_are_not_joined_stay(caller: Caller, document: Document) -> None:
    begun = caller.http.post("/files/", headers={"Upload-Concat": "partial", "Upload-Length": "5"}).headers["Location"]
    assert join(caller, part(caller, WORDS), begun).status_code == 400
    assert FilePart.objects.filter(joins=None).count() == 2


def test_a_part_that_was_written_over_is_not_taken_for_right(caller: Caller) -> None:
    path = caller.at(len(LARGE))
    caller.patch(path, 0, LARGE[:LEAST])
    upload = upload_at(path)
    # A process that was slow, and knew nothing of those after it.
    storage = cast(BoundedS3Storage, default_storage).multipart
    assert upload.in_storage
    storage.put_part(upload.stored_as, upload.in_storage["upload"], 1, b"y" * LEAST)
    assert caller.patch(path, LEAST, LARGE[LEAST:]).status_code == 410


def test_a_refused_file_leaves_nothing(caller: Caller, bucket: Running) -> None:
    path = caller.at(len(LARGE), name="a.pdf")
    caller.patch(path, 0, LARGE)
    assert upload_at(path).state == UploadState.REJECTED
    assert lying(bucket) == ({}, {})


def test_what_is_taken_back_goes_with_its_parts(caller: Caller, bucket: Running) -> None:
    path = caller.at(len(LARGE))
    caller.patch(path, 0, LARGE[: LEAST + 10])
    whole = part(caller, LARGE[:LEAST])
    assert len(lying(bucket)[1]) == 2
    for one in (path, whole):
        assert caller.http.delete(one).status_code == 204
    remove_what_is_due()
    assert lying(bucket) == ({}, {})


def test_what_no_row_names_is_swept_up(caller: Caller, bucket: Running) -> None:
    path = caller.at(len(LARGE))
    caller.patch(path, 0, LARGE[: LEAST + 10])
    later = timezone.now() + timedelta(hours=2)
    assert arrivals.tidy(now=later) == 0
    Upload.objects.all().delete()  # as after a restore to an earlier hour
    assert arrivals.tidy(now=timezone.now()) == 0, "too young"
    assert arrivals.tidy(now=later) == 2
    assert lying(bucket) == ({}, {})


def test_a_storage_that_is_away_is_said_and_what_had_come_is_kept(caller: Caller, bucket: Running) -> None:
    path = caller.at(len(LARGE))
    caller.patch(path, 0, LARGE[: LEAST + 10])
    bucket.control.fault(service="s3", mode="drop", times=1)
    answer = caller.patch(path, LEAST + 10, LARGE[LEAST + 10 :])
    assert (answer.status_code, "storage" in answer.text, answer.headers["Retry-After"]) == (503, True, "10")
    breaker.succeeded()
    at = caller.offset(path)
    assert at >= LEAST
    assert caller.patch(path, at, LARGE[at:]).status_code == 204
    assert is_kept(path, LARGE)


def test_a_file_that_the_storage_has_lost_is_not_waited_for(caller: Caller, bucket: Running) -> None:
    path = caller.at(len(LARGE))
    caller.patch(path, 0, LARGE[: LEAST + 10])
    bucket.control.reset()
    in_s3(bucket.base_url)
    assert caller.patch(path, LEAST + 10, LARGE[LEAST + 10 :]).status_code == 410


def test_of_two_one_sends(caller: Caller) -> None:
    path = caller.at(len(WORDS))
    first = sending(path)
    with pytest.raises(Held):
        sending(path)
    first.close()
    sending(path).close()


def test_a_file_is_taken_away_from_the_storage_itself(document: Document, bucket: Running, settings: Any) -> None:
    settings.STORAGES = in_s3(bucket.base_url, is_there=True, public_url=f"{bucket.base_url}/s3")
    settings.DOWNLOADS_BY_LINK = True
    stored_as = default_storage.save(f"exports/{uuid4().hex}", ContentFile(WORDS))
    asked = ranges.asked(RequestFactory().get("/"), stored_as=stored_as, size=len(WORDS))
    file = streamed.open_whole(stored_as, asked=asked)
    file.close()
    response = streamed.attachment(file, asked=asked, name="ä.txt", content_type="text/plain")
    assert response.status_code == 302
    fetched = httpx.get(response["Location"], headers={"Range": "bytes=5-"})
    assert (fetched.status_code, fetched.content) == (206, WORDS[5:])
    assert fetched.headers["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A4.txt"
    head = ranges.asked(RequestFactory().head("/"), stored_as=stored_as, size=len(WORDS))
    answer = streamed.attachment(streamed.open_whole(stored_as, asked=head), asked=head, name="a", content_type="a/b")
    assert (answer.status_code, answer["Content-Length"]) == (200, str(len(WORDS)))
    longer = ranges.asked(RequestFactory().get("/"), stored_as=stored_as, size=len(WORDS) + 1)
    for name in (stored_as, "exports/none"):
        with pytest.raises(FileNotFoundError):
            streamed.open_whole(name, asked=longer)


def test_a_part_of_a_file_passes_through_the_site(document: Document) -> None:
    stored_as = default_storage.save(f"exports/{uuid4().hex}", ContentFile(WORDS))
    request = RequestFactory().get("/", headers={"Range": "bytes=5-9"})
    asked = ranges.asked(request, stored_as=stored_as, size=len(WORDS))
    file = streamed.open_whole(stored_as, asked=asked)
    assert isinstance(file, File)
    assert file.read() == WORDS[5:10]
    file.close()
