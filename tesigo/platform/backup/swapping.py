"""Putting one directory into the place of another in one step: whoever is killed leaves the one or the other there."""

import ctypes
import errno
import os
from pathlib import Path
from typing import Final

_HERE: Final = -100  # AT_FDCWD
_EXCHANGE: Final = 2  # RENAME_EXCHANGE
#: Where the system, or the file system, does not know how.
_UNKNOWN: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})


def swap(one: Path, other: Path) -> bool:
    """Exchanges the names of two paths of one file system; false where that cannot be done in one step.

    Raises OSError for what else goes wrong; nothing has moved then.
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNKNOWN:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))
