"""`manage.py restore --to TIME`: the database, then the stored files, as they were at a moment (R-120 to R-122)."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tesigo.platform.backup import opening, put_back, restoring
from tesigo.platform.backup.copies import CopyError
from tesigo.platform.backup.errors import BackupError
from tesigo.platform.backup.restoring import Plan
from tesigo.platform.backup.shelf import Opener, Shelf
from tesigo.platform.log import mask
from tesigo.platform.stack import VAR, Stack

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
        self.stdout.write(
            f"{len(missing)} stored files that rows name are missing; they are fetched from "
            f"{shelf.destination.name} and put into the storage. What is there stays."
        )
        self._ask(options)
        done = put_back.put_back(shelf, near=to or timezone.now(), opener=opener, say=self._say)
        self.stdout.write(f"{done.put} files put back ({done.bytes / 1024**2:,.1f} MB), {done.present} were there")
        for name in done.unknown:
            self.stderr.write(f"in no backup: {name}")
        for fault in done.faults:
            self.stderr.write(fault)
        if done.faults or done.unknown:
            raise CommandError(f"{len(done.faults) + len(done.unknown)} files could not be put back.")

    def _database(self, shelf: Shelf, opener: Opener, to: datetime | None, options: dict[str, Any]) -> None:
        if options["to"] is None:
            raise CommandError("Say to which moment: --to '2026-11-29 11:00' (UTC), or --to latest.")
        server = Stack(VAR).postgres()
        into = options["into"]
        now = timezone.now()
        if into is None:
            if settings.DATABASES["default"]["PORT"] != str(server.port):
                raise CommandError(
                    "The database is not the embedded one: --into DIR makes its data directory, docs/recovery.md says"
                    " how your server gets it."
                )
            if (pid := server.pid()) is not None:
                raise CommandError(f"PostgreSQL is running (process {pid}). Stop the site first; nothing was done.")
            home = server.home / f"restore-{now:%Y%m%dT%H%M%SZ}"
            server.home.mkdir(parents=True, exist_ok=True)
        else:
            home = into.resolve()
        restoring.check_target(home)
        planned = restoring.plan(shelf, to=to, backup_id=options["backup"])
        self.stdout.write("\n".join(planned.lines()))
        self.stdout.write(f"Into       {home if into else server.data}")
        if into is None and server.data.exists():
            self.stdout.write(f"The data of now are kept as {server.data.name}.before-{now:%Y%m%dT%H%M%SZ}.")
        self._ask(options)
        self._tell("A restore has begun", f"Restoring to {options['to']} (UTC) from backup {planned.backup_id}.")
        begun = timezone.now()
        try:
            restored = self._carry_out(shelf, opener, planned, home, options)
        except BaseException as error:
            kind = type(error).__name__
            self._tell("A restore has failed", f"{kind}: {error}\nThe data of before are as they were.")
            raise
        took = timezone.now() - begun
        self._tell("A restore is done", f"Backup {planned.backup_id}, restored to {options['to']} in {took.seconds} s.")
        if restored.faults:
            raise CommandError("Restored, and the checks found:\n" + "\n".join(restored.faults))

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
        last = f"{restored.last_commit:%Y-%m-%d %H:%M:%S} UTC" if restored.last_commit else "the end of the backup"
        if options["into"] is None:
            server = Stack(VAR).postgres()
            restoring.set_password(copy, server.password)
            kept = restoring.put_in_place(copy, server, now=timezone.now())
            self.stdout.write(f"Restored: the last transaction is of {last}. Start the site, then take a full backup.")
            if kept:
                self.stdout.write(f"The old data are in {kept}; remove them when nobody misses anything.")
        else:
            self.stdout.write(f"Restored into {copy.data}: the last transaction is of {last}.")
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
        """By mail at once: what tells staff otherwise stands in the database that is away."""
        try:
            if settings.ALERT_EMAILS:
                send_mail(f"[{settings.SITE_NAME}] {subject}", mask(text), None, settings.ALERT_EMAILS)
                self.stdout.write(f"Staff told by mail: {subject}")
                return
        except (SMTPException, OSError) as error:
            self.stderr.write(f"The mail server did not take it ({type(error).__name__}).")
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
