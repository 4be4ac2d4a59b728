"""Keeping the sandbox's memory in a file, so that a second start still knows its payments and mails."""

import asyncio
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.log import say

PAUSE_SECONDS = 0.5  # seconds between a change and the writing of it


class StateFile:
    """Written whole and atomically, at most every half second. Without a path it does nothing."""

    def __init__(self, path: Path | None, snapshot: Callable[[], dict[str, object]]) -> None:
        self._path = path
        self._snapshot = snapshot
        self._dirty = False

    def changed(self) -> None:
        """Note that there is something to write."""
        self._dirty = True

    def load(self) -> dict[str, Any]:
        """What was saved last; nothing when there is no file. An unreadable one is set aside, not deleted."""
        if self._path is None or not self._path.exists():
            return {}
        try:
            saved = json.loads(self._path.read_text("utf-8"))
            if isinstance(saved, dict):
                return saved
        except (OSError, ValueError):
            pass
        aside = self._path.with_suffix(self._path.suffix + ".unreadable")
        self._path.replace(aside)
        say(f"state file could not be read; kept as {aside.name}, starting empty")
        return {}

    async def keep(self) -> None:
        """Write changes until cancelled."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write now if something changed. The encoding happens here (consistent), the disk elsewhere."""
        if self._path is None or not self._dirty:
            return
        self._dirty = False
        text = json.dumps(self._snapshot(), ensure_ascii=False)
        try:
            await asyncio.to_thread(_write, self._path, text)
        except OSError as error:
            self._dirty = True
            say(f"state file not written: {error}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
