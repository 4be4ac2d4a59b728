from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from local import up


class Command(BaseCommand):
    """Listed here for `manage.py help`; `manage.py up` itself never comes here, for it loads no Django."""

    help = "Starts servers, site, worker, beat and sandbox, and keeps them running."
    # The database is not there yet.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--staff-email", default=up.STAFF_EMAIL)

    def handle(self, *args: Any, **options: Any) -> None:
        code = up.main(["--staff-email", options["staff_email"]])
        if code:
            raise CommandError("It was not started.", returncode=code)
