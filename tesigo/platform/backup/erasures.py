"""The ledger of erasures beside the backups (R-121): who must not come back with a restore. Ids and times only.

Each erasure is a small signed file of its own, named by its time and number: sending it twice changes nothing, and no
state says what was sent but the ledger itself.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tesigo.platform.backup import paths, signing
from tesigo.platform.backup.destinations import Destination

_FORMAT_VERSION: Final = 1
#: Between the moment that an erasure is written down with and its commit.
_COMMITS: Final = timedelta(minutes=1)
_MOMENT: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Erased:
    """One erasure: ``number`` is its own key, ``at`` when it was done."""

    number: int
    user_id: int
    at: datetime

    @property
    def path(self) -> str:
        """Where it stands in the ledger."""
        return f"{paths.ERASURES}{self.at.astimezone(UTC).strftime(_MOMENT)}-{self.number}.json"


#: Yields every erasure that is done.
Source = Callable[[], Iterable[Erased]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Says where erasures are known; whoever erases people does so in its `AppConfig.ready()`."""
    _sources.append(source)


def ship(destination: Destination, *, key: str) -> int:
    """Sends what the ledger at the destination lacks, signed with ``key``; returns how many entries.

    Raises `DestinationError`; what was sent by then counts.
    """
    known = {entry.path for entry in destination.list(paths.ERASURES)}
    sent = 0
    for source in _sources:
        for erased in source():
            if erased.path not in known:
                content = {
                    "format_version": _FORMAT_VERSION,
                    "number": erased.number,
                    "user_id": erased.user_id,
                    "at": erased.at.astimezone(UTC).isoformat(),
                }
                raw = signing.signed_json(content, key=key)
                destination.put(erased.path, raw, sha256=hashlib.sha256(raw).hexdigest())
                sent += 1
    return sent


def read(destination: Destination, *, keys: Sequence[str], since: datetime) -> Iterator[Erased]:
    """The entries since the moment of a copy, checked with the public ``keys``, the oldest first.

    No older ones: numbers of people that a restore forgot are given out again, and an old entry would hit somebody
    else. Raises `BackupError`; for an entry that was changed, too.
    """
    for entry in destination.list(paths.ERASURES):
        found = signing.read_signed_json(destination.read(entry.path), keys=keys, where=entry.path)
        erased = Erased(number=found.number("number"), user_id=found.number("user_id"), at=found.moment("at"))
        if erased.at >= since - _COMMITS:
            yield erased
