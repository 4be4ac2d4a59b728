"""`manage.py verify_backup [ID] [--from DESTINATION]`: whether a backup can be restored (R-120)."""

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tesigo.platform.backup import opening, paths, verification
from tesigo.platform.backup.errors import BackupError
from tesigo.platform.backup.inspection import Outcome
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.shelf import Shelf


class Command(BaseCommand):
    help = (
        "Checks signatures, hashes and WAL of a backup, the newest where none is named; with a private key also "
        "decrypts it, starts a copy of the database and looks at that. Ends with 1 where something is wrong, with 2 "
        "where it could not look."
    )
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", nargs="?", help="as 20261129T020000Z-full")
        parser.add_argument("--from", dest="destination", help="a name in BACKUP_DESTINATIONS; the first otherwise")
        parser.add_argument("--private-key", type=Path, help="a file with the key that decrypts")
        parser.add_argument("--passphrase-file", type=Path)
        parser.add_argument("--hashes-only", action="store_true", help="decrypt nothing")
        parser.add_argument("--scratch", type=Path, help="where a copy is unpacked; the system's temporary folder")
        parser.add_argument("--json", action="store_true", help="the report as JSON on standard output")

    def handle(self, *args: Any, backup: str | None, destination: str | None, **options: Any) -> None:
        outcomes: list[Outcome] = []
        try:
            with opening.shelf(destination) as shelf:
                backup_id = backup or shelf.newest()
                if not paths.is_id(backup_id):
                    raise CommandError(f"{backup_id} is not the name of a backup.", returncode=2)
                for outcome in self._checks(shelf, backup_id, options):
                    outcomes.append(outcome)
                    self._say(outcome)
                report = verification.report(backup_id, shelf.destination.name, outcomes, now=timezone.now())
        except BackupError as error:
            if all(one.is_good for one in outcomes):
                raise CommandError(str(error), returncode=2) from error
            # What was found before counts, also where the key is a wrong one.
            words = f"The backup is NOT good, and the rest could not be looked at: {error}"
            raise CommandError(words, returncode=1) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=1))
        if not report["is_good"]:
            raise CommandError(f"Backup {backup_id} is NOT good.", returncode=1)
        self._line(f"Backup {backup_id} is good.")

    def _checks(self, shelf: Shelf, backup_id: str, options: dict[str, Any]) -> Iterator[Outcome]:
        are_good = True
        for outcome in verification.hashes(shelf, backup_id):
            are_good = are_good and outcome.is_good
            yield outcome
        if options["hashes_only"]:
            return
        key = options["private_key"] or opening.local_key()
        if key is None:
            self._line("Nothing was decrypted: --private-key names none, and this machine has none of its own.")
            return
        if not are_good and not shelf.is_readable(backup_id):
            return
        with opening.opener(key, options["passphrase_file"]) as opener:
            yield verification.file_contents(shelf, backup_id, opener=opener)
            if paths.parse_id(backup_id)[1] != Kind.FILES:
                known = settings.DATABASES["default"]
                place = options["scratch"] or Path(tempfile.gettempdir())
                yield from verification.copy(
                    shelf,
                    backup_id,
                    place,
                    database=known["NAME"],
                    user=known["USER"],
                    opener=opener,
                    say=lambda line: self._line(f"  {line}"),
                )

    def _say(self, outcome: Outcome) -> None:
        mark = "ok " if outcome.is_good else "BAD"
        self._line(f"{mark} {outcome.name}: {outcome.said} ({outcome.seconds:.1f} s)")
        for fault in outcome.faults:
            self._line(f"      {fault}")

    def _line(self, text: str) -> None:
        # Standard output may be a report for a program.
        print(text, file=sys.stderr, flush=True)
