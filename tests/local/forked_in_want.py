"""Imported before `local.apart` by a fork server of tests: its first forks fail for want of memory."""

import errno
import os
from typing import Final

_FAILING: Final = 2
_fork = os.fork
_failed = 0


def _fork_in_want() -> int:
    global _failed
    if _failed < _FAILING:
        _failed += 1
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
    return _fork()


os.fork = _fork_in_want
