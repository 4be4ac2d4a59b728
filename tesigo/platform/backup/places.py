"""Destinations as the environment names them: `BACKUP_<NAME>_URL` and its credentials. Read by the settings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tesigo.platform.env import Env

SCHEMES: Final = ("file", "s3", "sftp")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Place:
    """One destination as configured; credentials never show in messages."""

    name: str
    url: str
    access_key: str = ""
    secret_key: str = ""
    endpoint_url: str = ""
    user: str = ""
    key_file: str = ""
    known_hosts: str = ""

    def __repr__(self) -> str:
        return f"<Place {self.name}>"


def places_from(env: Env, names: Sequence[str]) -> tuple[Place, ...]:
    """Reads what is known of each name; mistakes are complained of at the ``env``."""
    return tuple(_place_from(env, name) for name in names)


def _place_from(env: Env, name: str) -> Place:
    if not _NAME.fullmatch(name):
        env.complain(f"BACKUP_DESTINATIONS: {name!r} is not a name (small letters, digits and _).")
        return Place(name, "")
    start = f"BACKUP_{name.upper()}"
    place = Place(
        name=name,
        url=env.url(f"{start}_URL", schemes=SCHEMES),
        access_key=env.str(f"{start}_ACCESS_KEY", ""),
        secret_key=env.api_key(f"{start}_SECRET_KEY", ""),
        endpoint_url=env.url(f"{start}_ENDPOINT_URL", ""),
        user=env.str(f"{start}_USER", ""),
        key_file=env.str(f"{start}_KEY_FILE", ""),
        known_hosts=env.str(f"{start}_KNOWN_HOSTS", ""),
    )
    _judge(env, place, start)
    return place


def _judge(env: Env, place: Place, start: str) -> None:
    parts = urlsplit(place.url)
    if parts.password:
        env.complain(f"{start}_URL holds a password; it belongs into a variable of its own.")
    if parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/")):
        env.complain(f"{start}_URL must be file:/// and the whole path of a folder.")
    if parts.scheme == "s3" and not parts.netloc:
        env.complain(f"{start}_URL must name a bucket: s3://bucket/prefix.")
    if parts.scheme == "sftp":
        if not parts.hostname:
            env.complain(f"{start}_URL must name a host: sftp://host/path.")
        if not place.user and not parts.username:
            env.complain(f"{start}_USER is missing.")
        for ending, value in (("KEY_FILE", place.key_file), ("KNOWN_HOSTS", place.known_hosts)):
            if not value:
                env.complain(f"{start}_{ending} is missing.")
