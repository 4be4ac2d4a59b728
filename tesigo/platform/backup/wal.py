"""WAL segments: their names, their order, what stands in their first page, and what is said of each beside it."""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from tesigo.platform.backup.errors import Damaged, FormatWrong
from tesigo.platform.backup.reading import Reader
from tesigo.platform.backup.signing import read_signed_json, signed_json

FORMAT_VERSION: Final = 1
_SEGMENT: Final = re.compile(r"[0-9A-F]{24}")
_HISTORY: Final = re.compile(r"[0-9A-F]{8}\.history")
_IN_ALL: Final = 2**32
#: XLogLongPageHeaderData: magic, flags, timeline, address, rest of a record, padding, system, segment size, block size.
_HEADER: Final = struct.Struct("<HHIQIxxxxQII")
_LONG: Final = 0x0002


@dataclass(frozen=True)
class Header:
    """What the first page of a segment says of it."""

    system_id: str
    segment_bytes: int
    start: int


def is_segment(name: str) -> bool:
    """Whether it names a segment that is complete."""
    return _SEGMENT.fullmatch(name) is not None


def is_history(name: str) -> bool:
    """Whether it names the history of a timeline."""
    return _HISTORY.fullmatch(name) is not None


def timeline_of(name: str) -> int:
    """The timeline in the name of a segment or a history."""
    return int(name[:8], 16)


def number_of(name: str, segment_bytes: int) -> int:
    """The place of a segment in the order of all, whatever its timeline."""
    return int(name[8:16], 16) * (_IN_ALL // segment_bytes) + int(name[16:24], 16)


def name_of(timeline: int, number: int, segment_bytes: int) -> str:
    """The name of a segment."""
    high, low = divmod(number, _IN_ALL // segment_bytes)
    return f"{timeline:08X}{high:08X}{low:08X}"


def missing(names: Iterable[str], *, segment_bytes: int) -> Iterator[tuple[str, str]]:
    """Where segments are missing between others: the first and the last that are not there.

    A new timeline may begin with the number that the old one ended with, or with an earlier one after a restore.
    """
    by_number: dict[int, int] = {}
    for name in names:
        number = number_of(name, segment_bytes)
        by_number[number] = max(by_number.get(number, 0), timeline_of(name))
    numbers = sorted(by_number)
    for before, after in pairwise(numbers):
        if after != before + 1:
            timeline = by_number[after]
            yield name_of(timeline, before + 1, segment_bytes), name_of(timeline, after - 1, segment_bytes)


def read_header(path: Path) -> Header:
    """Reads the first page. Raises `Damaged` for a file that is not the segment that its name says."""
    with path.open("rb") as file:
        raw = file.read(_HEADER.size)
    if len(raw) < _HEADER.size:
        raise Damaged(f"The WAL segment {path.name} is cut off.")
    _magic, flags, timeline, start, _rest, system, segment_bytes, _block = _HEADER.unpack(raw)
    size = path.stat().st_size
    if not flags & _LONG or segment_bytes != size or segment_bytes < 1024**2:
        raise Damaged(f"The WAL segment {path.name} does not begin as one.")
    if start != number_of(path.name, segment_bytes) * segment_bytes or timeline > timeline_of(path.name):
        raise Damaged(f"The WAL segment {path.name} holds another one's content.")
    return Header(str(system), segment_bytes, start)


@dataclass(frozen=True, kw_only=True)
class Note:
    """`<segment>.json` beside a segment at a destination; signed. Of a history as of a segment."""

    name: str
    system_id: str
    #: When it was complete at the site.
    completed_at: datetime
    plain_bytes: int
    plain_sha256: str
    #: Compressed and encrypted, as it lies there.
    sent_bytes: int
    sent_sha256: str

    def to_json(self, *, key: str) -> bytes:
        """Signed by the site's ``key``."""
        content = asdict(self) | {"completed_at": self.completed_at.isoformat(), "format_version": FORMAT_VERSION}
        return signed_json(content, key=key)

    @classmethod
    def from_json(cls, raw: bytes, *, keys: Sequence[str], where: str) -> "Note":
        """Checks the signature by the public ``keys`` and reads it. Raises `SignatureWrong` and `FormatWrong`."""
        return cls._read(read_signed_json(raw, keys=keys, where=where), where)

    @classmethod
    def unchecked(cls, raw: bytes, *, where: str) -> "Note":
        """Reads one of the site's own disk. Raises `FormatWrong`."""
        return cls._read(Reader.of(raw, where), where)

    @classmethod
    def _read(cls, found: Reader, where: str) -> "Note":
        if found.number("format_version") != FORMAT_VERSION:
            raise FormatWrong(f"{where} is of a version that this program does not read.")
        name = found.text("name")
        if not is_segment(name) and not is_history(name):
            raise FormatWrong(f"{where}: {name!r} is not the name of a WAL segment.")
        return cls(
            name=name,
            system_id=found.text("system_id"),
            completed_at=found.moment("completed_at"),
            plain_bytes=found.number("plain_bytes"),
            plain_sha256=found.hash("plain_sha256"),
            sent_bytes=found.number("sent_bytes"),
            sent_sha256=found.hash("sent_sha256"),
        )
