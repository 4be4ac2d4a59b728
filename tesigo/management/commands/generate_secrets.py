from typing import Any

from django.core.management.base import BaseCommand

from tesigo.platform.own_secrets import new_secrets


class Command(BaseCommand):
    """Prints a fresh, strong value for each secret of our own (R-103); works without valid settings."""

    help = "Prints good secrets, ready for an environment file."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """One NAME=value line for each secret."""
        for name, value in new_secrets().items():
            self.stdout.write(f"{name}={value}")
