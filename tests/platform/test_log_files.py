"""Log files are bounded in size and in time (R-73, R-110)."""

import json
import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tesigo.platform import log_files
from tesigo.platform.log import logging_config
from tesigo.platform.log_files import LogFile, LogFileHandler
from tesigo.platform.paths import ROOT
from tesigo.platform.programs import PROGRAMS, program_of

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


# --- of a deployment ---------------------------------------------------------------------------------------------

_WRITER = """
import os, sys
from pathlib import Path
from tesigo.platform.log_files import LogFile
log = LogFile(Path(sys.argv[1]) / "worker.log", most_bytes=20_000)
log.write(b"parent\\n")
for child in range(2):
    if os.fork() == 0:
        break
for number in range(400):
    log.write(b"%d %d %s\\n" % (os.getpid(), number, b"x" * 60))
"""


def test_several_processes_write_into_one_file_and_no_line_is_torn(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", _WRITER, str(tmp_path)], cwd=ROOT, timeout=30, check=False)
    assert ran.returncode == 0
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and b" 399 " not in kept(LogFile(tmp_path / "worker.log")):
        time.sleep(0.02)
    assert {path.name for path in tmp_path.iterdir()} == {"worker.log", "worker.log.1"}
    for line in kept(LogFile(tmp_path / "worker.log")).splitlines():
        assert line == b"parent" or re.fullmatch(rb"\d+ \d+ x{60}", line), line


def record(words: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord("tesigo.x", logging.WARNING, "", 1, words, values, None)


def test_a_deployment_keeps_json_in_files_beside_standard_output(tmp_path: Path) -> None:
    made = logging_config(json=False, level="INFO", folder=str(tmp_path / "log"), program="web", most_bytes=5_000)
    assert made["root"]["handlers"] == ["console", "file"]
    script = (
        "import json, logging.config, sys; logging.config.dictConfig(json.loads(sys.argv[1]));"
        "logging.getLogger('tesigo.x').warning('seen %s', 'Jane Doe', extra={'row': 7})"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", script, json.dumps(made)], env=environ, capture_output=True, timeout=60, check=True
    )
    path = tmp_path / "log" / "web.log"
    line = json.loads(path.read_text())
    assert (line["message"], line["level"], line["logger"], line["row"]) == ("seen [text]", "WARNING", "tesigo.x", 7)
    assert b"seen [text] row=7" in ran.stdout
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.parent.stat().st_mode & 0o007 == 0


def test_without_a_folder_there_is_no_file() -> None:
    made = logging_config(json=True, level="INFO")
    assert (made["root"]["handlers"], list(made["handlers"])) == (["console"], ["console"])


def test_a_full_disk_harms_nobody_and_the_line_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = LogFileHandler(str(tmp_path), "web", 5_000)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log_files, "_complained_at", {})
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        handler.emit(record("seen %s", "Jane Doe"))
        handler.emit(record("seen %s", "Jane Doe"))
    assert capsys.readouterr().err == "line not kept: OSError\n"
    handler.emit(record("here"))
    handler.close()
    assert (tmp_path / "web.log").read_text() == "here\n"


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        (["/venv/bin/uvicorn", "tesigo.asgi:application"], "web"),
        (["/venv/lib/uvicorn/__main__.py", "tesigo.asgi:application"], "web"),
        (["/venv/lib/celery/__main__.py", "--quiet", "-A", "tesigo", "worker"], "worker"),
        (["/venv/bin/celery", "-A", "tesigo", "worker", "-Q", "backup"], "backup"),
        (["/venv/bin/celery", "-A", "tesigo", "worker", "--queues=backup"], "backup"),
        (["/venv/bin/celery", "-A", "tesigo", "worker", "-Qcelery,backup"], "worker"),
        (["/venv/bin/celery", "-A", "tesigo", "beat"], "beat"),
        (["manage.py", "migrate"], "manage"),
        (["-c"], "other"),
        ([], "other"),
    ],
)
def test_each_program_has_a_file_of_its_own(arguments: list[str], program: str) -> None:
    assert program_of(arguments) == program
    assert program in PROGRAMS
