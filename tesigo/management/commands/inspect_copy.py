"""`manage.py inspect_copy`: the apps' own checks of the database it is given, as JSON (R-120)."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from tesigo.platform.backup import inspection


class Command(BaseCommand):
    help = "Checks the audit trail, the books and the like of this database; `verify_backup` runs it on a copy."
    #: The copy may be older than the code.
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(inspection.as_json(inspection.of_apps())))
