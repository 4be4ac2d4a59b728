"""The manifest and the lists: what is written is read again, what is wrong is named (R-120)."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from tesigo.platform.backup import paths
from tesigo.platform.backup.errors import FormatWrong
from tesigo.platform.backup.format import (
    Count,
    Database,
    Manifest,
    Part,
    SentFile,
    Site,
    StoredFile,
    pack_keys,
    unpack_keys,
)
from tesigo.platform.backup.paths import Kind

NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)
HASH = "ab" * 32


def manifest(kind: Kind = Kind.FULL) -> Manifest:
    database = Database(
        postgres_version=180006, system_id="7436573451515551234", timeline=1, start_lsn="0/2000028",
        stop_lsn="0/2000120", start_wal="000000010000000000000002", stop_wal="000000010000000000000002",
        settings={"max_connections": 150}, parts=(Part("base.0000", 10, HASH),), plain_bytes=100, plain_sha256=HASH,
        counts={"public.accounts_user": Count(3, 4)}, migrations=("platform.0001_initial",),
    )  # fmt: skip
    return Manifest(
        id=paths.new_id(kind, now=NOW),
        kind=kind,
        parent=paths.new_id(Kind.FULL, now=NOW - timedelta(days=1)) if kind == Kind.INCREMENTAL else None,
        site_version="1.0.0",
        started_at=NOW,
        finished_at=NOW + timedelta(minutes=3),
        database=None if kind == Kind.FILES else database,
        file_list=(Part("files.0000", 5, HASH),),
        keys=Part("keys.zst", 7, HASH),
        files_count=2,
        files_bytes=1_000,
    )


@pytest.mark.parametrize("kind", Kind)
def test_a_manifest_is_read_as_it_was_written(kind: Kind) -> None:
    written = manifest(kind)
    assert Manifest.from_json(written.to_json()) == written
    assert written.sent_bytes == (12 if kind == Kind.FILES else 22)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"format_version": 2}, "version 2"),
        ({"id": "yesterday"}, "yesterday"),
        ({"kind": "incr"}, "contradict"),
        ({"parent": "20261128T020000Z-full"}, "parent"),
        ({"started_at": "2026-11-29T02:00:00"}, "started_at"),
        ({"files_count": -1}, "files_count"),
        ({"files_count": True}, "files_count"),
        ({"keys": {"name": "../../etc/passwd", "bytes": 1, "sha256": HASH}}, "passwd"),
        ({"keys": {"name": "keys.zst", "bytes": 1, "sha256": "short"}}, "sha256"),
        ({"file_list": [{"name": "files.0000", "bytes": 1}]}, r"file_list\[0\] lacks sha256"),
        ({"database": None}, "without the database"),
        ({"database": []}, "an object"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_named(change: dict[str, object], named: str) -> None:
    content = json.loads(manifest().to_json()) | change
    with pytest.raises(FormatWrong, match=named):
        Manifest.from_json(json.dumps(content).encode())


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Manifest) if field.name != "parent"])
def test_no_field_of_a_manifest_may_be_missing(name: str) -> None:
    content = json.loads(manifest().to_json())
    del content[name]
    with pytest.raises(FormatWrong, match=name):
        Manifest.from_json(json.dumps(content).encode())


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"null", b"{"])
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatWrong, match=r"manifest\.json"):
        Manifest.from_json(raw)


def test_names_of_backups_say_when_and_what() -> None:
    assert paths.parse_id("20261129T020000Z-incr") == (NOW, Kind.INCREMENTAL)
    for wrong in ("20261129T020000Z", "20261129T020000Z-half", "../20261129T020000Z-full", "20269929T020000Z-full"):
        with pytest.raises(ValueError):
            paths.parse_id(wrong)


def test_keys_of_files_are_read_as_they_were_packed() -> None:
    files = [SentFile(f"{number:064x}", HASH, number) for number in range(1_000)]
    packed = pack_keys(files)
    assert list(unpack_keys(packed)) == files
    assert list(unpack_keys(pack_keys([]))) == []
    for wrong in (packed[:-20], b"x" + packed, b""):
        with pytest.raises(FormatWrong):
            list(unpack_keys(wrong))


def test_lines_of_the_list_hold_any_name() -> None:
    file = StoredFile("uploads/a\nb \u2028 ü.pdf", HASH, 3)
    line = file.to_line()
    assert line.count(b"\n") == 1
    assert StoredFile.from_line(line, where="line 1") == file


def test_the_site_is_read_as_it_was_written() -> None:
    assert Site.from_json(Site("7").to_json()) == Site("7")
