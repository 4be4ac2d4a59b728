"""The whole site in another folder: `python -m tests.faults.elsewhere FOLDER up` is `manage.py up` with its own `var/`.

Servers, secrets, files, logs and the lock against a second start are all below that folder, so that it disturbs nobody.
"""

import os
import runpy
import sys
from pathlib import Path

from tesigo.platform import paths
from tesigo.platform.processes import free_port

#: What a process needs of its surroundings.
_HARMLESS = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR")


def environment(home: Path) -> dict[str, str]:
    """Free ports and folders of its own, and nothing that could lead to anybody else's servers, keys or money.

    Raises SystemExit where a `.env` names some.
    """
    if (paths.ROOT / ".env").exists():
        raise SystemExit("There is a .env here, which may name real services. Without it everything is made up.")
    kept = {name: os.environ[name] for name in _HARMLESS if name in os.environ}
    ports = {name: str(free_port()) for name in ("SITE_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT")}
    folders = {"MEDIA_ROOT": str(home / "media"), "STATIC_ROOT": str(home / "static")}
    return kept | ports | folders


def move(home: Path) -> None:
    """From now on this process takes ``home`` for its `var/`. Before anything else of the platform is imported."""
    if "local.local_env" in sys.modules:
        raise RuntimeError("too late: somebody has asked where var/ is")
    paths.VAR = home


if __name__ == "__main__":
    move(Path(sys.argv[1]).resolve())
    sys.argv = ["manage.py", *sys.argv[2:]]
    runpy.run_path(str(paths.ROOT / "manage.py"), run_name="__main__")
