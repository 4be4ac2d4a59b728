"""Keys of `make run`: a GPG pair of this machine's own, so that backups work and can be tried from the first day.

In production the private half never lies on the site: an operator makes the pair elsewhere.
"""

from pathlib import Path

from tesigo.platform.backup import gpg
from tesigo.platform.processes import file_lock

#: Whom the pair of this machine is made out to.
_OWNER = "TesiGo on this machine"


def public_file(folder: Path) -> Path:
    """The public half in a folder of keys: what `BACKUP_RECIPIENTS_FILE` names."""
    return folder / "public.asc"


def private_file(folder: Path) -> Path:
    """The private half, readable by its owner alone. Import it into a short home to decrypt."""
    return folder / "private.asc"


def make_local_pair(folder: Path) -> Path:
    """Makes the pair where there is none; returns the public half. Raises `EncryptionFailed`, `NotConfigured`."""
    with file_lock(folder.parent / f"{folder.name}.lock"):
        public, private = public_file(folder), private_file(folder)
        if public.exists() and private.exists():
            return public
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        quiet = ("--pinentry-mode", "loopback", "--passphrase", "")
        # gpg's agent listens on a socket in its home, whose path must be short: not below a deep clone.
        with gpg.short_home() as home:
            gpg.run(home, *quiet, "--quick-generate-key", _OWNER, "future-default", "default", "never")
            _keep(private, gpg.run(home, *quiet, "--armor", "--export-secret-keys"))
            _keep(public, gpg.run(home, "--armor", "--export"))
        return public


def _keep(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
