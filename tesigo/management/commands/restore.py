"""`manage.py restore --to TIME`: the database, then the stored files, as they were at a moment (R-120 to R-122)."""

import signal
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from local.stack import Stack
from tesigo.platform.alert_now import tell_now
from tesigo.platform.backup import opening, put_back, restoring, shipping
from tesigo.platform.backup.copies import CopyError
from tesigo.platform.backup.errors import BackupError
from tesigo.platform.backup.restoring import Plan
from tesigo.platform.backup.shelf import Opener, Shelf
from tesigo.platform.counted import counted
from tesigo.platform.paths import VAR
from tesigo.platform.processes import file_lock

LATEST = "latest"


class Command(BaseCommand):
    help = (
        "Restores the database to a moment and puts missing stored files back; says what it will do and asks first. "
        "The embedded server's old data are kept beside. docs/recovery.md says what to do in which order."
    )
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", help="a moment, in UTC where it names no zone: '2026-11-29 11:00'; or `latest`")
        parser.add_argument("--from", dest="destination", help="a name in BACKUP_DESTINATIONS; the first otherwise")
        parser.add_argument("--into", type=Path, help="make the data directory there, for a server of one's own")
        parser.add_argument("--backup", help="begin with this one, not with the newest before the moment")
        parser.add_argument("--only", choices=["database", "files"], help="one of the two")
        parser.add_argument("--private-key", type=Path, help="a file with the key that decrypts")
        parser.add_argument("--passphrase-file", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = options["private_key"] or opening.local_key()
            with (
                opening.shelf(options["destination"]) as shelf,
                opening.opener(key, options["passphrase_file"]) as opener,
            ):
                to = _moment(options["to"])
                if options["only"] == "files":
                    self._files(shelf, opener, to, options)
                else:
                    self._database(shelf, opener, to, options)
        except (BackupError, CopyError) as error:
            raise CommandError(str(error)) from error

    def _files(self, shelf: Shelf, opener: Opener, to: datetime | None, options: dict[str, Any]) -> None:
        missing = sorted(put_back.missing())
        if not missing:
            self.stdout.write("Every stored file that rows name is there; nothing is to be done.")
            return
        self.stdout.write(
            f"{counted(len(missing), 'stored file')} that rows name must be fetched from {shelf.destination.name}"
            " and put into the storage. What is there stays."
        )
        self._ask(options)
        done = put_back.put_back(shelf, near=to or timezone.now(), opener=opener, say=self._say)
        self.stdout.write(
            f"{counted(done.put, 'file')} put back ({done.bytes / 1024**2:,.1f} MB), {done.present} were there"
        )
        for name in done.unknown:
            self.stderr.write(f"in no backup: {name}")
        for fault in done.faults:
            self.stderr.write(fault)
        if done.faults or done.unknown:
            raise CommandError(f"{counted(len(done.faults) + len(done.unknown), 'file')} could not be put back.")

    def _database(self, shelf: Shelf, opener: Opener, to: datetime | None, options: dict[str, Any]) -> None:
        if options["to"] is None:
            raise CommandError("Say to which moment: --to '2026-11-29 11:00' (UTC), or --to latest.")
        with ExitStack() as stack:
            home = options["into"].resolve() if options["into"] else self._embedded(stack)
            restoring.check_target(home)
            planned = restoring.plan(shelf, to=to, backup_id=options["backup"])
            self.stdout.write("\n".join(planned.lines()))
            self.stdout.write(f"Into       {home / 'data' if options['into'] else Stack(VAR).postgres().data}")
            if options["into"] is None and Stack(VAR).postgres().data.exists():
                self.stdout.write("The data of now are kept beside, as data.before-….")
            self._ask(options)
            signal.signal(signal.SIGTERM, _end)
            self._restore(shelf, opener, planned, home, options)

    def _embedded(self, stack: ExitStack) -> Path:
        """Where the copy is made beside the embedded server's data, which stays stopped for the block."""
        server = Stack(VAR).postgres()
        if settings.DATABASES["default"]["PORT"] != str(server.port):
            raise CommandError(
                "The database is not the embedded one: --into DIR makes its data directory, docs/recovery.md says"
                " how your server gets it."
            )
        # The lock of `make run`: neither starts while the other is at it.
        if not stack.enter_context(file_lock(VAR / "up.lock", wait=False)):
            raise CommandError("The site is running, or another restore. Stop it first; nothing was done.")
        if (pid := server.pid()) is not None:
            raise CommandError(f"PostgreSQL is running (process {pid}). Stop the site first; nothing was done.")
        server.home.mkdir(parents=True, exist_ok=True)
        for name in restoring.sweep(server.home):
            self.stdout.write(f"Removed what a restore left that did not come to its end: {name}")
        return server.home / f"{restoring.DRAFT}{timezone.now():%Y%m%dT%H%M%SZ}"

    def _restore(self, shelf: Shelf, opener: Opener, planned: Plan, home: Path, options: dict[str, Any]) -> None:
        self._tell("A restore has begun", f"Restoring to {options['to']} (UTC) from backup {planned.backup_id}.")
        begun = timezone.now()
        try:
            restored = self._carry_out(shelf, opener, planned, home, options)
        except BaseException as error:
            said = str(error) if isinstance(error, BackupError | CopyError) else ""
            self._tell("A restore has failed", f"{type(error).__name__}: {said}\nThe data of before are as they were.")
            raise
        took = (timezone.now() - begun).total_seconds()
        text = f"Backup {planned.backup_id}, restored to {options['to']} in {counted(round(took), 'second')}."
        if restored.faults:
            self._tell("A restore is done, and its checks found faults", "\n".join([text, *restored.faults]))
            raise CommandError("Restored, and the checks found:\n" + "\n".join(restored.faults))
        self._tell("A restore is done", text)
        self.stdout.write(f"Took {counted(round(took), 'second')}.")

    def _carry_out(
        self, shelf: Shelf, opener: Opener, planned: Plan, home: Path, options: dict[str, Any]
    ) -> restoring.Restored:
        known = settings.DATABASES["default"]
        with_files = None
        if options["only"] is None and options["into"] is None:
            with_files = ["--from", shelf.destination.name, "--to", options["to"]]
            for name in ("private_key", "passphrase_file"):
                if options[name]:
                    with_files += [f"--{name.replace('_', '-')}", str(options[name])]
        copy, restored = restoring.restore(
            shelf, planned, home, database=known["NAME"], user=known["USER"], opener=opener, say=self._say,
            with_files=with_files,
        )  # fmt: skip
        for words, number in restored.erased.items():
            self.stdout.write(f"erasures   {number} {words}")
        for one in restored.checks:
            self.stdout.write(f"{'ok ' if one.is_good else 'BAD'} {one.name}: {one.said}")
        until = "until the end of the backup"
        if restored.last_commit:
            until = f"the last transaction is of {restored.last_commit:%Y-%m-%d %H:%M:%S} UTC"
        if options["into"] is None:
            server = Stack(VAR).postgres()
            restoring.set_passwords(copy, site=server.password, backup_url=settings.BACKUP_DATABASE_URL)
            kept = restoring.put_in_place(copy, server, now=timezone.now())
            # What comes next follows on nothing that has arrived, and only a full backup begins anew.
            shipping.begin_anew(settings.BACKUP_SPOOL)
            shipping.note_hole(settings.BACKUP_SPOOL, now=timezone.now())
            self.stdout.write(f"Restored, {until}. Start the site, then take a full backup.")
            if kept:
                self.stdout.write(f"The old data are in {kept}; remove them when nobody misses anything.")
        else:
            self.stdout.write(f"Restored into {copy.data}, {until}.")
        return restored

    def _ask(self, options: dict[str, Any]) -> None:
        if options["yes"]:
            return
        try:
            given = input("Type yes to go on: ").strip()
        except EOFError as error:
            raise CommandError("Nothing was done: there is nobody to ask. --yes goes on without asking.") from error
        if given != "yes":
            raise CommandError("Nothing was done.")

    def _tell(self, subject: str, text: str) -> None:
        """At once: what tells staff otherwise stands in the database that is away."""
        if took := tell_now(subject=subject, text=text):
            self.stdout.write(f"Staff told by {' and '.join(took)}: {subject}")
        else:
            self.stderr.write(f"NOBODY was told: {subject}")

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()


def _moment(text: str | None) -> datetime | None:
    if text in (None, LATEST):
        return None
    assert text is not None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no moment: write it as '2026-11-29 11:00' (UTC).") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > timezone.now():
        raise CommandError(f"{text} is in the future.")
    return at


def _end(_signal: int, _frame: FrameType | None) -> None:
    """As an exception, so that what was begun is put away and staff are told."""
    raise SystemExit(128 + signal.SIGTERM)
