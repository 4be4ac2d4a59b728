"""Lets go of what has been kept long enough; with --dry-run only says what would go (R-73)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from privacy.domain import retention
from tesigo.platform.counted import counted


class Command(BaseCommand):
    help = "Deletes, or empties, what has been kept as long as the retention rules allow."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list what would go and change nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        failed = 0
        for applied in retention.preview(now=now) if dry_run else retention.apply(now=now):
            rule = applied.rule
            if applied.failure:
                failed += 1
                self.stderr.write(f"{rule.model}: {rule.label}: failed ({applied.failure}); the log says where")
                continue
            goes, gone = ("would be emptied", "emptied") if rule.empties else ("would go", "gone")
            verb = goes if dry_run else gone
            self.stdout.write(f"{rule.model}: {rule.label}, kept {rule.keep.days} days: {applied.rows} {verb}")
            if dry_run:
                for key in applied.keys:
                    self.stdout.write(f"  {key}")
                if applied.rows > len(applied.keys):
                    self.stdout.write(f"  … and {applied.rows - len(applied.keys)} more")
        if failed:
            raise CommandError(f"{counted(failed, 'rule')} could not be applied; the others were.")
