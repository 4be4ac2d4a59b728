import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tesigo.platform.backup import receiving
from tesigo.platform.backup.errors import BackupError


class Command(BaseCommand):
    """Becomes pg_receivewal: a service of its own, beside the worker for backups (R-122)."""

    help = "Receives WAL into BACKUP_SPOOL until it is stopped; runs as a service and is restarted when it ends."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Hands this process over, so that nothing of Django stays in memory."""
        if not settings.BACKUP_DATABASE_URL:
            raise CommandError("BACKUP_DATABASE_URL is not set: there are no backups here.")
        try:
            words, environ = receiving.command(url=settings.BACKUP_DATABASE_URL, spool=settings.BACKUP_SPOOL)
        except BackupError as error:
            raise CommandError(str(error)) from error
        os.execve(words[0], words, os.environ | environ)  # noqa: S606  # to become it is what this is for
