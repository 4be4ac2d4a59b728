"""Reading what lies at a destination: nothing is believed that its signature or its hash does not bear out."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tesigo.platform.backup import paths
from tesigo.platform.backup.destinations import Destination
from tesigo.platform.backup.errors import BackupError, Damaged, FormatWrong, NotThere
from tesigo.platform.backup.format import Manifest, Part
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.signing import verify
from tesigo.platform.backup.wal import Note, is_history, is_segment


@dataclass(frozen=True)
class Opener:
    """Who can decrypt: gpg's home with the private key (None: whose it always is), and where its passphrase stands."""

    home: Path | None = None
    passphrase_file: Path | None = None


@dataclass(frozen=True)
class Shelf:
    """A destination, and the public halves of the keys that sign there."""

    destination: Destination
    keys: Sequence[str]

    def ids(self) -> tuple[list[str], list[str]]:
        """The backups there, the oldest first: those that have come to their end, and those that have not."""
        finished: set[str] = set()
        seen: set[str] = set()
        for entry in self.destination.list(paths.BACKUPS):
            backup_id = entry.path.split("/")[1]
            if paths.is_id(backup_id):
                seen.add(backup_id)
                if entry.path == paths.manifest(backup_id):
                    finished.add(backup_id)
        return sorted(finished), sorted(seen - finished)

    def manifest(self, backup_id: str) -> Manifest:
        """What a backup is. Raises `BackupError`: unfinished, changed, or not to be read."""
        try:
            raw = self.destination.read(paths.manifest(backup_id))
        except NotThere:
            unfinished = any(True for _entry in self.destination.list(paths.folder(backup_id)))
            if unfinished:
                raise Damaged(
                    f"Backup {backup_id} is unfinished: it has no manifest, and nothing of it counts."
                ) from None
            raise
        signature = self.destination.read(paths.signature(backup_id)).decode("ascii", "replace")
        verify(raw, signature, keys=self.keys, where=paths.manifest(backup_id))
        manifest = Manifest.from_json(raw, where=paths.manifest(backup_id))
        if manifest.id != backup_id:
            raise Damaged(f"{paths.manifest(backup_id)} is that of {manifest.id}.")
        return manifest

    def chain(self, backup_id: str) -> list[Manifest]:
        """The backup and all that it builds on, the full one first. Raises `BackupError`."""
        found = [self.manifest(backup_id)]
        while (parent := found[0].parent) is not None:
            if any(one.id == parent for one in found):
                raise FormatWrong(f"Backup {backup_id} builds on itself.")
            try:
                found.insert(0, self.manifest(parent))
            except NotThere as error:
                raise Damaged(f"Backup {found[0].id} builds on {parent}, which is not there.") from error
        return found

    def is_readable(self, backup_id: str) -> bool:
        """Whether the manifests of the backup and of all that it builds on can be believed."""
        try:
            self.chain(backup_id)
        except BackupError:
            return False
        return True

    def newest(self, *, kinds: Iterable[Kind] = (Kind.FULL, Kind.INCREMENTAL)) -> str:
        """The id of the newest finished backup of these kinds. Raises `Damaged` where there is none."""
        wanted = {*kinds}
        found = [one for one in self.ids()[0] if paths.parse_id(one)[1] in wanted]
        if not found:
            raise Damaged(f"There is no finished backup at {self.destination.name}.")
        return found[-1]

    def part(self, backup_id: str, part: Part) -> Iterator[bytes]:
        """One part as it lies there; raises `Damaged` at its end unless its size and hash are those of the manifest.

        Nothing that came may be kept until it has ended well.
        """
        yield from self.hashed(f"{paths.folder(backup_id)}{part.name}", part.bytes, {part.sha256})

    def parts(self, backup_id: str, parts: Iterable[Part]) -> Iterator[bytes]:
        """Several, one after the other."""
        for part in parts:
            yield from self.part(backup_id, part)

    def hashed(self, path: str, size: int | None, sha256: set[str]) -> Iterator[bytes]:
        """A file as it lies there, with an end as `part` has it."""
        digest, length = hashlib.sha256(), 0
        for block in self.destination.get(path):
            digest.update(block)
            length += len(block)
            yield block
        if size is not None and length != size:
            raise Damaged(f"{path}: {length} bytes, not the {size} that were sent.")
        if digest.hexdigest() not in sha256:
            raise Damaged(f"{path}: bytes are not those that were sent (its hash differs).")

    def segments(self, system_id: str) -> dict[str, bool]:
        """The WAL segments of a system by name, and whether the note of each is there."""
        folder = paths.wal_segment(system_id, "")
        names = {entry.path.removeprefix(folder) for entry in self.destination.list(folder)}
        return {name: f"{name}.json" in names for name in sorted(names) if is_segment(name) or is_history(name)}

    def note(self, system_id: str, name: str) -> Note:
        """What is said of a WAL segment. Raises `BackupError`."""
        path = f"{paths.wal_segment(system_id, name)}.json"
        note = Note.from_json(self.destination.read(path), keys=tuple(self.keys), where=path)
        if (note.name, note.system_id) != (name, system_id):
            raise Damaged(f"{path} is the note of another segment.")
        return note

    def segment(self, note: Note) -> Iterator[bytes]:
        """A WAL segment as it lies there, with an end as `part` has it."""
        yield from self.hashed(paths.wal_segment(note.system_id, note.name), note.sent_bytes, {note.sent_sha256})


def faulty(blocks: Iterable[bytes]) -> str:
    """Reads to the end; what is wrong, or nothing."""
    try:
        for _block in blocks:
            pass
    except BackupError as error:
        return str(error)
    return ""
