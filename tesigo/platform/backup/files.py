"""Stored files, each content once: read when it is new, encrypted once, sent to every destination that lacks it."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from tesigo.platform.backup import paths, sending
from tesigo.platform.backup.destinations import Destination
from tesigo.platform.backup.encryption import hash_of, seal
from tesigo.platform.backup.errors import NotThere
from tesigo.platform.backup.format import SentFile, StoredFile
from tesigo.platform.backup.gpg import Recipients
from tesigo.platform.backup.index import Index
from tesigo.platform.backup.progress import Progress
from tesigo.platform.backup.sending import Reached
from tesigo.platform.backup.spool import named_if_full
from tesigo.platform.backup.stored import Stored


def look(index: Index, stored: Stored, *, say: Callable[[str], None]) -> None:
    """Learns what is stored now; reads only what is new or changed. Raises `SourceFailed`."""
    progress = Progress(say, "new files read")
    seen = 0
    for listed in stored.list():
        seen += 1
        if index.known(listed.name, listed.bytes, listed.modified) is None:
            try:
                plain = hash_of(stored.read(listed.name))
            except FileNotFoundError:
                continue  # removed meanwhile
            index.learn(StoredFile(listed.name, plain.sha256, plain.bytes), listed.modified)
            progress.add(plain.bytes, files=1)
            if progress.files % 100 == 0:
                index.commit()
    index.forget_unseen()
    index.commit()
    progress.end(f"{seen:,} stored in all")


def send(
    index: Index, stored: Stored, reached: Reached, *, to: Recipients, folder: Path, say: Callable[[str], None]
) -> None:
    """Brings to each destination the contents it lacks. Raises `SourceFailed`, `SpoolFull`, `EncryptionFailed`."""
    reached.each(lambda destination: index.set_there(destination.name, _found(destination)))
    progress = Progress(say, "files sent")
    for name in list(reached.there):
        while name in reached.there and (missing := index.missing(name)):
            for content, file_name in missing:
                _send_one(index, stored, reached, content, file_name, to=to, draft=folder / "file", progress=progress)
                if name not in reached.there:
                    break
            index.commit()
    progress.end()


def _send_one(
    index: Index, stored: Stored, reached: Reached, content: str, name: str, *, to: Recipients, draft: Path,
    progress: Progress,
) -> None:  # fmt: skip
    """To every destination that lacks it: from another that has it, else encrypted anew."""
    path = paths.stored_file(content)
    try:
        sent = _fetched(index, reached, content, draft) or _sealed(index, stored, content, name, to=to, draft=draft)
        if sent is None:
            return

        def put(destination: Destination) -> None:
            if not index.is_there(destination.name, content):
                destination.put(path, draft, sha256=sent.sent_sha256, anew=True)
                sending.check(destination, path, sent.sent_sha256)
                index.came(destination.name, content, sent.sent_bytes)
                progress.add(sent.sent_bytes, files=1)

        reached.each(put)
    finally:
        draft.unlink(missing_ok=True)


def _fetched(index: Index, reached: Reached, content: str, draft: Path) -> SentFile | None:
    """The copy that another destination has, so that all have the same bytes."""
    path = paths.stored_file(content)
    for name, destination in list(reached.there.items()):
        if not index.is_there(name, content):
            continue
        digest, size = sha256(), 0
        with reached.guarding(name), named_if_full(), draft.open("wb") as file:
            try:
                for block in destination.get(path):
                    digest.update(block)
                    size += len(block)
                    file.write(block)
            except NotThere:
                continue
            found = SentFile(content, digest.hexdigest(), size)
            if found in index.sent(content):
                return found
            # A copy that went bad: what is encrypted anew below takes its place.
            index.came(name, content, -1)
            reached.say(f"Destination {name}: {path} is damaged; it is sent again.")
    return None


def _sealed(index: Index, stored: Stored, content: str, name: str, *, to: Recipients, draft: Path) -> SentFile | None:
    """Encrypted from storage; None when the file was removed or changed meanwhile, which the next run sees."""
    digest, size = sha256(), 0
    with named_if_full(), draft.open("wb") as file:

        def take(block: bytes) -> None:
            nonlocal size
            file.write(block)
            digest.update(block)
            size += len(block)

        try:
            plain = seal(stored.read(name), to=to, take=take)
        except FileNotFoundError:
            index.forget(name)
            return None
    if plain.sha256 != content:
        index.forget(name)
        return None
    sent = SentFile(content, digest.hexdigest(), size)
    index.add_sent([sent])
    return sent


def _found(destination: Destination) -> Iterator[tuple[str, int]]:
    return ((entry.path.rpartition("/")[2], entry.bytes) for entry in destination.list(paths.FILES))
