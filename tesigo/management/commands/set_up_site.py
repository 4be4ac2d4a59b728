import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tesigo.platform.counted import counted
from tesigo.platform.setting_up import telling
from tesigo.platform.static_files import collect_if_changed


class Command(BaseCommand):
    """Repeating it changes nothing. Part of `manage.py up`."""

    help = "Brings the database up to date, collects the static files and makes the first staff user."
    # The database is not set up yet.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--staff-email", required=True, help="how staff sign in for the first time")

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if steps := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say(f"Setting up the database, {counted(len(steps), 'step')}: a few minutes the first time …")
            with telling(self.say, total=len(steps)) as output:
                call_command("migrate", interactive=False, stdout=output, no_color=True)
        collect_if_changed(Path(settings.STATIC_ROOT).with_suffix(".stamp"), say=self.say)
        self._create_staff(options["staff_email"])

    def say(self, text: str) -> None:
        """Prints at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def _create_staff(self, email: str) -> None:
        from accounts.domain.staff import create_first_staff

        password = secrets.token_urlsafe(12)
        if create_first_staff(email=email, password=password):
            self.say(f"\nFirst staff user: {email}\nPassword, shown this once: {password}")
            self.say(
                "Sign in at /admin/ within three days: it asks for an app with codes and for a password of your own.\n"
            )
