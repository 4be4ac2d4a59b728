import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from tesigo.platform.backup import keys, server, timetable
from tesigo.platform.backup.errors import BackupError


class Command(BaseCommand):
    """Repeating it changes nothing. Part of `manage.py up`."""

    help = "Makes role, slot and keys for backups where they are missing, and asks for the backup that is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--own-keys", type=Path, help="the folder of the GPG pair that this machine makes for itself"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Says where backups go, and what PostgreSQL still needs. Raises CommandError where none can be taken."""
        try:
            if folder := options["own_keys"]:
                keys.make_local_pair(folder)
                for place in settings.BACKUP_PLACES:
                    if place.url.startswith("file://"):
                        _folder_of(place.url).mkdir(mode=0o700, parents=True, exist_ok=True)
            url = settings.BACKUP_DATABASE_URL
            for left in server.prepare(site_url=os.environ["DATABASE_URL"], backup_url=url):
                self.stdout.write(
                    f"For backups PostgreSQL still needs: {left.what} (`manage.py prepare_backups` says how.)"
                )
            asked = timetable.ask_due(now=timezone.now())
        except (BackupError, DatabaseError, psycopg.Error, OSError) as error:
            why = str(error).strip()[:300]
            raise CommandError(f"Backups could not be started ({type(error).__name__}): {why}") from error
        where = ", ".join(_said(place.name, place.url) for place in settings.BACKUP_PLACES)
        self.stdout.write(f"Backups go to {where}." + (f" A {asked.kind} one is being taken." if asked else ""))


def _said(name: str, url: str) -> str:
    return os.path.relpath(_folder_of(url)) if url.startswith("file://") else name


def _folder_of(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))
