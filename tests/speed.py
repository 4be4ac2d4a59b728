"""Which tests are slow: `make quick` leaves them out, and does not load files that hold only slow ones.

- Whole folders and files: what starts browsers, workers or servers, and what looks at every page, table, call or list.
- A test that commits: the database is put right after it.
- A test that asks for the sandbox, or has a file read in a child.
- A test that starts a child by itself: it, or a function of the tests that it calls, names `subprocess`.
- A test that waits for a time limit of a second or more bears the mark `slow` itself.

So what is slow is seen by what a test does, and nobody has to keep a list of tests.
"""

from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Final

import pytest

_PLACES: Final = (
    "tests/api/test_schema.py",
    "tests/deploy/",
    "tests/documents/desk/test_domain.py",  # references are set in a child
    "tests/documents/desk/test_page.py",  # each page has its references set in a child
    "tests/documents/fetching/test_fetcher.py",  # each address is a server of its own
    "tests/documents/test_styles.py",  # a style is tried in a child
    "tests/e2e/",
    "tests/faults/",
    "tests/languages/test_catalogs.py",  # every word in nine languages
    "tests/languages/test_cut_words.py",
    "tests/languages/test_untranslated.py",  # every page, letter by letter
    "tests/load/",
    "tests/local/test_fork_server.py",
    "tests/local/test_stack.py",
    "tests/local/test_supervisor.py",
    "tests/local/test_up.py",
    "tests/pages/",
    "tests/platform/backup/",
    "tests/platform/backup_restoring/",
    "tests/platform/test_autoscaler.py",
    "tests/platform/test_dashboard.py",  # every list of staff
    "tests/platform/test_farewell.py",
    "tests/platform/test_log_words.py",  # every call that logs
    "tests/platform/test_of_people.py",
    "tests/platform/test_ownership.py",  # every address, asked for by four people in five ways
    "tests/platform/test_roles.py",
    "tests/platform/test_warm_children.py",
    "tests/privacy/test_archive.py",  # every table of a person
    "tests/reading/",
    "tests/sandbox/",
    "tests/typesetting/",
)
#: Fixtures that commit for real.
_COMMITTING: Final = frozenset({"committed", "transactional_db"})
#: Fixtures that start the sandbox, or read a file in a child process.
_STARTING: Final = frozenset({"running_sandbox", "hand_in"})


def is_slow(item: pytest.Item) -> bool:
    """Whether `make quick` leaves it out."""
    return (
        item.nodeid.startswith(_PLACES)
        or commits(item)
        or _asks_for(item, _STARTING)
        or (isinstance(item, pytest.Function) and _names_subprocess(item.function))
    )


def is_slow_place(path: Path, root: Path) -> bool:
    """Whether all tests of a folder or file are slow."""
    return f"{path.relative_to(root).as_posix()}{'' if path.suffix else '/'}".startswith(_PLACES)


def commits(item: pytest.Item) -> bool:
    """Whether what it writes is seen by other connections, and the database is put right afterwards."""
    marker = item.get_closest_marker("django_db")
    return (marker is not None and bool(marker.kwargs.get("transaction"))) or _asks_for(item, _COMMITTING)


def _asks_for(item: pytest.Item, fixtures: frozenset[str]) -> bool:
    return not fixtures.isdisjoint(getattr(item, "fixturenames", ()))


def _names_subprocess(function: object, seen: frozenset[object] = frozenset()) -> bool:
    if not isinstance(function, FunctionType) or not function.__module__.startswith("tests.") or function in seen:
        return False
    names = set(_names(function.__code__))
    called = (function.__globals__.get(name) for name in names)
    return "subprocess" in names or any(_names_subprocess(one, seen | {function}) for one in called)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
