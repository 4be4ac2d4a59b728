"""Web servers of this build, and of an earlier one beside it."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.site import Site
from tesigo.platform.paths import ROOT
from tesigo.platform.processes import free_port, wait_until


@contextmanager
def checked_out(commit: str, *, kept: str = "") -> Iterator[Path]:
    """Another state of the code in a folder of its own; in ``kept``, and left there, where that is named."""
    git = ["git", "-C", str(ROOT), "worktree"]
    with tempfile.TemporaryDirectory(prefix="tesigo-before-") as made:
        folder = Path(kept) if kept else Path(made) / "build"
        if not folder.exists():
            subprocess.run([*git, "add", "--quiet", "--detach", str(folder), commit], check=True)
        try:
            yield folder
        finally:
            if not kept:
                subprocess.run([*git, "remove", "--force", str(folder)], check=False)


@contextmanager
def web(place: Site, folder: Path = ROOT, *, processes: int = 1) -> Iterator[str]:
    """The web server of the code in ``folder``; its address.

    uvicorn's own command starts ``processes`` of it, which share one socket: an earlier build has that as well.
    ``make run`` forks `up.WEB_PROCESSES` from a process that has loaded what they share; each has its own socket.
    """
    port = free_port()
    words = [sys.executable, "-m", "uvicorn", "tesigo.asgi:application", f"--port={port}", "--no-proxy-headers"]
    path = place.folder / f"web-{port}.log"
    with path.open("w") as log:
        server = subprocess.Popen(
            [*words, "--no-access-log", "--lifespan=off", f"--workers={processes}"],
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        if not wait_until(lambda: _answers(address), seconds=60):
            raise SystemExit(f"The web server did not start; see {path}.")
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # an earlier build may not end by itself: its threads wait for Redis
        server.wait(30)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
