"""What is backed up lies in a bucket: listed page by page, read as it comes, and what goes wrong is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, InMemoryStorage

from tesigo.platform.backup import put_back
from tesigo.platform.backup.errors import SourceFailed
from tesigo.platform.backup.stored import Stored
from tesigo.platform.processes import free_port
from tesigo.platform.storage import BoundedS3Storage, breaker
from tesigo.platform.storage_limits import IN_BACKGROUND
from tests.platform.backup.s3_server import ACCESS_KEY, S3Server, s3_server


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        server.keeps_checksums = False
        yield server
    breaker.succeeded()


def bucket(url: str, *, location: str = "", access_key: str = ACCESS_KEY) -> Stored:
    return Stored(
        BoundedS3Storage(
            bucket_name="vault", endpoint_url=url, access_key=access_key, secret_key="s" * 40,
            region_name="eu-central-1", location=location, client_config=IN_BACKGROUND,
        )
    )  # fmt: skip


def test_every_file_of_a_bucket_is_listed_and_read(s3: S3Server) -> None:
    s3.objects |= {f"documents/{name}.pdf": name.encode() * 1000 for name in "abcde"}  # three pages of a listing
    stored = bucket(s3.url)
    listed = list(stored.list())
    assert [(one.name, one.bytes) for one in listed] == [(f"documents/{name}.pdf", 1000) for name in "abcde"]
    assert [b"".join(stored.read(one.name)) for one in listed] == list(s3.objects.values())


def test_a_folder_of_a_bucket_is_the_storage(s3: S3Server) -> None:
    s3.objects |= {"media/a": b"ours", "other/b": b"not ours", "mediator": b"not ours"}
    stored = bucket(s3.url, location="media")
    assert [one.name for one in stored.list()] == ["a"]
    assert b"".join(stored.read("a")) == b"ours"


def test_a_file_that_changed_is_listed_as_another(s3: S3Server) -> None:
    s3.objects["a"] = b"one"
    stored = bucket(s3.url)
    (before,) = stored.list()
    s3.objects["a"] = b"two"
    (after,) = stored.list()
    assert (before.name, before.bytes) == (after.name, after.bytes)
    assert before.modified != after.modified


def test_a_file_that_went_meanwhile_is_missing_not_a_failure(s3: S3Server) -> None:
    with pytest.raises(FileNotFoundError):
        list(bucket(s3.url).read("gone"))


@pytest.mark.parametrize("what", ["list", "read"])
def test_a_bucket_that_is_away_or_refuses_is_named(s3: S3Server, what: str) -> None:
    s3.objects["a"] = b"one"
    stores = {
        "away": bucket(f"http://127.0.0.1:{free_port()}"),
        "refuses": bucket(s3.url, access_key="somebody-else"),
    }
    for stored in stores.values():
        with pytest.raises(SourceFailed, match="The storage of files cannot be read"):
            list(stored.list() if what == "list" else stored.read("a"))
        breaker.succeeded()


def test_a_storage_that_cannot_be_listed_is_named() -> None:
    with pytest.raises(SourceFailed, match="InMemoryStorage cannot be listed"):
        list(Stored(InMemoryStorage()).list())


def test_a_folder_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    assert list(Stored(FileSystemStorage(location=tmp_path / "none")).list()) == []


def test_what_has_not_come_whole_is_left_out(s3: S3Server, tmp_path: Path) -> None:
    s3.objects |= {"arriving/half": b"half", "uploads/whole": b"whole", "arriving-too": b"whole"}
    assert [one.name for one in bucket(s3.url).list()] == ["arriving-too", "uploads/whole"]
    for name, content in s3.objects.items():
        place = tmp_path / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
    listed = Stored(FileSystemStorage(location=tmp_path)).list()
    assert sorted(one.name for one in listed) == ["arriving-too", "uploads/whole"]


def test_a_restored_site_does_not_look_for_what_had_not_come_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(put_back, "_sources", [lambda: ["arriving/half", "uploads/whole", ""]])
    assert put_back.named() == {"uploads/whole"}
