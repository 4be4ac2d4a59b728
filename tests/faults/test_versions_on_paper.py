"""The script that changes versions, on paper: what it runs, in which order, and what it takes back (R-130)."""

import contextlib
import http.server
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tesigo.platform.paths import ROOT
from tests.faults.workers import wait_until
from tests.serving import serving

SCRIPT = ROOT / "deploy" / "blue_green" / "blue_green.py"


class Paper:
    """Two colours whose commands only write down that they ran; the processes are never there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "log"
        self.upstream = home / "upstream.conf"
        self.upstream.write_text(
            "# ours\nupstream tesigo {\n    server 127.0.0.1:1 max_fails=1;\n    keepalive 8;\n}\n"
        )
        self.log.touch()

    def write(self, *, ready: int = 2, seconds: float = 1, **steps: str) -> None:
        """The configuration; ``steps`` are shell commands in the place of those that only write down."""
        lines = f'state = "{self.home}/state.json"\nupstream = "{self.upstream}"\nhost = "x"\n'
        lines += f"ready_seconds = {seconds}\ncommand_seconds = 5\n"
        for name in ("check_nginx", "reload_nginx"):
            lines += f"{name} = {self._command(name, steps.get(name, ''))}\n"
        for colour, port in (("blue", 1), ("green", ready)):
            lines += f"[colours.{colour}]\nports = [{port}]\n"
            for step in ("migrate", "start", "start_workers", "take_beat", "stop", "stop_workers"):
                lines += f"{step} = [{self._command(f'{step} {colour}', steps.get(step, ''))}]\n"
        (self.home / "c.toml").write_text(lines)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The script."""
        command = [sys.executable, SCRIPT, "--config", self.home / "c.toml", *(words or ("deploy",))]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def ran(self) -> list[str]:
        """What was run since the last look."""
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        return lines

    def _command(self, name: str, more: str) -> str:
        return f"""["sh", "-c", '''echo {name} >> "{self.log}"; {more or "true"}''']"""


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """A server on paper."""
    return Paper(tmp_path)


@pytest.mark.parametrize("step", ["migrate", "start"])
def test_a_step_that_fails_leaves_the_old_colour_untouched(paper: Paper, step: str) -> None:
    paper.write(**{step: "echo no such thing >&2; exit 7"})
    before = paper.upstream.read_text()
    ended = paper.run()
    assert ended.returncode == 3
    assert "no such thing" in ended.stdout
    assert paper.ran()[-2:] == ["stop_workers green", "stop green"]
    assert paper.upstream.read_text() == before
    assert paper.run("status").stdout == "blue serves.\n"


def test_a_colour_that_never_answers_is_taken_back(paper: Paper) -> None:
    paper.write()
    ended = paper.run()
    assert (ended.returncode, "was not ready within 1 s" in ended.stdout) == (3, True)
    assert paper.ran() == ["migrate green", "start green", "stop_workers green", "stop green"]


def test_a_list_that_nginx_refuses_is_put_back(paper: Paper) -> None:
    with _always_ready() as port:
        paper.write(ready=port, check_nginx="grep -q ':1 ' " + str(paper.upstream))
        ended = paper.run()
    assert ended.returncode == 3
    assert "server 127.0.0.1:1 max_fails=1;" in paper.upstream.read_text()
    assert paper.ran()[-2:] == ["stop_workers green", "stop green"]


def test_a_run_that_was_killed_is_put_right_by_the_next(paper: Paper) -> None:
    with _always_ready() as port:
        paper.write(ready=port, start="sleep 60")
        process = subprocess.Popen([sys.executable, SCRIPT, "--config", paper.home / "c.toml", "deploy"])
        wait_until(lambda: "start green" in paper.log.read_text(), "it does not begin", seconds=20)
        assert paper.run().returncode == 5
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert "a run was broken off (starting)" in paper.run("status").stdout
        paper.ran()
        paper.write(ready=port)
        ended = paper.run()
        assert ended.returncode == 0, ended.stdout + ended.stderr
        done = paper.ran()
        assert done[:2] == ["stop_workers green", "stop green"]
        assert done[-3:] == ["stop blue", "stop_workers blue", "take_beat green"]
        assert f"server 127.0.0.1:{port} max_fails=1;\n    keepalive 8;" in paper.upstream.read_text()


def test_an_old_colour_that_cannot_be_stopped_is_told_of_and_stopped_later(paper: Paper) -> None:
    with _always_ready() as port:
        paper.write(ready=port, stop="exit 1")
        ended = paper.run()
        assert (ended.returncode, "green serves, but" in ended.stdout) == (4, True)
        paper.ran()
        paper.write(ready=port, start="exit 1")
        # Blue is stopped first; the change back that follows fails at its start and is taken back.
        assert paper.run("deploy").returncode == 3
        assert paper.ran()[:3] == ["stop blue", "stop_workers blue", "take_beat green"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "does not say 'colours'"),
        ("[colours.blue]\nports = [1]", "does not say 'start'"),
        ("[colours", "cannot be read"),
    ],
)
def test_a_wrong_configuration_touches_nothing(paper: Paper, text: str, told: str) -> None:
    (paper.home / "c.toml").write_text(text)
    ended = paper.run()
    assert (ended.returncode, told in ended.stdout) == (2, True), ended.stdout
    assert paper.ran() == []


class Ready(http.server.BaseHTTPRequestHandler):
    """Says yes to whatever it is asked."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextlib.contextmanager
def _always_ready() -> Iterator[int]:
    """A process that is ready; its port."""
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ready)) as answering:
        yield answering.server_address[1]
