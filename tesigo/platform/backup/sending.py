"""On its way: to every destination that is there. One that is away stops no other; it is caught up at a later run.

What was sent is read back and its hash compared before the manifest is written, and the manifest is written last: what
lies there without one is no backup. What one destination has and another lacks goes from there to here, the same bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from tesigo.platform.backup import paths, signing
from tesigo.platform.backup.destinations import Destination, connect
from tesigo.platform.backup.errors import BackupError, Damaged, DestinationError, NotThere, Refused, SignatureWrong
from tesigo.platform.backup.format import Manifest, Part, SentFile, Site, unpack_keys
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.places import Place
from tesigo.platform.backup.progress import Progress
from tesigo.platform.backup.spool import named_if_full

#: Backups of the database younger than this are brought to destinations that lack them; none of them is removed yet.
CAUGHT_UP: Final = timedelta(days=14)


@dataclass
class Reached:
    """The destinations that are there, by name, and what is wrong with the others."""

    there: dict[str, Destination]
    missed: dict[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = lambda _text: None

    def each(self, act: Callable[[Destination], None]) -> None:
        """Does something at each; one where it fails is left out from then on."""
        for name, destination in list(self.there.items()):
            with self.guarding(name):
                act(destination)

    @contextmanager
    def guarding(self, name: str) -> Iterator[None]:
        """What fails at a destination in here concerns it alone."""
        try:
            yield
        except (DestinationError, Damaged, SignatureWrong) as error:
            self.drop(name, error)

    def drop(self, name: str, error: BackupError) -> None:
        """Leaves a destination out from now on, and says why."""
        self.missed[name] = str(error)
        if self.there.pop(name, None) is not None:
            self.say(str(error))


@contextmanager
def reaching(places: Sequence[Place], *, system_id: str | None, say: Callable[[str], None]) -> Iterator[Reached]:
    """Connects to all; ``system_id`` None takes any site's. Those of another database are refused."""
    with ExitStack() as stack:
        reached = Reached({}, say=say)
        for place in places:
            destination = stack.enter_context(connect(place))
            reached.there[place.name] = destination
            with reached.guarding(place.name):
                _claim(destination, system_id)
        yield reached


def send(folder: Path, manifest: Manifest, destination: Destination, *, say: Callable[[str], None]) -> None:
    """Sends a whole backup from the spool; what is there already is not sent again.

    Raises `DestinationError`, `Damaged`.
    """
    if _is_complete(destination, manifest):
        return
    progress = Progress(say, f"sent to {destination.name}")
    for part in manifest.parts:
        _put(destination, f"{paths.folder(manifest.id)}{part.name}", folder / part.name, part)
        progress.add(part.bytes)
    progress.end()
    _finish(
        destination, manifest.id, (folder / "manifest.json").read_bytes(), (folder / "manifest.json.sig").read_bytes()
    )


def catch_up(
    reached: Reached, *, now: datetime, public_keys: Sequence[str], scratch: Path, say: Callable[[str], None]
) -> int:
    """Brings young backups of the database to destinations that lack them; returns how many copies were made."""
    have: dict[str, set[str]] = {}
    reached.each(lambda destination: have.update({destination.name: _ids(destination)}))
    copies = 0
    young = [name for name in sorted(set().union(*have.values())) if _is_young(name, now)]
    for backup_id in young:
        owners = [name for name in reached.there if backup_id in have[name]]
        for name in [name for name in reached.there if backup_id not in have[name]]:
            for owner in owners:
                if owner not in reached.there or name not in reached.there:
                    continue
                source, target = reached.there[owner], reached.there[name]
                if _brought(reached, source, target, backup_id, public_keys=public_keys, scratch=scratch):
                    say(f"{backup_id}: brought from {owner} to {name}")
                    copies += 1
                    break
    return copies


def newest_keys(reached: Reached, *, public_keys: Sequence[str]) -> Iterator[SentFile]:
    """What the newest backup of each destination says was sent; for a spool that has lost what it knew."""
    for name, destination in list(reached.there.items()):
        with reached.guarding(name):
            ids = sorted(_ids(destination), reverse=True)
            if ids:
                manifest, _, _ = read_manifest(destination, ids[0], public_keys=public_keys)
                yield from _keys(destination, manifest)


def read_manifest(
    destination: Destination, backup_id: str, *, public_keys: Sequence[str]
) -> tuple[Manifest, bytes, bytes]:
    """A manifest, its bytes and its signature. Raises `SignatureWrong`, `FormatWrong`, `DestinationError`."""
    where = f"{paths.manifest(backup_id)} at {destination.name}"
    raw = destination.read(paths.manifest(backup_id))
    signature = destination.read(paths.signature(backup_id), longest=1_000)
    signing.verify(raw, signature.decode("ascii", "replace"), keys=public_keys, where=where)
    return Manifest.from_json(raw, where=where), raw, signature


def _claim(destination: Destination, system_id: str | None) -> None:
    try:
        theirs = Site.from_json(destination.read(paths.SITE, longest=10_000))
    except NotThere:
        if system_id is not None:
            content = Site(system_id).to_json()
            destination.put(paths.SITE, content, sha256=sha256(content).hexdigest())
        return
    if system_id is not None and theirs.system_id != system_id:
        raise Refused(
            destination.name,
            "backups of another database lie there. Take another folder, or move site.json away if it is yours.",
        )


def _is_complete(destination: Destination, manifest: Manifest) -> bool:
    return destination.exists(paths.manifest(manifest.id))


def _put(destination: Destination, path: str, source: Path, part: Part) -> None:
    if destination.put(path, source, sha256=part.sha256):
        check(destination, path, part.sha256)


def check(destination: Destination, path: str, expected: str) -> None:
    """Reads back what was sent. Raises `Damaged`, and takes it away, when it is not the same."""
    if destination.sha256_of(path) != expected:
        destination.delete(path)
        raise Damaged(f"Destination {destination.name}: {path} is not what was sent; it was taken away again.")


def _finish(destination: Destination, backup_id: str, raw: bytes, signature: bytes) -> None:
    for path, content in ((paths.signature(backup_id), signature), (paths.manifest(backup_id), raw)):
        digest = sha256(content).hexdigest()
        destination.put(path, content, sha256=digest)
        check(destination, path, digest)


def _ids(destination: Destination) -> set[str]:
    """The backups that are whole there."""
    found = (entry.path.split("/") for entry in destination.list(paths.BACKUPS))
    return {parts[1] for parts in found if len(parts) == 3 and parts[2] == "manifest.json" and paths.is_id(parts[1])}


def _is_young(backup_id: str, now: datetime) -> bool:
    begun, kind = paths.parse_id(backup_id)
    return kind != Kind.FILES and now - begun < CAUGHT_UP


def _keys(destination: Destination, manifest: Manifest) -> Iterator[SentFile]:
    path = f"{paths.folder(manifest.id)}{manifest.keys.name}"
    packed = destination.read(path, longest=manifest.keys.bytes)
    if sha256(packed).hexdigest() != manifest.keys.sha256:
        raise Damaged(f"Destination {destination.name}: {path} is damaged.")
    yield from unpack_keys(packed, where=path)


def _brought(
    reached: Reached, source: Destination, target: Destination, backup_id: str, *, public_keys: Sequence[str],
    scratch: Path,
) -> bool:  # fmt: skip
    """Copies a backup; what is wrong with the source leaves the target as it is, and the other way round."""
    fetched = scratch / "caught-up"
    try:
        try:
            manifest, raw, signature = read_manifest(source, backup_id, public_keys=public_keys)
            for file in _keys(source, manifest):
                copy_file(source, target, file, fetched)
            for part in manifest.parts:
                path = f"{paths.folder(backup_id)}{part.name}"
                if target.stat(path) is None or target.sha256_of(path) != part.sha256:
                    fetch(source, path, fetched, part.sha256)
                    _put(target, path, fetched, part)
            _finish(target, backup_id, raw, signature)
        except DestinationError as error:
            reached.drop(error.name, error)
            return False
        except BackupError as error:
            reached.say(f"{backup_id} could not be brought to {target.name}: {error}")
            return False
    finally:
        fetched.unlink(missing_ok=True)
    return True


def copy_file(source: Destination, target: Destination, file: SentFile, scratch: Path) -> None:
    """One stored file from there to here, if it is not here. Raises `Damaged` when the source's is."""
    path = paths.stored_file(file.sha256)
    known = target.stat(path)
    if known is not None and known.bytes == file.sent_bytes:
        return
    try:
        fetch(source, path, scratch, file.sent_sha256)
    except NotThere:
        return  # removed there as no longer needed, or never there: another copy of the content was sent instead
    target.put(path, scratch, sha256=file.sent_sha256, anew=True)
    check(target, path, file.sent_sha256)


def fetch(source: Destination, path: str, to: Path, expected: str) -> None:
    """What lies at a destination, on this disk. Raises `Damaged` when it is not what it should be."""
    digest = sha256()
    with named_if_full(), to.open("wb") as file:
        for block in source.get(path):
            digest.update(block)
            file.write(block)
    if digest.hexdigest() != expected:
        raise Damaged(f"Destination {source.name}: {path} is damaged.")
