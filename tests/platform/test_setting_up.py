"""A first start is never silent for long, and says nothing that frightens."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from whitenoise.storage import CompressedStaticFilesStorage

from tesigo.platform import static_files
from tesigo.platform.setting_up import telling


def test_it_says_how_many_steps_are_done_while_one_takes_long() -> None:
    said: list[str] = []
    is_said = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        is_said.set()

    with telling(say, total=3, every=0.01) as output:
        output.write("  Applying documents.0001_initial...")
        output.write(" OK\n")
        output.write("  Applying djstripe.0002_2_10...")
        is_said.clear()
        assert is_said.wait(60)
    assert "1 of 3 steps are done" in said[-1]
    assert said[-1].endswith("now djstripe …")
    count = len(said)
    with telling(say, total=3, every=60):
        pass
    assert len(said) == count, "what is quick says nothing"


def test_collecting_static_files_is_said_before_and_while_it_lasts(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    said: list[str] = []
    is_told = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        if "still" in line:
            is_told.set()

    def slow(*words: object, **options: object) -> None:
        assert said == ["Collecting the static files: a minute or two the first time …"]
        assert is_told.wait(60)
        (tmp_path / "static").mkdir()

    monkeypatch.setattr(static_files, "call_command", slow)
    assert static_files.collect_if_changed(tmp_path / "stamp", say=say, every=0.05)
    said.clear()
    assert not static_files.collect_if_changed(tmp_path / "stamp", say=say)
    assert said == [], "a second start says nothing of it"


def test_scripts_are_compressed_and_their_maps_are_not(tmp_path: Path) -> None:
    storage = CompressedStaticFilesStorage(location=tmp_path)
    paths = {}
    for name in ("site.js", "site.js.map"):
        (tmp_path / name).write_text("let one = 1;" * 1000)
        paths[name] = (storage, name)
    list(storage.post_process(paths))
    assert (tmp_path / "site.js.gz").exists()
    assert not (tmp_path / "site.js.map.gz").exists()


def test_root_is_not_warned_of_root() -> None:
    """In a container everybody is root."""
    program = "import os; os.getuid = os.geteuid = lambda: 0; from celery.platforms import check_privileges as c; c([])"
    expecting = f"from tesigo.programs import expect_root; expect_root(); {program}"
    ran = subprocess.run([sys.executable, "-c", expecting], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stderr == ""
    warned = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "superuser" in warned.stderr
