"""Log files are bounded in size and in time (R-73)."""

import os
from pathlib import Path

import pytest

from tesigo.platform import log_files
from tesigo.platform.log_files import LogFile

DAY = 86_400
#: The first moment of a stretch.
BEGIN = 15 * DAY * 1_300


def written(log: LogFile, line: bytes, day: float) -> None:
    """A line on a day, counted from the beginning of a stretch; the file says so as well."""
    log.write(line, now=BEGIN + day * DAY)
    os.utime(log.path, (BEGIN + day * DAY, BEGIN + day * DAY))


def kept(log: LogFile) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(log.path.parent.iterdir()))


def test_no_line_is_older_than_thirty_days(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "web.log")
    for day in range(200):
        written(log, b"%d\n" % day, day)
        days = [int(line) for line in kept(log).split()]
        assert day in days
        assert min(days) > day - 30
    assert {path.name for path in tmp_path.iterdir()} == {"web.log", "web.log.1"}


def test_what_is_old_goes_although_nothing_is_written(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "web.log")
    written(log, b"first\n", 0)
    log.tidy(now=BEGIN + 29 * DAY)
    assert kept(log) == b"first\n"
    log.tidy(now=BEGIN + 30 * DAY)
    assert kept(log) == b""


def test_a_file_that_is_too_big_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "LOG_BYTES", 10)
    log = LogFile(tmp_path / "web.log")
    for _ in range(100):
        written(log, b"four\n", 1)
    assert len(kept(log)) <= 2 * 15


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.touch(mode=0o666)
    written(LogFile(path), b"x\n", 0)
    assert path.stat().st_mode & 0o777 == 0o600
