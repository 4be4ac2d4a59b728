"""`manage.py restore_drill`: restores a random backup of the last month into a scratch cluster and looks (R-120)."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tesigo.platform.backup import drill, opening, paths, verification
from tesigo.platform.backup.errors import BackupError


class Command(BaseCommand):
    help = (
        "Restores a random backup of the last month beside everything, compares it with its manifest and leaves a "
        "signed report at the destination. Ends with 1 where something is wrong, with 2 where it could not look."
    )
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="destination", help="a name in BACKUP_DESTINATIONS; the first otherwise")
        parser.add_argument("--backup", help="this one, not a random one")
        parser.add_argument("--private-key", type=Path, help="a file with the key that decrypts")
        parser.add_argument("--passphrase-file", type=Path)
        parser.add_argument("--scratch", type=Path, help="where it is unpacked; the system's temporary folder")

    def handle(self, *args: Any, destination: str | None, **options: Any) -> None:
        if options["backup"] and not paths.is_id(options["backup"]):
            raise CommandError(f"{options['backup']} is not the name of a backup.", returncode=2)
        known = settings.DATABASES["default"]
        now = timezone.now()
        outcomes = []
        try:
            key = options["private_key"] or opening.local_key()
            with (
                opening.shelf(destination) as shelf,
                opening.opener(key, options["passphrase_file"]) as opener,
            ):
                backup_id = options["backup"] or drill.choose(shelf, now=now)
                for outcome in drill.look(
                    shelf,
                    backup_id,
                    options["scratch"] or Path(tempfile.gettempdir()),
                    database=known["NAME"],
                    user=known["USER"],
                    opener=opener,
                    say=lambda line: self.stdout.write(f"  {line}"),
                ):
                    outcomes.append(outcome)
                    self.stdout.write(f"{'ok ' if outcome.is_good else 'BAD'} {outcome.name}: {outcome.said}")
                    for fault in outcome.faults:
                        self.stdout.write(f"      {fault}")
                report = verification.report(backup_id, shelf.destination.name, outcomes, now=now)
                path = drill.leave_report(shelf, report, key=settings.BACKUP_SIGNING_KEY, now=now)
        except BackupError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"Report: {path}")
        if not report["is_good"]:
            raise CommandError(f"Backup {backup_id} is NOT good.", returncode=1)
        self.stdout.write(f"Backup {backup_id} is good: restored, compared and looked at.")
