"""`manage.py reconcile`: compares books, payments and Stripe for a UTC day (R-14)."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.domain.reconciliation import reconcile
from billing.errors import ProviderError
from tesigo.platform.counted import counted


class Command(BaseCommand):
    """Prints the counts, what was repaired and what differs; exits with 1 when something still does."""

    help = "Compares the books, our payments and Stripe for a UTC day, and repairs what is safe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--day", type=date.fromisoformat, help="the UTC day, as 2026-11-21 (yesterday, if left out)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only look, repair nothing")

    def handle(self, *args: Any, day: date | None, dry_run: bool, **options: Any) -> None:
        day = day or timezone.now().date() - timedelta(days=1)
        try:
            report = reconcile(day=day, repair=not dry_run)
        except ProviderError as error:
            raise CommandError(f"Stripe could not be asked: {error}") from error
        counts = ", ".join(f"{name} {number}" for name, number in sorted(report.counts.items())) or "nothing"
        self.stdout.write(f"{day}: {counts}")
        for line in report.repaired:
            self.stdout.write(f"repaired: {line}")
        for line in report.differences:
            self.stdout.write(f"differs: {line}")
        if report.differences:
            raise CommandError(counted(len(report.differences), "difference"), returncode=1)
        self.stdout.write("The books, our payments and Stripe agree.")
