"""`manage.py interrupted_jobs`: lists interrupted jobs; with --nudge, restarts lost work (R-92)."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from generation.engine import interrupted
from tesigo.platform.counted import counted


class Command(BaseCommand):
    help = "Lists open jobs that nobody holds and that have not moved for some minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        minutes = int(interrupted.QUIET.total_seconds() // 60)
        parser.add_argument(
            "--minutes", type=int, default=minutes, help=f"minutes without a sign of life (default {minutes})"
        )
        parser.add_argument("--nudge", action="store_true", help="send the workers to everything that can be claimed")

    def handle(self, *args: Any, minutes: int, nudge: bool, **options: Any) -> None:
        found = interrupted.interrupted(now=timezone.now(), quiet=timedelta(minutes=max(0, minutes)))
        count = 0
        for job in found.values("pk", "document_id", "kind", "state", "stage", "since", "waits_for", "last_error"):
            count += 1
            since = f"{job['since']:%Y-%m-%d %H:%M:%S}Z"
            stage = f"{job['state']} {job['stage'] or '-'}"
            waits = f"waits for the {job['waits_for']}; " if job["waits_for"] else ""
            self.stdout.write(
                f"{job['pk']}  document {job['document_id']}  {job['kind']} {stage}  since {since}  "
                f"{waits}{job['last_error'] or 'no error'}"
            )
        self.stdout.write(f"{count} interrupted" if count else "Nothing is interrupted.")
        if nudge:
            opened, drains = interrupted.set_going()
            self.stdout.write(f"{counted(opened, 'job')} opened, {counted(drains, 'wake-up')} sent")
