"""A key pair of an operator, as gpg makes it."""

from dataclasses import dataclass
from pathlib import Path

from tesigo.platform.backup import gpg


@dataclass(frozen=True)
class Operator:
    """Who can read backups: ``home`` holds the private key, ``public`` is what the site gets."""

    home: Path
    public: Path


def operator(folder: Path, name: str = "operator") -> Operator:
    """A fresh pair without a passphrase. ``folder`` must be short: gpg's agent listens on a socket in it."""
    home = folder / name
    home.mkdir(mode=0o700)
    gpg.run(home, "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", name, "future-default")
    public = folder / f"{name}.asc"
    public.write_bytes(gpg.run(home, "--armor", "--export"))
    return Operator(home, public)
