"""Which tests are slow: those that start browsers, workers, servers or children, or empty a database afterwards.

`make quick` leaves them out. What is slow is seen by what a test asks for, so that nobody has to keep a list of tests.
"""

from typing import Final

import pytest

#: Folders, and files of others, whose tests start processes of their own or look at every page or every list.
_FOLDERS: Final = (
    "tests/deploy/",
    "tests/e2e/",
    "tests/faults/",
    "tests/load/",
    "tests/pages/",
    "tests/platform/backup/",
    "tests/platform/backup_restoring/",
    "tests/reading/",
    "tests/sandbox/",
    "tests/typesetting/",
)
#: Fixtures that commit for real.
_COMMITTING: Final = frozenset({"committed", "transactional_db"})
#: Fixtures that start the sandbox, or read a file in a child process.
_STARTING: Final = frozenset({"running_sandbox", "hand_in"})


def commits(item: pytest.Item) -> bool:
    """Whether what it writes is seen by other connections, and the database is put right afterwards."""
    marker = item.get_closest_marker("django_db")
    return (marker is not None and bool(marker.kwargs.get("transaction"))) or _asks_for(item, _COMMITTING)


def is_slow(item: pytest.Item) -> bool:
    """Whether `make quick` leaves it out."""
    return item.nodeid.startswith(_FOLDERS) or commits(item) or _asks_for(item, _STARTING)


def _asks_for(item: pytest.Item, fixtures: frozenset[str]) -> bool:
    return not fixtures.isdisjoint(getattr(item, "fixturenames", ()))
