import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from tesigo.platform.backup import makers
from tesigo.platform.backup.config import configured
from tesigo.platform.backup.errors import AlreadyRunning, BackupError, NotConfigured
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.taking import take
from tesigo.platform.processes import give_way

#: Exit codes: no backup was kept; kept, but not at every destination; another one runs.
FAILED, PARTLY, BUSY = 1, 2, 3


class Command(BaseCommand):
    """Takes a backup and sends it to every destination (R-120).

    Exit code 0: everywhere; 1: nowhere; 2: not at every destination; 3: another one runs.
    """

    help = "Takes a backup: what changed since the last one, or with --full everything."

    def add_arguments(self, parser: CommandParser) -> None:
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--full", action="store_true", help="the whole database, not what changed")
        kind.add_argument("--files", action="store_true", help="stored files alone, as each hour")

    def handle(self, *args: Any, full: bool, files: bool, **options: Any) -> None:
        """Says how far it is; ends as the exit codes say."""
        kind = Kind.FULL if full else Kind.FILES if files else Kind.INCREMENTAL
        began_at = timezone.now()
        give_way()
        signal.signal(signal.SIGTERM, _end)
        try:
            config = configured()
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
            outcome = take(config, kind=kind, say=self._say)
        except AlreadyRunning as error:
            raise CommandError(str(error), returncode=BUSY) from error
        except BackupError as error:
            if not isinstance(error, NotConfigured):
                self._record(kind=kind, began_at=began_at, outcome=None, error=str(error))
            raise CommandError(str(error), returncode=FAILED) from error
        self._record(kind=kind, began_at=began_at, outcome=outcome)
        for problem in outcome.missed.values():
            self.stderr.write(problem)
        if not outcome.is_everywhere:
            raise CommandError(
                f"{outcome.manifest.id} is kept at {', '.join(outcome.reached)} only; the next run tries the others.",
                returncode=PARTLY,
            )
        self._say(f"{outcome.manifest.id} is kept at {', '.join(outcome.reached)}.")

    def _record(self, **facts: Any) -> None:
        """For staff and for what watches: how it ended."""
        if not makers.record(**facts):
            self.stderr.write("The database did not take the row that tells staff of this backup.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _end(_signal: int, _frame: FrameType | None) -> None:
    """As an exception, so that what was begun is put away."""
    raise SystemExit(128 + signal.SIGTERM)
