"""The pandoc program from the wheel ``pypandoc_binary``: always with a heap limit and a clock."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from typesetting.errors import ExportError

_PROGRAM: Final = Path(str(resources.files("pypandoc"))) / "files" / "pandoc"
HEAP: Final = "256M"
SECONDS: Final = 90.0


@dataclass(frozen=True)
class Written:
    """What pandoc wrote, and its warnings as it worded them: they may hold words of the document."""

    output: bytes
    warnings: str


def run(arguments: Sequence[str], *, given: dict[str, Any], folder: Path) -> Written:
    """Runs pandoc on a document tree, inside ``folder``, and returns what it writes. Raises ExportError."""
    command = [str(_PROGRAM), "+RTS", f"-M{HEAP}", "-RTS", "-f", "json", *arguments]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(given).encode(),
            capture_output=True,
            cwd=folder,
            timeout=SECONDS,
            env={"LANG": "C.UTF-8", "PATH": "", "HOME": str(folder), "TMPDIR": os.environ.get("TMPDIR", str(folder))},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ExportError("Setting the citations took too long.") from None
    except OSError as error:
        raise ExportError(f"The program pandoc does not start: {error.strerror}.") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        if "heap overflow" in said.lower() or "heap exhausted" in said.lower():
            raise ExportError("The document needs more memory than an export may use.")
        raise ExportError(f"pandoc could not set the document: {said[-300:]}")
    return Written(done.stdout, done.stderr.decode(errors="replace"))
