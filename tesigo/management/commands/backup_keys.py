import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tesigo.platform.backup import gpg, keys, signing
from tesigo.platform.backup.errors import BackupError


class Command(BaseCommand):
    """Makes keys for backups and shows the public halves (R-120); works without valid settings."""

    help = "Makes a signing key for backups, or shows the public half of the one that is set."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--pair",
            type=Path,
            metavar="FOLDER",
            help="also make a GPG pair there, for trying things out: in production the private half is made elsewhere",
        )

    def handle(self, *args: Any, pair: Path | None, **options: Any) -> None:
        """Prints what belongs into the environment, and what others may see."""
        key = os.environ.get("BACKUP_SIGNING_KEY", "")
        try:
            if not key:
                key = signing.new_key()
                self.stdout.write(f"BACKUP_SIGNING_KEY={key}")
            self.stdout.write(f"# public half of the signing key: {signing.public_key(key)}")
            if pair is None:
                return
            public = keys.make_local_pair(pair)
            self.stdout.write(f"BACKUP_RECIPIENTS_FILE={public}")
            with gpg.recipients(public) as found:
                self.stdout.write(f"# fingerprint of the GPG key: {', '.join(found.fingerprints)}")
        except BackupError as error:
            raise CommandError(str(error)) from error
