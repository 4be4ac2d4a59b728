"""The settings of backups as one value, for those who take, check and remove them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tesigo.platform.backup import signing
from tesigo.platform.backup.errors import NotConfigured
from tesigo.platform.backup.places import Place


@dataclass(frozen=True)
class Config:
    """What backups need to know. No secrets show in its text."""

    places: tuple[Place, ...]
    recipients_file: Path
    signing_key: str
    #: Believed when a signature is checked: our own first.
    public_keys: tuple[str, ...]
    #: As the role that may only copy.
    backup_url: str
    #: How the site itself connects: psycopg's parameters.
    site_database: dict[str, Any]
    spool: Path

    def __repr__(self) -> str:
        return f"<Config {', '.join(place.name for place in self.places)}>"


def is_configured() -> bool:
    """Whether this site has backups."""
    return bool(settings.BACKUP_PLACES)


def configured() -> Config:
    """Raises `NotConfigured` when there are no destinations, or the signing key is none."""
    if not settings.BACKUP_PLACES:
        raise NotConfigured("There are no backups here: BACKUP_DESTINATIONS is not set.")
    known = connection.get_connection_params()
    return Config(
        places=settings.BACKUP_PLACES,
        recipients_file=settings.BACKUP_RECIPIENTS_FILE,
        signing_key=settings.BACKUP_SIGNING_KEY,
        public_keys=(signing.public_key(settings.BACKUP_SIGNING_KEY), *settings.BACKUP_EARLIER_PUBLIC_KEYS),
        backup_url=settings.BACKUP_DATABASE_URL,
        site_database={
            name: known[name] for name in ("host", "port", "dbname", "user", "password", "sslmode") if known.get(name)
        },
        spool=settings.BACKUP_SPOOL,
    )
