from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tesigo.platform.backup import errands
from tesigo.platform.backup.errors import BackupError
from tesigo.platform.counted import counted


class Command(BaseCommand):
    """Sends WAL that has arrived to every destination, now; beat does so every five minutes (R-122)."""

    help = "Seals the WAL in the spool and sends it to every destination."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--close", action="store_true", help="all until now, not only what is complete")

    def handle(self, *args: Any, close: bool, **options: Any) -> None:
        """Says what went where; code 1 where something is left."""
        try:
            if close:
                self.stdout.write(f"{errands.close_segment()} is the last segment until now.")
            done = errands.ship_wal()
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{counted(len(done.sealed), 'segment')} sealed, {len(done.removed)} sent to every destination."
        )
        problems = [f"{name}: {why}" for name, why in (done.failed | done.damaged).items()]
        problems += [f"Missing for good: {first} to {last}" for first, last in done.gaps]
        if problems:
            raise CommandError("\n".join(problems))
