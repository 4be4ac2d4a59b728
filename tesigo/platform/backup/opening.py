"""Who opens backups: a private key in a file, held in a gpg home of its own for as long as it is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tesigo.platform.backup import gpg, keys, signing
from tesigo.platform.backup.destinations import connect
from tesigo.platform.backup.errors import EncryptionFailed, NotConfigured
from tesigo.platform.backup.shelf import Opener, Shelf


@contextmanager
def opener(key_file: Path | None, passphrase_file: Path | None) -> Iterator[Opener]:
    """Opens with the key in the file, else with the keys of whoever runs this. Raises `NotConfigured`."""
    if key_file is None:
        yield Opener(None, passphrase_file)
        return
    try:
        content = key_file.read_bytes()
    except OSError as error:
        raise NotConfigured(f"The private key {key_file} cannot be read ({error.strerror}).") from error
    if b"PRIVATE KEY BLOCK" not in content and content[:1] < b"\x80":
        raise NotConfigured(f"{key_file} holds no private key.")
    with gpg.short_home() as home:
        try:
            gpg.run(home, "--import", given=content)
        except EncryptionFailed as error:
            raise NotConfigured(f"{key_file} holds no private key that gpg can read. {error}") from error
        yield Opener(home, passphrase_file)


def local_key() -> Path | None:
    """The private key that `make run` made for this machine; None where there is none, as in production."""
    path = keys.private_file(settings.BACKUP_RECIPIENTS_FILE.parent)
    return path if path.is_file() else None


@contextmanager
def shelf(name: str | None) -> Iterator[Shelf]:
    """The destination of that name, else the first. Raises `NotConfigured`."""
    known = {place.name: place for place in settings.BACKUP_PLACES}
    if not known:
        raise NotConfigured("There are no backups here: BACKUP_DESTINATIONS is not set.")
    if name is not None and name not in known:
        raise NotConfigured(f"There is no destination {name}: BACKUP_DESTINATIONS names {', '.join(known)}.")
    believed = [*settings.BACKUP_EARLIER_PUBLIC_KEYS]
    if settings.BACKUP_SIGNING_KEY:
        believed.insert(0, signing.public_key(settings.BACKUP_SIGNING_KEY))
    if not believed:
        raise NotConfigured("BACKUP_SIGNING_KEY is missing, or its public half in BACKUP_EARLIER_PUBLIC_KEYS.")
    with connect(known[name] if name else settings.BACKUP_PLACES[0]) as destination:
        yield Shelf(destination, tuple(believed))
