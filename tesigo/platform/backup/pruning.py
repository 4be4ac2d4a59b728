"""Removing from a destination what need not stay there (R-121). Needs no private key: manifests and keys say enough.

Whoever removes holds the lock of backups: a backup that runs may rest on files that only an old one names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from tesigo.platform.backup import keeping, paths, signing, wal
from tesigo.platform.backup.destinations.base import Destination, Entry
from tesigo.platform.backup.errors import BackupError, Damaged, DestinationError
from tesigo.platform.backup.format import Manifest, unpack_keys
from tesigo.platform.backup.keeping import Kept, Known
from tesigo.platform.backup.wal import Note

_NOTE: Final = ".json"
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_KEYS_MAX_BYTES: Final = 1024**3


@dataclass(frozen=True)
class Plan:
    """What goes from one destination, and what stays."""

    destination: str
    kept: Kept
    #: Any moment from here on can be restored.
    point_in_time_from: datetime | None
    #: Paths in the order in which they are deleted.
    gone: Sequence[str]
    gone_bytes: int
    #: Folders of backups that never came to their end.
    unfinished: tuple[str, ...] = ()
    #: What stayed because something could not be read.
    doubts: tuple[str, ...] = ()


@dataclass
class _Found:
    """The backups of a destination as it was listed."""

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


def plan(destination: Destination, *, keys: Sequence[str], now: datetime) -> Plan:
    """What would go now. ``keys`` are the public halves of keys that sign. Raises `DestinationError`."""
    found = _look(destination, keys)
    kept = keeping.choose(found.known.values(), now=now)
    gone: list[Entry] = []
    for backup_id in kept.gone:
        gone += _manifest_first(found.entries[backup_id])
    unfinished = [
        backup_id
        for backup_id, entries in found.entries.items()
        if backup_id not in found.known and max(one.modified_at for one in entries) <= now - keeping.UNFINISHED
    ]
    for backup_id in unfinished:
        gone += found.entries[backup_id]
    staying = [one for one in found.known.values() if one.id in kept.reasons]
    whole = [one for one in staying if keeping.whole_chain(one.id, found.known)]
    gone += _wal_to_remove(destination, whole, now)
    gone += _files_to_remove(destination, staying, found, now)
    return Plan(
        destination=destination.name,
        kept=kept,
        point_in_time_from=keeping.point_in_time_from(whole, now=now),
        gone=[entry.path for entry in gone],
        gone_bytes=sum(entry.bytes for entry in gone),
        unfinished=tuple(unfinished),
        doubts=tuple(found.doubts),
    )


def carry_out(destination: Destination, planned: Plan) -> None:
    """Deletes. Killed at any moment it leaves whole backups, and what the next time removes."""
    for path in planned.gone:
        destination.delete(path)


def _look(destination: Destination, keys: Sequence[str]) -> _Found:
    found = _Found()
    for entry in destination.list(paths.BACKUPS):
        backup_id = entry.path.split("/")[1]
        if paths.is_id(backup_id):
            found.entries.setdefault(backup_id, []).append(entry)
    for backup_id, entries in found.entries.items():
        if not any(entry.path == paths.manifest(backup_id) for entry in entries):
            continue
        at, kind = paths.parse_id(backup_id)
        try:
            manifest = _manifest(destination, backup_id, keys)
            _check_parts(manifest, entries)
        except DestinationError:
            raise
        except BackupError as error:
            found.doubts.append(f"{backup_id}: {error}")
            found.known[backup_id] = Known(id=backup_id, kind=kind, at=at, is_good=False)
            continue
        found.manifests[backup_id] = manifest
        database = manifest.database
        found.known[backup_id] = Known(
            id=backup_id,
            kind=kind,
            at=at,
            parent=manifest.parent,
            system_id=database.system_id if database else "",
            start_wal=database.start_wal if database else "",
            stop_wal=database.stop_wal if database else "",
        )
    return found


def _manifest(destination: Destination, backup_id: str, keys: Sequence[str]) -> Manifest:
    where = paths.manifest(backup_id)
    raw = destination.read(where)
    signature = destination.read(paths.signature(backup_id)).decode("ascii", "replace")
    signing.verify(raw, signature, keys=keys, where=where)
    return Manifest.from_json(raw, where=where)


def _check_parts(manifest: Manifest, entries: Iterable[Entry]) -> None:
    sizes = {entry.path: entry.bytes for entry in entries}
    for part in manifest.parts:
        if sizes.get(paths.folder(manifest.id) + part.name) != part.bytes:
            raise Damaged(f"{part.name} is missing or not as long as it was.")


def _manifest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Without its manifest a backup is none: what is half removed is never taken for one."""
    return sorted(entries, key=lambda entry: (not entry.path.endswith("/manifest.json"), entry.path))


def _wal_to_remove(destination: Destination, whole: Iterable[Known], now: datetime) -> Iterator[Entry]:
    by_system: dict[str, dict[str, Entry]] = {}
    for entry in destination.list(paths.WAL):
        _wal, system_id, *rest = entry.path.split("/")
        if len(rest) == 1:
            by_system.setdefault(system_id, {})[rest[0]] = entry
    kept = [one for one in whole if one.system_id]
    newest = max(kept, key=lambda one: one.at).system_id if kept else ""
    for system_id, entries in by_system.items():
        names = {name.removesuffix(_NOTE) for name in entries}
        of_system = [one for one in kept if one.system_id == system_id]
        if of_system:
            size = _segment_bytes(destination, system_id, entries)
            old = keeping.wal_to_remove(names, kept=of_system, segment_bytes=size, now=now) if size else []
        elif newest and max(entry.modified_at for entry in entries.values()) <= now - keeping.POINT_IN_TIME:
            # Of a server of before: nothing that stays rests on it.
            old = list(names)
        else:
            old = []
        for name in sorted(old):
            # The note first: a segment without one counts as not there.
            yield from (entries[one] for one in (name + _NOTE, name) if one in entries)


def _segment_bytes(destination: Destination, system_id: str, entries: Iterable[str]) -> int:
    """As a note of a segment says; 0 where there is none yet."""
    for name in sorted(entries, reverse=True):
        if name.endswith(_NOTE) and wal.is_segment(name.removesuffix(_NOTE)):
            where = paths.wal_segment(system_id, name)
            try:
                return Note.unchecked(destination.read(where), where=where).plain_bytes
            except DestinationError:
                raise
            except BackupError:
                continue
    return 0


def _files_to_remove(
    destination: Destination, staying: Iterable[Known], found: _Found, now: datetime
) -> Iterator[Entry]:
    """Files that no backup that stays names. Where one of them cannot be read all stay."""
    named: set[bytes] = set()
    for one in staying:
        manifest = found.manifests.get(one.id)
        try:
            if manifest is None:
                raise Damaged("its manifest cannot be believed")
            named.update(_names(destination, manifest))
        except DestinationError:
            raise
        except BackupError as error:
            found.doubts.append(f"No file is removed: {one.id}: {error}")
            return
    if not named and not found.known:
        return
    for entry in destination.list(paths.FILES):
        key = entry.path.rpartition("/")[2]
        if _KEY.fullmatch(key) and entry.modified_at <= now - keeping.UNFINISHED and bytes.fromhex(key) not in named:
            yield entry


def _names(destination: Destination, manifest: Manifest) -> Iterator[bytes]:
    where = paths.folder(manifest.id) + manifest.keys.name
    packed = destination.read(where, longest=_KEYS_MAX_BYTES)
    if sha256(packed).hexdigest() != manifest.keys.sha256:
        raise Damaged(f"{where} is not what its manifest says.")
    for file in unpack_keys(packed, where=where):
        yield bytes.fromhex(file.sha256)
