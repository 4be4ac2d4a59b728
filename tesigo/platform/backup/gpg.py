"""GnuPG as a program: found, told what is wrong in its own words, and never left waiting for somebody."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tesigo.platform.backup.errors import EncryptionFailed, NotConfigured

#: For commands that handle keys; streams take as long as they take.
_KEY_SECONDS: Final = 60
#: Of what gpg says; the rest is repetition.
_WORDS: Final = 600


def program() -> str:
    """The path of gpg. Raises `NotConfigured`."""
    found = shutil.which("gpg") or shutil.which("gpg2")
    if found is None:
        raise NotConfigured("gpg is missing: install the package gnupg.")
    return found


def command(home: Path | None, *arguments: str) -> list[str]:
    """A command line that asks nobody; ``home`` None means the keys of whoever runs it."""
    words = [program(), "--batch", "--no-tty", "--yes", "--quiet"]
    return [*words, *(["--homedir", str(home)] if home else []), *arguments]


def environment() -> dict[str, str]:
    """gpg's words in English, whatever the machine speaks."""
    return os.environ | {"LC_ALL": "C"}


def said(words: bytes) -> str:
    """What gpg said, on one line."""
    lines = [line.removeprefix("gpg: ") for line in words.decode("utf-8", "replace").splitlines() if line.strip()]
    return "; ".join(lines)[-_WORDS:]


def run(home: Path | None, *arguments: str, given: bytes = b"") -> bytes:
    """Runs a short command and returns what it printed. Raises `EncryptionFailed` with what gpg said."""
    try:
        result = subprocess.run(
            command(home, *arguments),
            input=given,
            capture_output=True,
            env=environment(),
            timeout=_KEY_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EncryptionFailed(f"gpg did not end within {_KEY_SECONDS} s.") from error
    if result.returncode:
        raise EncryptionFailed(f"gpg: {said(result.stderr)}")
    return result.stdout


@contextmanager
def short_home() -> Iterator[Path]:
    """A folder for gpg's files, removed at the end with the agent that it may have started.

    Below the system's temporary folder: the name of the agent's socket must be short.
    """
    home = Path(tempfile.mkdtemp(prefix="gpg-"))
    try:
        yield home
    finally:
        if gpgconf := shutil.which("gpgconf"):
            subprocess.run(
                [gpgconf, "--homedir", str(home), "--kill", "all"],
                capture_output=True,
                timeout=_KEY_SECONDS,
                check=False,
            )
        shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class Recipients:
    """Whom backups are encrypted to: a home of public keys only, and their fingerprints."""

    home: Path
    fingerprints: tuple[str, ...]


@contextmanager
def recipients(path: Path) -> Iterator[Recipients]:
    """The public keys in a file, armoured or not, one or several. Raises `NotConfigured` when there are none.

    The keys are imported into a home of their own: gpg's `--recipient-file` takes one key a file, and imported keys
    would be asked about.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotConfigured(f"BACKUP_RECIPIENTS_FILE cannot be read ({error.strerror}).") from error
    if b"PRIVATE KEY BLOCK" in content:
        raise NotConfigured("BACKUP_RECIPIENTS_FILE holds a private key: the site must never have one. Export public.")
    with short_home() as home:
        try:
            run(home, "--no-autostart", "--import", given=content)
            listed = run(home, "--no-autostart", "--with-colons", "--list-keys").decode("utf-8", "replace")
        except EncryptionFailed as error:
            raise NotConfigured(f"BACKUP_RECIPIENTS_FILE holds no public key that gpg can read. {error}") from error
        found = tuple(_fingerprints(listed))
        if not found:
            raise NotConfigured("BACKUP_RECIPIENTS_FILE holds no public key.")
        yield Recipients(home, found)


def _fingerprints(listed: str) -> Iterator[str]:
    """Of the main keys; each stands in the first `fpr` line after its `pub` line."""
    is_main = False
    for line in listed.splitlines():
        fields = line.split(":")
        if fields[0] == "pub":
            is_main = True
        elif fields[0] == "fpr" and is_main:
            is_main = False
            yield fields[9]
