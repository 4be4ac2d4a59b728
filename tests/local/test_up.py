"""What `make run` refuses before it starts anything (R-103), and that it runs from anywhere."""

import signal
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import django
import pytest

from local import up
from local.fork_server import Forked, ForkServer, NotForked
from local.local_env import PORTS
from local.supervisor import Child, Supervisor
from tesigo.platform.processes import free_port, port_is_free
from tests.local import forked
from tests.local.test_supervisor import Heard
from tests.serving import serving


class Healthy(BaseHTTPRequestHandler):
    """Answers as a site that is there."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps what it is asked to itself."""


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
    up.refuse_wrong_numbers({"WEB_CONCURRENCY": " 64 ", "SITE_PORT": "65535", "SANDBOX_PORT": "1"})
    up.refuse_wrong_numbers({"WEB_CONCURRENCY": "1", "SITE_PORT": "1", "SANDBOX_PORT": "65535"})


@pytest.mark.parametrize(("name", "other"), [("SITE_PORT", "SANDBOX_PORT"), ("SANDBOX_PORT", "SANDBOX_SMTP_PORT")])
def test_two_programs_cannot_have_one_port(name: str, other: str) -> None:
    with pytest.raises(up.NotStarted, match=f"{name} and {other} must differ; both are 9000."):
        up.refuse_wrong_numbers({name: "9000", other: "9000"})


@pytest.mark.parametrize("port", [1, 8_000, 64_536, 65_535])
def test_ports_to_choose_instead_are_free_within_range_and_of_one_program_each(port: int) -> None:
    environ = {name: str(port + number) for number, name in enumerate(PORTS)}
    said = up.other_ports(list(PORTS), environ)
    chosen = [int(words.partition("=")[2]) for words in said.split()]
    assert [words.partition("=")[0] for words in said.split()] == list(PORTS)
    assert all(1_024 <= one <= 65_535 and port_is_free(one) for one in chosen)
    assert len({*chosen, *(port + number for number in range(3))}) == 6


def test_a_port_that_is_suggested_is_not_taken_either() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        taken = listening.getsockname()[1]
        for port in (taken - 1000, taken + 1000):
            [(_, _, chosen)] = [up.other_ports(["SITE_PORT"], dict.fromkeys(PORTS, str(port))).partition("=")]
            assert int(chosen) != taken


def test_nothing_is_started_after_a_stop_in_the_set_up(tmp_path: Path) -> None:
    site = up.Site()
    site.supervisor = Supervisor(home=tmp_path, say=site.say)
    site.supervisor._note_signal(signal.SIGINT, None)
    site._start_children()
    assert site.supervisor.children == []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[up.Site]:
    """A site without any server or child; what it says is in ``heard``."""
    site = up.Site()
    site.say = Heard()
    site.fork_server = ForkServer(forked.__name__)
    site.supervisor = Supervisor(home=tmp_path, say=site.say, fork_server=site.fork_server)
    yield site
    site.supervisor.stop(up.STOP_ORDER)


def test_what_a_command_prints_is_said_by_us(site: up.Site) -> None:
    """A command would end with a pipe that nobody reads any longer, and the start with it."""
    assert site._run("version") == 0
    assert site.say == [django.get_version()]


def test_a_command_is_tried_again_until_there_is_room(site: up.Site, monkeypatch: pytest.MonkeyPatch) -> None:
    start, tries = site.fork_server.start, iter(range(9))

    def start_late(*asked: Any, **more: Any) -> Forked:
        if next(tries) == 0:
            raise NotForked("the machine has no room")
        return start(*asked, **more)

    monkeypatch.setattr(site.fork_server, "start", start_late)
    monkeypatch.setattr(up, "FIRST_PAUSE", 0.1)
    assert site._run("version") == 0
    assert site.say[0].startswith("version was not started: the machine has no room; starting it again in ")
    assert site.say[1:] == [django.get_version()]


def test_a_machine_without_room_costs_backups_and_not_the_site(site: up.Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "ROOM_SECONDS", -1)
    monkeypatch.setenv("BACKUP_DESTINATIONS", "local")

    def refuse(*asked: Any, **more: Any) -> Forked:
        raise NotForked("the machine has no room")

    monkeypatch.setattr(site.fork_server, "start", refuse)
    site._start_backups()
    assert site.say == ["No backups are taken: start_backups could not be started: the machine has no room."]


def test_the_site_is_announced_when_it_answers_and_the_worker_when_it_is_ready(
    site: up.Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: Any = site.say
    port = free_port()
    monkeypatch.setenv("SITE_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("SITE_PORT", str(port))
    monkeypatch.setattr(up, "HEALTH_SECONDS", 0)
    site._wait_for_site()
    assert [line.partition(";")[0] for line in said] == ["The site does not answer yet"]
    site._worker = worker = Child("worker", [])
    with serving(HTTPServer(("127.0.0.1", port), Healthy)):
        assert site._announce_once_it_answers(seconds=2)
        assert site._announce_once_it_answers(seconds=2)
    assert [line for line in said if "TesiGo is running." in line] == said[1:]
    assert f"http://127.0.0.1:{port}/admin/" in said[1]
    site._tell_of_worker()
    assert len(said) == 2
    worker.is_ready.set()
    site._tell_of_worker()
    site._tell_of_worker()
    assert said[2:] == ["The worker is ready: what is ordered is written."]
