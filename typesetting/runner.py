"""Starts an export child, waits within limits, and makes sure that it ends."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tesigo.platform.log_values import word
from tesigo.platform.measuring import OPERATION, measured
from typesetting.errors import ExportError
from typesetting.limits import DEFAULT, Limits
from typesetting.manuscript import Manuscript

logger = logging.getLogger(__name__)
_PROJECT: Final = Path(__file__).resolve().parents[1]
_COMMAND: Final = (sys.executable, "-m", "typesetting.child")
# 200 pages are about 600,000 characters; this is far above anything that is paid for.
_MOST_CHARACTERS: Final = 4_000_000
_GRACE_SECONDS: Final = 2.0


def _environment() -> dict[str, str]:
    # No secrets: the child reads what strangers wrote. The caches of the font library are kept where they are.
    kept = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(_PROJECT), "MALLOC_ARENA_MAX": "2"}


def _task(name: str, manuscript: Manuscript, options: Mapping[str, Any], limits: Limits) -> bytes:
    if sum(len(section.markdown) for section in manuscript.sections) > _MOST_CHARACTERS:
        raise ExportError("The document is too long to be laid out.")
    task = {
        "name": name,
        "manuscript": manuscript.to_json(),
        "options": dict(options),
        "limits": {"memory": limits.memory, "cpu": limits.cpu, "wall": limits.wall},
    }
    return json.dumps(task).encode()


def run(name: str, manuscript: Manuscript, *, limits: Limits = DEFAULT, **options: Any) -> dict[str, Any]:
    """Does a task in a child and returns its result. Raises ExportError."""
    with measured(OPERATION, "layout child", task=word(name)):
        return _run(name, _task(name, manuscript, options, limits), limits)


def _run(name: str, task: bytes, limits: Limits) -> dict[str, Any]:
    child = subprocess.Popen(
        _COMMAND,
        cwd=_PROJECT,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        output, _ = child.communicate(task, timeout=limits.wall + _GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        raise ExportError(_TOO_SLOW) from None
    finally:
        if child.returncode != 0:
            _kill(child.pid)
            child.communicate()
    return _result(name, child.returncode, output)


async def run_async(name: str, manuscript: Manuscript, *, limits: Limits = DEFAULT, **options: Any) -> dict[str, Any]:
    """As ``run``, without blocking the event loop. Cancelled, it ends the child."""
    with measured(OPERATION, "layout child", task=word(name)):
        return await _run_async(name, _task(name, manuscript, options, limits), limits)


async def _run_async(name: str, task: bytes, limits: Limits) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        *_COMMAND,
        cwd=_PROJECT,
        env=_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        process_group=0,
    )
    try:
        output, _ = await asyncio.wait_for(child.communicate(task), timeout=limits.wall + _GRACE_SECONDS)
    except TimeoutError:
        raise ExportError(_TOO_SLOW) from None
    finally:
        if child.returncode != 0:
            _kill(child.pid)
            await child.wait()
    return _result(name, child.returncode or 0, output)


_TOO_SLOW: Final = "Laying out the document took too long."


def _kill(group: int) -> None:
    """Ends the child with everything it started; it leads a process group of its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _result(name: str, code: int, output: bytes) -> dict[str, Any]:
    if code < 0 and -code in (signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL):
        raise ExportError(_TOO_SLOW)
    try:
        answer = json.loads(output)
    except ValueError:
        logger.warning("export child died", extra={"task": word(name), "code": code})
        raise ExportError("Laying out the document failed: it needed more than an export may use.") from None
    if "error" in answer:
        error = ExportError(answer["error"])
        if "cause" in answer:
            logger.warning("export failed: %s", word(answer["cause"].rpartition("\n")[2]), extra={"task": word(name)})
            error.add_note(answer["cause"])
        raise error
    result: dict[str, Any] = answer["result"]
    return result
