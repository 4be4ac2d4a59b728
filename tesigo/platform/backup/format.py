"""The manifest of a backup, the lists of its stored files, and `site.json`.

The database is one tar as pg_basebackup writes it, WAL of its own time included (`-X fetch`), then zstd, then gpg,
then cut into parts; joining the parts gives one gpg message. So is the list of files. Versions that cannot be read
are refused, never guessed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import zstandard

from tesigo.platform.backup import paths
from tesigo.platform.backup.errors import FormatWrong
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.reading import Reader, as_json

FORMAT_VERSION: Final = 1
#: Of what is sent; the last part is shorter.
PART_BYTES: Final = 64 * 1024 * 1024

_KEY_LINE: Final = re.compile(r"([0-9a-f]{64}) ([0-9a-f]{64}) (\d+)")


@dataclass(frozen=True)
class Part:
    """One file of a backup, as it was sent. ``name`` within the folder of the backup."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Count:
    """Rows of a table before the copy began and after it had ended; a copy holds something between."""

    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class Database:
    """The copy of the database in a backup. Parts in their order."""

    #: As `server_version_num`: 180006.
    postgres_version: int
    system_id: str
    timeline: int
    #: As PostgreSQL writes them: 0/2000028. A copy is consistent from ``stop_lsn``.
    start_lsn: str
    stop_lsn: str
    #: Names of WAL segments.
    start_wal: str
    stop_wal: str
    #: What archive recovery refuses to have less of, such as max_connections.
    settings: dict[str, int]
    parts: tuple[Part, ...]
    #: Of the tar.
    plain_bytes: int
    plain_sha256: str
    #: By `schema.table`, counted in the heap.
    counts: dict[str, Count]
    #: Applied, as `app.name`.
    migrations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup is, and the hashes of all of it."""

    id: str
    kind: Kind
    #: The backup that an incremental builds on.
    parent: str | None
    site_version: str
    started_at: datetime
    finished_at: datetime
    #: None for a backup of kind files.
    database: Database | None
    #: The list of stored files: JSON lines, zstd, gpg.
    file_list: tuple[Part, ...]
    #: `keys.zst`, which needs no private key.
    keys: Part
    files_count: int
    files_bytes: int

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything in the folder of the backup but the manifest and its signature."""
        return (*(self.database.parts if self.database else ()), *self.file_list, self.keys)

    @property
    def sent_bytes(self) -> int:
        """Of the folder; the stored files lie beside it."""
        return sum(part.bytes for part in self.parts)

    def to_json(self) -> bytes:
        """The bytes that are signed."""
        content = asdict(self) | {"format_version": FORMAT_VERSION}
        return as_json(_plain(content))

    @classmethod
    def from_json(cls, raw: bytes, *, where: str = "manifest.json") -> "Manifest":
        """Reads it; raises `FormatWrong`, which names ``where``. Look at the signature first."""
        found = Reader.of(raw, where)
        _check_version(found)
        backup_id = found.text("id")
        try:
            _, kind = paths.parse_id(backup_id)
        except ValueError as error:
            raise FormatWrong(f"{where}: {error}") from error
        if found.text("kind") != kind:
            raise FormatWrong(f"{where}: id and kind contradict each other.")
        parent = found.text_or_none("parent")
        if (parent is not None) != (kind == Kind.INCREMENTAL):
            raise FormatWrong(f"{where}: an incremental backup, and no other, has a parent.")
        database = None if found.content.get("database") is None else _database(found.object("database"))
        if (database is None) != (kind == Kind.FILES):
            raise FormatWrong(f"{where}: a backup of files, and no other, is without the database.")
        return cls(
            id=backup_id,
            kind=kind,
            parent=parent,
            site_version=found.text("site_version"),
            started_at=found.moment("started_at"),
            finished_at=found.moment("finished_at"),
            database=database,
            file_list=_parts(found, "file_list"),
            keys=_part(found.object("keys")),
            files_count=found.number("files_count"),
            files_bytes=found.number("files_bytes"),
        )


@dataclass(frozen=True)
class StoredFile:
    """A file of the site's storage: its name there, the hash and size of its plain content."""

    name: str
    sha256: str
    plain_bytes: int

    def to_line(self) -> bytes:
        """One line of the list."""
        return as_json_line(asdict(self))

    @classmethod
    def from_line(cls, line: bytes, *, where: str) -> "StoredFile":
        """Reads a line of the list; raises `FormatWrong`."""
        found = Reader.of(line, where)
        return cls(name=found.text("name"), sha256=found.hash("sha256"), plain_bytes=found.number("plain_bytes"))


@dataclass(frozen=True)
class SentFile:
    """One encrypted copy of a content that was sent under the key ``sha256``.

    A content may have been encrypted more than once; each time other bytes came of it. What lies at a destination is
    right if it is any of those that signed lists name.
    """

    sha256: str
    sent_sha256: str
    sent_bytes: int


def pack_keys(files: Iterable[SentFile]) -> bytes:
    """The content of `keys.zst`: a line for each encrypted copy."""
    compressor = zstandard.ZstdCompressor(level=3).compressobj()
    lines = (f"{file.sha256} {file.sent_sha256} {file.sent_bytes}\n".encode() for file in files)
    return b"".join([*(compressor.compress(line) for line in lines), compressor.flush()])


def unpack_keys(packed: bytes, *, where: str = "keys.zst") -> Iterator[SentFile]:
    """Reads it; raises `FormatWrong`."""
    stream = zstandard.ZstdDecompressor().decompressobj()
    try:
        content = stream.decompress(packed)
    except zstandard.ZstdError as error:
        raise FormatWrong(f"{where} cannot be decompressed.") from error
    if not stream.eof or stream.unused_data:
        raise FormatWrong(f"{where} does not end where it should.")
    for number, line in enumerate(content.decode("ascii", "replace").splitlines(), 1):
        found = _KEY_LINE.fullmatch(line)
        if found is None:
            raise FormatWrong(f"{where}: line {number} cannot be read.")
        yield SentFile(found[1], found[2], int(found[3]))


@dataclass(frozen=True)
class Site:
    """`site.json`: whose backups lie here, so that two sites never mix theirs in one place."""

    system_id: str

    def to_json(self) -> bytes:
        """Its content."""
        return as_json({"format_version": FORMAT_VERSION, "system_id": self.system_id})

    @classmethod
    def from_json(cls, raw: bytes) -> "Site":
        """Reads it; raises `FormatWrong`."""
        found = Reader.of(raw, paths.SITE)
        _check_version(found)
        return cls(found.text("system_id"))


def as_json_line(content: dict[str, Any]) -> bytes:
    """The content on one line."""
    return as_json(content).replace(b"\n", b"") + b"\n"


def part_name(stream: str, number: int) -> str:
    """`base.0000`, `files.0000` …"""
    return f"{stream}.{number:04}"


def _database(found: Reader) -> Database:
    settings = found.object("settings")
    counts = found.object("counts")
    return Database(
        postgres_version=found.number("postgres_version"),
        system_id=found.text("system_id"),
        timeline=found.number("timeline"),
        start_lsn=found.text("start_lsn"),
        stop_lsn=found.text("stop_lsn"),
        start_wal=found.text("start_wal"),
        stop_wal=found.text("stop_wal"),
        settings={name: settings.number(name) for name in settings.content},
        parts=_parts(found, "parts"),
        plain_bytes=found.number("plain_bytes"),
        plain_sha256=found.hash("plain_sha256"),
        counts={
            table: Count(counts.object(table).number("before"), counts.object(table).number("after"))
            for table in counts.content
        },
        migrations=found.texts("migrations"),
    )


def _parts(found: Reader, name: str) -> tuple[Part, ...]:
    return tuple(_part(item) for item in found.objects(name))


def _part(found: Reader) -> Part:
    name = found.text("name")
    # It becomes a path: nothing that a stranger wrote leads out of the folder.
    if not re.fullmatch(r"[a-z]+\.[a-z0-9]+", name):
        raise FormatWrong(f"{found.where}: {name!r} is not the name of a part.")
    return Part(name=name, bytes=found.number("bytes"), sha256=found.hash("sha256"))


def _check_version(found: Reader) -> None:
    version = found.number("format_version")
    if version != FORMAT_VERSION:
        raise FormatWrong(f"{found.where} is of version {version}; this program reads version {FORMAT_VERSION}.")


def _plain(value: Any) -> Any:
    """Times as texts, so that JSON can hold them."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
