from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tesigo.platform.backup import errands
from tesigo.platform.backup.errors import BackupError
from tesigo.platform.backup.pruning import Plan
from tesigo.platform.counted import counted


class Command(BaseCommand):
    """Removes backups, WAL and files whose time is over, now; beat does so each night (R-121)."""

    help = "Removes from every destination what need not stay there any more."

    def add_arguments(self, parser: CommandParser) -> None:
        """Only looking."""
        parser.add_argument("--dry-run", action="store_true", help="only say what would go and why the rest stays")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Says what went; code 1 where a destination was not reached or a backup cannot be believed."""
        try:
            plans, failed = errands.prune(dry_run=dry_run)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for plan in plans:
            self._say(plan, dry_run=dry_run)
        problems = [f"{name}: {why}" for name, why in failed.items()]
        problems += [f"{plan.destination}: {doubt}" for plan in plans for doubt in plan.doubts]
        if problems:
            raise CommandError("\n".join(problems))

    def _say(self, plan: Plan, *, dry_run: bool) -> None:
        verb = "would go" if dry_run else "went"
        self.stdout.write(
            f"{plan.destination}: {counted(len(plan.kept.reasons), 'backup stays', 'backups stay')},"
            f" {len(plan.kept.gone)} {verb}, with {counted(len(plan.gone), 'file')} of {plan.gone_bytes:,} bytes."
        )
        if plan.point_in_time_from:
            self.stdout.write(f"  Any moment since {plan.point_in_time_from:%Y-%m-%d %H:%M} UTC can be restored.")
        if dry_run:
            for name, why in sorted(plan.kept.reasons.items()):
                self.stdout.write(f"  stays {name}: {'; '.join(why)}")
            for name in (*plan.kept.gone, *plan.unfinished):
                self.stdout.write(f"  goes  {name}")
