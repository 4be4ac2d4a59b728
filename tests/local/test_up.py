"""What `make run` refuses before it starts anything (R-103), and that it runs from anywhere."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local import up
from local.local_env import PORTS
from local.stack import Stack
from local.supervisor import Supervisor


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[("WEB_CONCURRENCY", text) for text in ("0", "-1", "abc", "2.5", "65", "\u00b2")],
        *[("SITE_PORT", text) for text in ("0", "abc", "65536")],
        ("SANDBOX_PORT", "-8010"),
        ("SANDBOX_SMTP_PORT", "8025/tcp"),
    ],
)
def test_a_number_that_cannot_be_used_is_named_and_nothing_is_started(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, text)
    assert up.main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"{name} must be a whole number from 1 to ")
    assert said.err.endswith(f"not {text!r}.\n")


def test_numbers_in_their_range_and_none_at_all_are_taken() -> None:
    up.refuse_wrong_numbers({})
    up.refuse_wrong_numbers({"WEB_CONCURRENCY": ""})
    up.refuse_wrong_numbers({"WEB_CONCURRENCY": " 64 ", **dict.fromkeys(PORTS, "65535")})
    up.refuse_wrong_numbers({"WEB_CONCURRENCY": "1", **dict.fromkeys(PORTS, "1")})


def test_servers_are_started_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Nothing is left to start, which is all that this takes.
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    up.start_servers(Stack(tmp_path / "var"))


def test_nothing_is_started_after_a_stop_in_the_set_up(tmp_path: Path) -> None:
    site = up.Site()
    site.supervisor = Supervisor(home=tmp_path, say=site.say)
    site.supervisor._note_signal(signal.SIGINT, None)
    site._start_children()
    assert site.supervisor.children == []


def test_what_nobody_reads_any_longer_ends_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    program = "import os; from local.up import Site; Site().say('one'); Site().say('two'); os._exit(3)"
    try:
        assert subprocess.run([sys.executable, "-c", program], stdout=writing, timeout=60).returncode == 3
    finally:
        os.close(writing)
