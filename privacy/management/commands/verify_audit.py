"""Recomputes the chain of the audit trail; fails where a row was changed, removed or put in (R-74)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.domain import audit
from tesigo.platform.counted import counted


class Command(BaseCommand):
    help = "Checks that no row of the audit trail was changed or removed."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = audit.verify()
        if verdict.broken_at is not None:
            raise CommandError(f"The chain is broken at seal {verdict.broken_at}.")
        if verdict.cut:
            self.stdout.write(f"{verdict.cut} older rows were let go; the chain begins after them")
        self.stdout.write(
            f"{counted(verdict.checked, 'row')} whole, {verdict.unsealed} not sealed yet, head {verdict.head}"
        )
