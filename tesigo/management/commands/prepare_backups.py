from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from psycopg.conninfo import make_conninfo

from tesigo.platform.backup import server


class Command(BaseCommand):
    """Makes PostgreSQL ready for backups: role, slot and settings, or the SQL for whoever may (R-120)."""

    help = "Makes the role, the slot and the settings that backups need; prints the SQL for what it may not do itself."

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what is left to do; code 1 where something is."""
        if not settings.BACKUP_DATABASE_URL:
            raise CommandError("BACKUP_DATABASE_URL is not set: it names the role that may copy and nothing else.")
        try:
            left = server.prepare(site_url=make_conninfo("", **_site()), backup_url=settings.BACKUP_DATABASE_URL)
        except psycopg.OperationalError as error:
            raise CommandError(f"PostgreSQL is not reached ({type(error).__name__}).") from error
        if not left:
            self.stdout.write("PostgreSQL is ready for backups.")
            return
        for one in left:
            self.stdout.write(f"-- {one.what}")
            if one.sql:
                self.stdout.write(one.sql)
        raise CommandError("A superuser of PostgreSQL has to do what stands above; then run this again.")


def _site() -> dict[str, Any]:
    known = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert")
    return {name: known[name] for name in names if known.get(name)}
