"""Looking whether a started copy of the database is whole (R-120): each check says what it saw and names what is wrong.

What only an app can judge (the audit chain, the balance of the books) it registers here in its `AppConfig.ready()`.
Those checks run in a process of their own, whose database is the copy.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from tesigo.platform.backup import tables
from tesigo.platform.backup.copies import Copy
from tesigo.platform.backup.errors import SpoolFull, WrongKey
from tesigo.platform.log import mask
from tesigo.platform.paths import ROOT

#: Seconds for all checks of the apps: the trail of years is hashed at some 20,000 rows a second.
_APPS_SECONDS: Final = 3600
#: Nothing in the live cache is touched, and no worker told of anything, by work on a copy.
NO_REDIS: Final = "redis://127.0.0.1:1/0"


@dataclass(frozen=True)
class Outcome:
    """What one check found: `said` is a line for people, each fault names a thing by table, file or id."""

    name: str
    said: str = ""
    faults: Sequence[str] = field(default_factory=tuple)
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


#: What a check saw in a line, and what is wrong.
Seen = tuple[str, Sequence[str]]
Check = Callable[[], Seen]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Adds a check of an app, run with the copy as the database; it may only read."""
    if name in _checks:
        raise ValueError(f"A check named {name} is registered already.")
    _checks[name] = check


def run(name: str, check: Check) -> Outcome:
    """The outcome of one check; one that raises has found a fault, and the others go on.

    Raises `WrongKey`, and `SpoolFull` for a disk that has no room: nobody has looked, so nothing was found.
    """
    begun = time.monotonic()
    try:
        said, faults = check()
    except (WrongKey, SpoolFull):
        raise
    except Exception as error:  # a damaged page raises whatever it likes
        said, faults = "could not be finished", [f"{type(error).__name__}: {_first_line(error)}"]
    return Outcome(name, said, [*faults], round(time.monotonic() - begun, 3))


def of_apps() -> list[Outcome]:
    """What the apps' checks find in the database of this process."""
    return [run(name, check) for name, check in sorted(_checks.items())]


def inspect(copy: Copy, *, database: str, counts: Mapping[str, tables.Range] | None = None) -> Iterator[Outcome]:
    """Every check on a running copy, the cheap ones first. `counts` says what a table may hold, by schema and table."""
    with tables.reading(copy.url(database, user=copy.superuser())) as connection:
        yield run("rows", lambda: tables.count(connection, expected=counts or {}))
        yield run("pages and indexes", lambda: tables.check_structure(connection))
        yield run("constraints", lambda: tables.check_constraints(connection))
    yield from of_apps_in(copy.url(database))


def of_apps_in(url: str) -> Iterator[Outcome]:
    """The same for another database, found by a process of its own; it is told of no cache."""
    begun = time.monotonic()
    command = [sys.executable, str(ROOT / "manage.py"), "inspect_copy"]
    try:
        result = subprocess.run(
            command,
            env=os.environ | {"DATABASE_URL": url, "REDIS_URL": NO_REDIS},
            capture_output=True,
            text=True,
            timeout=_APPS_SECONDS,
            check=False,
        )
        outcomes = [Outcome(**one) for one in json.loads(result.stdout.splitlines()[-1])]
    except subprocess.TimeoutExpired:
        yield Outcome("apps", faults=[f"the checks of the apps did not end within {_APPS_SECONDS} seconds"])
        return
    except (IndexError, ValueError, TypeError):
        lines = mask(result.stderr).strip().splitlines()[-1:] or ["nothing was said"]
        seconds = round(time.monotonic() - begun, 3)
        yield Outcome("apps", faults=[f"the checks of the apps could not run: {lines[0]}"], seconds=seconds)
        return
    yield from outcomes


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """The outcomes as plain values."""
    return [asdict(one) for one in outcomes]


def _first_line(error: Exception) -> str:
    return mask((str(error).splitlines() or [""])[0])
