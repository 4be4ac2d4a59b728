"""The copy of the database: PostgreSQL's own base backup, full or incremental, as a stream into encrypted parts.

`pg_basebackup -D - -Ft -X fetch` writes one tar that holds the WAL of its own time, so that a copy starts without any
archive. Nothing of it lies on a disk in plain, except PostgreSQL's list of its files, for the next incremental.
"""

import os
import select
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from psycopg.conninfo import conninfo_to_dict

from tesigo.platform.backup import server_facts
from tesigo.platform.backup.encryption import BLOCK_BYTES, Plain, seal
from tesigo.platform.backup.errors import NotConfigured, SourceFailed
from tesigo.platform.backup.format import Part
from tesigo.platform.backup.gpg import Recipients
from tesigo.platform.backup.programs import program
from tesigo.platform.backup.progress import Progress, size
from tesigo.platform.backup.server_facts import Copied
from tesigo.platform.backup.spool import Cutter, named_if_full
from tesigo.platform.backup.tar_tap import TarTap
from tesigo.platform.counted import counted

#: Versions before it count rows that are gone in combined copies (decision 0008).
INCREMENTAL_FROM_VERSION: Final = 180006
#: Seconds without a byte: a checkpoint comes first, and a server that is busy takes its time.
_SILENCE_SECONDS: Final = 900
_END_SECONDS: Final = 60
_WORDS: Final = 800
_MANIFEST: Final = "backup_manifest"
#: What PostgreSQL says when it cannot tell what changed since the last copy.
_NO_SUMMARIES: Final = ("WAL summar", "in manifest", "manifest requires", "backup manifest")
_ENVIRONMENT: Final = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class NoSummaries(SourceFailed):
    """PostgreSQL lacks what an incremental backup is made from: a full one is needed."""


@dataclass(frozen=True)
class Copy:
    """A copy in the spool."""

    parts: tuple[Part, ...]
    plain: Plain
    about: Copied
    #: PostgreSQL's own manifest of it, for the next incremental.
    manifest: Path


def copy(
    *, url: str, label: str, folder: Path, to: Recipients, say: Callable[[str], None], since: Path | None = None
) -> Copy:
    """Copies the database into parts in ``folder``; ``since`` is the manifest that an incremental one builds on.

    Raises `NoSummaries`, `SourceFailed`, `SpoolFull`, `EncryptionFailed`; no child is left in any case.
    """
    cutter, tap = Cutter(folder, "base"), TarTap(_MANIFEST)
    progress = Progress(say, "database read")
    try:
        with _streaming(url, label, since) as stream:

            def chunks() -> Iterator[bytes]:
                for chunk in stream:
                    tap.feed(chunk)
                    progress.add(len(chunk))
                    yield chunk

            plain = seal(chunks(), to=to, take=cutter.take)
        parts = cutter.finish()
    finally:
        cutter.abandon()
    if not tap.found:
        raise SourceFailed("pg_basebackup ended without its manifest.")
    progress.end(f"{size(cutter.bytes)} encrypted in {counted(len(parts), 'part')}")
    kept = folder / _MANIFEST
    with named_if_full():
        kept.write_bytes(tap.found)
    return Copy(parts=parts, plain=plain, about=server_facts.of_manifest(bytes(tap.found)), manifest=kept)


@contextmanager
def _streaming(url: str, label: str, since: Path | None) -> Iterator[Iterator[bytes]]:
    process = subprocess.Popen(
        _command(label, since),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(url),
    )
    words = bytearray()
    assert process.stdout is not None
    assert process.stderr is not None
    listener = threading.Thread(target=_listen, args=(process.stderr, words), name="pg_basebackup-words", daemon=True)
    listener.start()
    with process.stdout, process.stderr:
        try:
            yield _read(process, listener, words)
        finally:
            process.kill()
            process.wait(_END_SECONDS)
            listener.join(_END_SECONDS)


def _listen(stream: IO[bytes], words: bytearray) -> None:
    for line in stream:
        words.extend(line)
        del words[:-_WORDS]


def _read(process: "subprocess.Popen[bytes]", listener: threading.Thread, words: bytearray) -> Iterator[bytes]:
    """What it writes; raises at the end unless it ended well, so that nothing half is sealed as whole."""
    assert process.stdout is not None
    while True:
        ready, _, _ = select.select([process.stdout], [], [], _SILENCE_SECONDS)
        if not ready:
            raise SourceFailed(f"PostgreSQL sent nothing for {_SILENCE_SECONDS} s.")
        block = os.read(process.stdout.fileno(), BLOCK_BYTES)
        if not block:
            break
        yield block
    try:
        code = process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SourceFailed("pg_basebackup does not end.") from error
    listener.join(_END_SECONDS)
    if code:
        raise _meaning(words.decode("utf-8", "replace"), code)


def _meaning(words: str, code: int) -> SourceFailed:
    lines = [line.removeprefix("pg_basebackup: ") for line in words.splitlines() if line.strip()]
    told = "; ".join(lines) or f"it ended with code {code}"
    if any(sign in told for sign in _NO_SUMMARIES):
        return NoSummaries(f"PostgreSQL cannot make an incremental copy: {told}")
    return SourceFailed(f"pg_basebackup: {told}")


def _command(label: str, since: Path | None) -> list[str]:
    try:
        path = program("pg_basebackup")
    except NotConfigured as error:
        raise SourceFailed(str(error)) from error
    words = [
        str(path),
        "--pgdata=-",
        "--format=tar",
        "--wal-method=fetch",
        "--checkpoint=fast",
        "--no-password",
    ]
    words.append(f"--label={label}")
    if since is not None:
        words.append(f"--incremental={since}")
    # It must not outlive us, whatever ends us.
    if setpriv := shutil.which("setpriv"):
        words = [setpriv, "--pdeathsig", "KILL", *words]
    return words


def _environment(url: str) -> dict[str, str]:
    """Where and who, out of sight of others on the machine: not in the command line."""
    known = conninfo_to_dict(url)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    told = {_ENVIRONMENT[name]: str(value) for name, value in known.items() if name in _ENVIRONMENT}
    return kept | told | {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "10", "PGAPPNAME": "tesigo backup"}
