"""Has a child do a task of the typesetter, and says in plain words why it could not."""

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from tesigo.platform import limited_child, warm_children
from tesigo.platform.limited_child import ChildLimits, Ended, TooSlow, Work
from tesigo.platform.log_values import word
from tesigo.platform.measuring import OPERATION, measured
from typesetting.errors import ExportError
from typesetting.manuscript import Manuscript

logger = logging.getLogger(__name__)
LIMITS: Final = ChildLimits(memory_bytes=2 * 1024**3, cpu_seconds=240, wall_seconds=420.0)
# 200 pages are about 600,000 characters; this is far above anything that is paid for.
_MOST_CHARACTERS: Final = 4_000_000
_TOO_SLOW: Final = "Laying out the document took too long."


def run(name: str, manuscript: Manuscript, *, limits: ChildLimits = LIMITS, **options: Any) -> dict[str, Any]:
    """Does a task in a child and returns its result. Raises ExportError."""
    with measured(OPERATION, "layout child", task=word(name)):
        task = _task(name, manuscript, options)
        try:
            return _result(name, limited_child.run(_work(limits), given=task))
        except TooSlow:
            raise ExportError(_TOO_SLOW) from None


async def run_async(
    name: str, manuscript: Manuscript, *, limits: ChildLimits = LIMITS, **options: Any
) -> dict[str, Any]:
    """As ``run``, without blocking the event loop. Cancelled, it ends the child."""
    with measured(OPERATION, "layout child", task=word(name)):
        task = _task(name, manuscript, options)
        try:
            return _result(name, await limited_child.run_async(_work(limits), given=task))
        except TooSlow:
            raise ExportError(_TOO_SLOW) from None


def _task(name: str, manuscript: Manuscript, options: Mapping[str, Any]) -> bytes:
    if sum(len(section.markdown) for section in manuscript.sections) > _MOST_CHARACTERS:
        raise ExportError("The document is too long to be laid out.")
    return json.dumps({"name": name, "manuscript": manuscript.to_json(), "options": dict(options)}).encode()


def _work(limits: ChildLimits) -> Work:
    return Work("typesetting.child", limits, environment=_environment(), may_be_warm=True)


def _environment() -> dict[str, str]:
    # The caches of the font library are kept where they are.
    kept = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR") if name in os.environ}
    return {**kept, "MALLOC_ARENA_MAX": "2"}


def warm_up() -> None:
    """Has what lays out loaded beside what the caller does, where this process may share it (`share`)."""
    with suppress(OSError):  # then it is loaded when it is needed
        warm_children.begin(_environment())


def share() -> None:
    """Lets the processes that this one forks from now on share what lays out; nothing is loaded yet."""
    warm_children.prepare("typesetting.loaded")


def _result(name: str, ended: Ended) -> dict[str, Any]:
    if ended.is_out_of_time:
        raise ExportError(_TOO_SLOW)
    try:
        answer = json.loads(ended.output)
    except ValueError:
        logger.warning("export child died", extra={"task": word(name), "code": ended.code})
        raise ExportError("Laying out the document failed: it needed more than an export may use.") from None
    if "error" in answer:
        error = ExportError(answer["error"])
        if "cause" in answer:
            logger.warning("export failed: %s", word(answer["cause"].rpartition("\n")[2]), extra={"task": word(name)})
            error.add_note(answer["cause"])
        raise error
    result: dict[str, Any] = answer["result"]
    return result
