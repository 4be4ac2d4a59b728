"""`manage.py erase_again`: erases in a restored copy whom a ledger on standard input names (R-121)."""

import json
import sys
from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.domain import erased_again


class Command(BaseCommand):
    help = "Erases again whom a restored database brought back: JSON lines of user_id and at; `restore` runs it."
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        came: Counter[str] = Counter()
        for number, line in enumerate(sys.stdin, 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                user_id, at = int(entry["user_id"]), datetime.fromisoformat(entry["at"])
            except (ValueError, KeyError, TypeError) as error:
                raise CommandError(f"Line {number} of the ledger cannot be read.") from error
            came[erased_again.erase_again(user_id=user_id, erased_at=at)] += 1
        came["begun before, ended now"] = erased_again.finish_begun()
        came["only asked for, held for a day"] = erased_again.hold_asked()
        self.stdout.write(json.dumps({words: number for words, number in came.items() if number}))
