"""Processes that outlive who starts them, as systemd's units do: `python -m tests.faults.units FOLDER start NAME …`.

What a unit is stands in `FOLDER/NAME.json`: its command, its folder, its environment, and how long it may take to end.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tesigo.platform.processes import is_alive


def define(
    folder: Path, name: str, command: list[str], *, cwd: Path, environ: Mapping[str, str], ready: str = ""
) -> None:
    """Writes down what the unit is. With ``ready`` its start waits until that stands in its log."""
    unit = {"command": command, "cwd": str(cwd), "environ": dict(environ), "ready": ready}
    (folder / f"{name}.json").write_text(json.dumps(unit))


def start(folder: Path, name: str) -> None:
    """Starts it if it does not run."""
    unit: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    if _pid(folder, name):
        return
    log = folder / f"{name}.log"
    with log.open("a") as output:
        begins_at = output.tell()
        process = subprocess.Popen(
            unit["command"], cwd=unit["cwd"], env=unit["environ"], stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    (folder / f"{name}.pid").write_text(str(process.pid))
    while unit["ready"] and unit["ready"] not in log.read_text()[begins_at:]:
        if process.poll() is not None:
            raise SystemExit(f"{name} ended with {process.returncode}")
        time.sleep(0.1)


def stop(folder: Path, name: str) -> None:
    """SIGTERM, and returns when it has ended; quiet when it does not run."""
    if pid := _pid(folder, name):
        os.kill(pid, signal.SIGTERM)
        while is_alive(pid):
            time.sleep(0.05)
    (folder / f"{name}.pid").unlink(missing_ok=True)


def kill_all(folder: Path) -> None:
    """Ends whatever was left."""
    for file in folder.glob("*.pid"):
        if pid := _pid(folder, file.stem):
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def _pid(folder: Path, name: str) -> int | None:
    try:
        pid = int((folder / f"{name}.pid").read_text())
    except (OSError, ValueError):
        return None
    return pid if is_alive(pid) else None


if __name__ == "__main__":
    _, place, verb, *names = sys.argv
    for one in names:
        {"start": start, "stop": stop}[verb](Path(place), one)
