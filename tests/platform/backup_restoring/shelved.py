"""Backups at a destination in the agreed format, made of a small server: what a restore finds."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tesigo.platform.backup import paths, signing, tables
from tesigo.platform.backup.destinations.folder import Folder
from tesigo.platform.backup.encryption import Plain, seal
from tesigo.platform.backup.format import (
    Count,
    Database,
    Manifest,
    Part,
    SentFile,
    StoredFile,
    pack_keys,
    part_name,
)
from tesigo.platform.backup.gpg import Recipients
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.shelf import Shelf
from tesigo.platform.backup.wal import Note
from tesigo.platform.postgres_server import find_programs
from tests.platform.backup_restoring.primary import Primary

PART_BYTES = 2 * 1024 * 1024


@dataclass
class Shelved:
    """A folder of backups of one server, all by the same signing key."""

    root: Path
    primary: Primary
    to: Recipients
    key: str = field(default_factory=signing.new_key)
    shipped: set[str] = field(default_factory=set)

    @property
    def shelf(self) -> Shelf:
        return Shelf(Folder("local", self.root), (signing.public_key(self.key),))

    def at(self, path: str) -> Path:
        return self.root / path

    def take(self, *, parent: str | None = None, files: dict[str, bytes] | None = None) -> str:
        """A full backup, or one of what changed since another; returns its id."""
        kind = Kind.INCREMENTAL if parent else Kind.FULL
        begun = datetime.now(UTC)
        backup_id = paths.new_id(kind, now=begun)
        counts = self._counts()
        tar, manifest = self._base(backup_id, parent)
        parts, plain = self._parts(backup_id, "base", tar)
        stored, sent = [], []
        for name, content in (files or {}).items():
            sha256 = hashlib.sha256(content).hexdigest()
            sealed, _plain = self._sealed(content)
            self._write(paths.stored_file(sha256), sealed)
            stored.append(StoredFile(name, sha256, len(content)))
            sent.append(SentFile(sha256, hashlib.sha256(sealed).hexdigest(), len(sealed)))
        file_list, _list_plain = self._parts(backup_id, "files", b"".join(one.to_line() for one in stored))
        keys = pack_keys(sent)
        self._write(f"{paths.folder(backup_id)}keys.zst", keys)
        control = self._control()
        whole = Manifest(
            id=backup_id,
            kind=kind,
            parent=parent,
            site_version="0",
            started_at=begun,
            finished_at=datetime.now(UTC),
            database=Database(
                postgres_version=180006,
                system_id=control["Database system identifier"],
                timeline=manifest["timeline"],
                start_lsn=manifest["start"],
                stop_lsn=manifest["stop"],
                start_wal=self._segment(manifest["start"], manifest["timeline"]),
                stop_wal=self._segment(manifest["stop"], manifest["timeline"]),
                settings={"max_connections": 150},
                parts=parts,
                plain_bytes=plain.bytes,
                plain_sha256=plain.sha256,
                counts={name: Count(rows, rows) for name, rows in counts.items()},
                migrations=(),
            ),
            file_list=file_list,
            keys=Part("keys.zst", len(keys), hashlib.sha256(keys).hexdigest()),
            files_count=len(stored),
            files_bytes=sum(one.plain_bytes for one in stored),
        )
        raw = whole.to_json()
        self._write(paths.signature(backup_id), signing.sign(raw, key=self.key).encode())
        self._write(paths.manifest(backup_id), raw)
        return backup_id

    def ship(self) -> list[str]:
        """Sends the WAL that the server has archived since the last time."""
        system_id = self._control()["Database system identifier"]
        there = {path.name for path in self.primary.archive.iterdir() if len(path.name) == 24}
        names = sorted(there - self.shipped)
        for name in names:
            path = self.primary.archive / name
            sealed, plain = self._sealed(path.read_bytes())
            note = Note(
                name=name,
                system_id=system_id,
                completed_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
                plain_bytes=plain.bytes,
                plain_sha256=plain.sha256,
                sent_bytes=len(sealed),
                sent_sha256=hashlib.sha256(sealed).hexdigest(),
            )
            self._write(paths.wal_segment(system_id, name), sealed)
            self._write(f"{paths.wal_segment(system_id, name)}.json", note.to_json(key=self.key))
        self.shipped |= {*names}
        return names

    def wal(self, name: str) -> Path:
        return self.at(paths.wal_segment(self._control()["Database system identifier"], name))

    def _base(self, backup_id: str, parent: str | None) -> tuple[bytes, dict[str, Any]]:
        more = [f"--incremental={self._kept(parent)}"] if parent else []
        command = [str(find_programs() / "pg_basebackup"), "-D", "-", "-F", "t", "-X", "fetch", "-c", "fast"]
        result = subprocess.run(
            [*command, "-d", self.primary.url("postgres"), *more], check=True, capture_output=True, timeout=60
        )
        unpacked = subprocess.run(
            ["tar", "-x", "-O", "-f", "-", "backup_manifest"], input=result.stdout, capture_output=True, check=True
        )
        self._kept(backup_id).write_bytes(unpacked.stdout)
        (found,) = json.loads(unpacked.stdout)["WAL-Ranges"]
        return result.stdout, {"timeline": found["Timeline"], "start": found["Start-LSN"], "stop": found["End-LSN"]}

    def _kept(self, backup_id: str) -> Path:
        folder = self.root.parent / "manifests"
        folder.mkdir(exist_ok=True)
        return folder / backup_id

    def _counts(self) -> dict[str, int]:
        with tables.reading(self.primary.url()) as connection:
            return tables.counts(connection)

    def _control(self) -> dict[str, str]:
        printed = self.primary._run([find_programs() / "pg_controldata", "-D", self.primary.data], "say")
        lines = (line.partition(":") for line in printed.splitlines())
        return {name.strip(): value.strip() for name, _, value in lines}

    def _segment(self, lsn: str, timeline: int) -> str:
        high, low = (int(half, 16) for half in lsn.split("/"))
        return f"{timeline:08X}{high:08X}{low // (16 * 1024 * 1024):08X}"

    def _parts(self, backup_id: str, stream: str, content: bytes) -> tuple[tuple[Part, ...], Plain]:
        sealed, plain = self._sealed(content)
        parts = []
        for number, start in enumerate(range(0, len(sealed), PART_BYTES)):
            piece = sealed[start : start + PART_BYTES]
            name = part_name(stream, number)
            self._write(f"{paths.folder(backup_id)}{name}", piece)
            parts.append(Part(name, len(piece), hashlib.sha256(piece).hexdigest()))
        return tuple(parts), plain

    def _sealed(self, content: bytes) -> tuple[bytes, Plain]:
        into = bytearray()
        take: Callable[[bytes], None] = into.extend
        plain = seal([content], to=self.to, take=take)
        return bytes(into), plain

    def _write(self, path: str, content: bytes) -> None:
        place = self.at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
