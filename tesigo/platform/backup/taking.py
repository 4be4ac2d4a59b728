"""Takes a backup: database, files, manifest, then sends it (R-120). One at a time on a machine.

An incremental backup that cannot be made becomes a full one, and says so. Nothing is a backup before its signed
manifest lies at a destination; what could not be sent waits in the spool and goes first at the next run.
"""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.utils import timezone

from tesigo.platform.backup import base, files, gpg, index, paths, sending, server_facts, signing
from tesigo.platform.backup.config import Config
from tesigo.platform.backup.encryption import seal
from tesigo.platform.backup.errors import BackupError
from tesigo.platform.backup.format import Count, Database, Manifest, Part, pack_keys
from tesigo.platform.backup.gpg import Recipients
from tesigo.platform.backup.index import Index
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.progress import size
from tesigo.platform.backup.sending import Reached
from tesigo.platform.backup.server_facts import Server
from tesigo.platform.backup.spool import Cutter, Last, Spool, named_if_full
from tesigo.platform.backup.stored import Stored
from tesigo.version import VERSION

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What became of a backup. ``missed`` says of each destination that lacks it why."""

    manifest: Manifest
    reached: tuple[str, ...]
    missed: dict[str, str] = field(default_factory=dict)

    @property
    def is_everywhere(self) -> bool:
        """Whether every destination has it, read back and right."""
        return not self.missed


class NowhereSent(BackupError):
    """No destination took it; what there is of the database waits in the spool."""


def take(config: Config, *, kind: Kind, say: Say, stored: Stored | None = None, now: datetime | None = None) -> Outcome:
    """Takes a backup of the kind and sends it.

    Raises `AlreadyRunning`, `NotConfigured`, `SourceFailed`, `SpoolFull`, `EncryptionFailed`, `NowhereSent`.
    """
    spool = Spool(config.spool)
    now = now or timezone.now()
    with spool.held(), ExitStack() as stack:
        to = stack.enter_context(gpg.recipients(config.recipients_file))
        server = server_facts.of_server(config.backup_url)
        reached = stack.enter_context(sending.reaching(config.places, system_id=server.system_id, say=say))
        _require_somewhere(reached)
        folder = stack.enter_context(spool.making(paths.new_id(kind, now=now)))
        known = stack.enter_context(index.opened(spool.index, run=folder.name))
        _send_pending(spool, reached, known, stored or Stored(), to=to, scratch=folder, say=say)
        sending.catch_up(reached, now=now, public_keys=config.public_keys, scratch=folder, say=say)
        maker = _Maker(config, spool, reached, known, stored or Stored(), to=to, say=say, now=now)
        made, manifest = maker.make(kind, server, folder)
        _deliver(made, manifest, reached, say=say)
        return Outcome(manifest, tuple(reached.there), dict(reached.missed))


@dataclass
class _Maker:
    config: Config
    spool: Spool
    reached: Reached
    index: Index
    stored: Stored
    to: Recipients = field(kw_only=True)
    say: Say = field(kw_only=True)
    now: datetime = field(kw_only=True)

    def make(self, kind: Kind, server: Server, scratch: Path) -> tuple[Path, Manifest]:
        """A whole backup in the spool, its files sent already. Returns its folder and manifest."""
        database, parent, manifest_of_server = None, None, None
        if kind != Kind.FILES:
            since = self._since(kind, server)
            kind = Kind.INCREMENTAL if since else Kind.FULL
            try:
                database, manifest_of_server = self._copy(kind, server, scratch, since)
            except base.NoSummaries as error:
                self.say(f"{error} A full backup is taken instead.")
                self._clear(scratch)
                since, kind = None, Kind.FULL
                database, manifest_of_server = self._copy(kind, server, scratch, None)
            parent = since.id if since else None
        self._send_files(scratch)
        manifest = self._describe(kind, database, parent, scratch)
        folder = scratch.with_name(manifest.id)
        if folder != scratch:
            scratch.rename(folder)
        if database is not None and manifest_of_server is not None:
            last = Last(manifest.id, server.version, server.system_id)
            self.spool.set_last(last, folder / manifest_of_server.name)
            folder = self.spool.keep(folder)
        return folder, manifest

    def _since(self, kind: Kind, server: Server) -> Last | None:
        """What an incremental may build on; None, and said why, when there must be a full one."""
        if kind == Kind.FULL:
            return None
        last, why = self.spool.last(), ""
        if last is None or not self.spool.last_manifest.exists():
            why = "there is no earlier backup to build on"
        elif server.version < base.INCREMENTAL_FROM_VERSION:
            why = "PostgreSQL is older than 18.6, whose incremental copies count right"
        elif last.postgres_version != server.version:
            why = "PostgreSQL has another version than at the last backup"
        elif last.system_id != server.system_id:
            why = "the last backup is of another database"
        elif not server.summarizes_wal:
            why = "summarize_wal is off"
        elif not self._is_kept(last.id):
            why = "the last backup lies at no destination any more"
        if why:
            self.say(f"A full backup is taken, not an incremental one: {why}.")
            return None
        return last

    def _is_kept(self, backup_id: str) -> bool:
        found: list[bool] = []
        self.reached.each(lambda destination: found.append(destination.exists(paths.manifest(backup_id))))
        return any(found)

    def _copy(self, kind: Kind, server: Server, folder: Path, since: Last | None) -> tuple[Database, Path]:
        before = server_facts.count_rows(self.config.site_database)
        copy = base.copy(
            url=self.config.backup_url,
            label=paths.new_id(kind, now=self.now),
            folder=folder,
            to=self.to,
            say=self.say,
            since=self.spool.last_manifest if since else None,
        )
        after = server_facts.count_rows(self.config.site_database)
        about = copy.about
        return Database(
            postgres_version=server.version,
            system_id=server.system_id,
            timeline=about.timeline,
            start_lsn=about.start_lsn,
            stop_lsn=about.stop_lsn,
            start_wal=server_facts.segment_name(
                about.start_lsn, timeline=about.timeline, segment_bytes=server.segment_bytes
            ),
            stop_wal=server_facts.segment_name(
                about.stop_lsn, timeline=about.timeline, segment_bytes=server.segment_bytes, is_end=True
            ),
            settings=server.settings,
            parts=copy.parts,
            plain_bytes=copy.plain.bytes,
            plain_sha256=copy.plain.sha256,
            counts={
                table: Count(before.get(table, 0), after.get(table, 0))
                for table in sorted(before.keys() | after.keys())
            },
            migrations=server_facts.migrations(self.config.site_database),
        ), copy.manifest

    def _send_files(self, scratch: Path) -> None:
        if not self.index.knows_sent():
            self.index.add_sent(sending.newest_keys(self.reached, public_keys=self.config.public_keys))
        files.look(self.index, self.stored, say=self.say)
        files.send(self.index, self.stored, self.reached, to=self.to, folder=scratch, say=self.say)

    def _describe(self, kind: Kind, database: Database | None, parent: str | None, folder: Path) -> Manifest:
        cutter = Cutter(folder, "files")
        try:
            seal((file.to_line() for file in self.index.files()), to=self.to, take=cutter.take)
            file_list = cutter.finish()
        finally:
            cutter.abandon()
        count, total = self.index.totals()
        manifest = Manifest(
            id=paths.new_id(kind, now=self.now),
            kind=kind,
            parent=parent,
            site_version=VERSION,
            started_at=self.now,
            finished_at=timezone.now(),
            database=database,
            file_list=file_list,
            keys=_write(folder, "keys.zst", pack_keys(self.index.keys())),
            files_count=count,
            files_bytes=total,
        )
        raw = manifest.to_json()
        _write(folder, "manifest.json.sig", signing.sign(raw, key=self.config.signing_key).encode())
        _write(folder, "manifest.json", raw)
        return manifest

    def _clear(self, folder: Path) -> None:
        for path in folder.iterdir():
            path.unlink()


def _send_pending(
    spool: Spool, reached: Reached, known: Index, stored: Stored, *, to: Recipients, scratch: Path, say: Say
) -> None:
    """What an earlier run could not send goes first; later ones build on it."""
    for folder in spool.pending():
        manifest = Manifest.from_json((folder / "manifest.json").read_bytes(), where=str(folder.name))
        say(f"{manifest.id} waits to be sent since an earlier run.")
        files.look(known, stored, say=say)
        files.send(known, stored, reached, to=to, folder=scratch, say=say)
        _deliver(folder, manifest, reached, say=say)


def _deliver(folder: Path, manifest: Manifest, reached: Reached, *, say: Say) -> None:
    """Sends it, and takes it out of the spool once one destination has it: the others get it from there."""
    _require_somewhere(reached)
    reached.each(lambda destination: sending.send(folder, manifest, destination, say=say))
    _require_somewhere(reached)
    say(f"{manifest.id}: {size(manifest.sent_bytes)} at {', '.join(reached.there)}, read back and right.")
    shutil.rmtree(folder, ignore_errors=True)


def _require_somewhere(reached: Reached) -> None:
    if not reached.there:
        raise NowhereSent("No destination took the backup. " + " ".join(reached.missed.values()))


def _write(folder: Path, name: str, content: bytes) -> Part:
    with named_if_full():
        (folder / name).write_bytes(content)
    return Part(name, len(content), sha256(content).hexdigest())
