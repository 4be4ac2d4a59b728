"""Starts everything on this machine and keeps it running until Ctrl-C: what `make run` calls.

Knows no Django: it lives as long as the site. What needs Django, setting up the database first of all, is forked from a
process that has loaded it (`tesigo.preloaded`): web processes, workers and beat share what that holds.
"""

import argparse
import os
import shutil
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from itertools import chain, combinations
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from local.fork_server import Forked, ForkServer, NotForked
from local.local_env import BACKUP_KEY, PORTS, uses_sandbox
from local.redis_server import RedisError
from local.servers import Servers
from local.speech import Speech
from local.stack import Stack
from local.supervisor import FIRST_PAUSE, LAST_PAUSE, LINES_SECONDS, Child, Supervisor
from tesigo.platform.backup import keys
from tesigo.platform.paths import ROOT, VAR
from tesigo.platform.postgres_server import PostgresError
from tesigo.platform.processes import file_lock, free_port, port_is_free

#: How staff sign in for the first time.
STAFF_EMAIL = os.environ.get("STAFF_EMAIL", "staff@tesigo.example")
#: Pages are Python, one core a process (WEB_CONCURRENCY).
WEB_PROCESSES = "2"
MOST_WEB_PROCESSES = 64
#: Below it ports are the system's own.
FIRST_PORT = 1_024
LAST_PORT = 65_535
STOP_ORDER = ("web", "worker", "beat", "sandbox", "receivewal")
#: REMAP_SIGTERM is read by the library under Celery as it is imported: on SIGTERM a worker gives back what it holds
#: within CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT instead of waiting for the whole task. Django's checks are made once, by
#: `up`, instead of by the worker and by beat.
_ENVIRON = {"REMAP_SIGTERM": "SIGQUIT", "CELERY_SKIP_CHECKS": "1"}
HEALTH_SECONDS = 60
#: Backups wait as long for the worker; what it does is more urgent.
WORKER_SECONDS = 30
#: How long a command that the start needs is tried again where the machine has no room for it.
ROOM_SECONDS = 30
#: Ten more than CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT (settings), within which a worker gives back what it holds.
WORKER_STOP_SECONDS = 30


class NotStarted(Exception):
    """The site cannot be started; the message says why. ``code`` is what the program ends with."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Site:
    """The servers, the site and its workers, from the start to Ctrl-C."""

    def __init__(self) -> None:
        self._worker: Child | None = None
        self._is_announced = False
        self.say = Speech(logs=VAR / "log").say

    def run(self, *, staff_email: str) -> None:
        """Sets up what is missing, starts the children, looks after them, stops them in order. Raises NotStarted."""
        with file_lock(VAR / "up.lock", wait=False) as is_only_one:
            if not is_only_one:
                raise NotStarted(f"TesiGo is already running at {os.environ['SITE_URL']}.", code=2)
            self.fork_server = ForkServer("tesigo.preloaded", environ=_ENVIRON)
            self.supervisor = Supervisor(home=VAR, say=self.say, fork_server=self.fork_server)
            self.supervisor.end_orphans()
            self._refuse_taken_ports()
            self.supervisor.take_signals()
            stack = Stack(VAR)
            self.servers = Servers(stack, say=self.say)
            try:
                with suppress(OSError):  # without room for it now; who needs it begins it
                    # It loads while the servers start.
                    self.fork_server.begin()
                self._set_up(stack, staff_email=staff_email)
                self._start_children()
                self._stay()
            except (PostgresError, RedisError) as error:
                raise NotStarted(str(error)) from error
            finally:
                self.say("Stopping …")
                self.supervisor.stop(STOP_ORDER)
                self.servers.leave(self.supervisor)
                stack.stop()
                self.say("Stopped. Everything is kept for the next start.")

    def _refuse_taken_ports(self) -> None:
        names = list(PORTS) if uses_sandbox(os.environ) else ["SITE_PORT"]
        taken = [name for name in names if not port_is_free(int(os.environ[name]))]
        if taken:
            lines = [f"Port {os.environ[name]} is taken by another program ({name})." for name in taken]
            lines.append(f"Choose other ports, for instance: {other_ports(taken, os.environ)} make run")
            raise NotStarted("\n".join(lines), code=2)

    def _set_up(self, stack: Stack, *, staff_email: str) -> None:
        if not any(stack.pids().values()):
            self.say("Starting PostgreSQL and Redis …")
        self.servers.start()
        while self.servers.are_starting:
            if self._is_over():
                return
            time.sleep(0.05)
        if self.servers.failure:
            raise NotStarted(self.servers.failure)
        if code := self._run("set_up_site", "--staff-email", staff_email):
            raise NotStarted("The site could not be set up; the lines above say why.", code=code)

    def _run(self, *words: str) -> int:
        """Runs a command of Django and says what it prints; returns its exit code, 0 in a stop. Raises NotStarted."""
        program = self._begin(words)
        if program is None:
            return 0
        assert program.stdout is not None
        saying = threading.Thread(target=self._say_lines, args=(program.stdout,), daemon=True)
        saying.start()
        with self.supervisor.remembering(words[0], program.pid):
            while (code := program.poll()) is None:
                self.supervisor.look_after()
                if self._is_over():
                    program.terminate()
                time.sleep(0.05)
        saying.join(LINES_SECONDS)
        return 0 if self._is_over() else code

    def _begin(self, words: Sequence[str]) -> Forked | None:
        """The command, begun; None in a stop. Raises NotStarted where the machine has no room for it for long."""
        pause, deadline = FIRST_PAUSE, time.monotonic() + ROOM_SECONDS
        while not self._is_over():
            try:
                # A session of its own, so that Ctrl-C reaches only us. What is being set up is left whole either way.
                return self.fork_server.start(
                    "tesigo.programs:manage", words, environ={}, is_piped=True, with_errors=False
                )
            except NotForked as error:
                if time.monotonic() > deadline:
                    raise NotStarted(f"{words[0]} could not be started: {error}.") from error
                self.say(f"{words[0]} was not started: {error}; starting it again in {pause:.0f} s.")
            again_at = time.monotonic() + pause
            pause = min(pause * 2, LAST_PAUSE)
            while time.monotonic() < again_at and not self._is_over():
                self.supervisor.look_after()
                time.sleep(0.05)
        return None

    def _say_lines(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self.say(line.decode(errors="replace").rstrip("\n"))

    def _is_over(self) -> bool:
        return self.supervisor.is_stopping

    def _start_children(self) -> None:
        if self._is_over():  # the database may be set up in part
            return
        environ = os.environ
        if uses_sandbox(environ):
            # It finds the webhooks' secret in the environment: everybody on the machine may read a command line.
            sandbox = {
                "--port": environ["SANDBOX_PORT"],
                "--smtp-port": environ["SANDBOX_SMTP_PORT"],
                "--state": str(VAR / "sandbox.json"),
                "--webhook-url": f"{environ['SITE_URL'].rstrip('/')}/stripe/webhook/",
            }
            words = [sys.executable, "-m", "sandbox", *chain.from_iterable(sandbox.items())]
            self.supervisor.start(Child("sandbox", words, folder=ROOT))
        for number in range(int(environ.get("WEB_CONCURRENCY") or WEB_PROCESSES)):
            name = "web" if number == 0 else f"web-{number + 1}"
            self.supervisor.start(Child(name, [environ["SITE_PORT"]], program="tesigo.programs:web"))
        # The first page matters most: what comes next shares the processors only after it.
        self._wait_for_site()
        if self._run("check"):
            raise NotStarted("The checks above did not pass.")
        self._worker = worker = Child(
            "worker",
            [
                "worker",
                "--autoscale=10,2",
                "--queues=celery,backup",
                "--loglevel=INFO",
                "--without-gossip",
                "--without-mingle",
            ],
            program="tesigo.programs:celery",
            ready=" ready.",
            # What the pool does by itself, and what is not so here: a second Ctrl-C reaches us, not the worker.
            unsaid=("Scaling up", "Scaling down", "Hitting Ctrl+C again"),
            stop_seconds=WORKER_STOP_SECONDS,
        )
        beat = Child("beat", ["beat", "--loglevel=INFO", "--pidfile="], program="tesigo.programs:celery")
        if not self.supervisor.is_stopping:
            self.supervisor.start(worker)
            self.supervisor.start(beat)
        deadline = time.monotonic() + WORKER_SECONDS
        while not worker.is_ready.is_set() and time.monotonic() < deadline and not self.supervisor.is_stopping:
            self._look()
            time.sleep(0.1)
        self._tell_of_worker()
        if not worker.is_ready.is_set() and not self.supervisor.is_stopping:
            self.say(f"The worker is not ready yet; {VAR / 'log' / 'worker.log'} says why. Pages are served meanwhile.")
        # Only now: the first page and the worker come before it.
        self._start_backups()

    def _tell_of_worker(self) -> None:
        if self._worker is not None and self._worker.is_ready.is_set() and not self.supervisor.is_stopping:
            self._worker = None  # once
            self.say("The worker is ready: what is ordered is written.")

    def _start_backups(self) -> None:
        """Asks for the backup that is due, and starts pg_receivewal. Without them the site runs all the same."""
        environ = os.environ
        if not environ.get("BACKUP_DESTINATIONS"):
            if not any(name.startswith("BACKUP_") for name in environ):
                why = "gpg is missing (package gnupg)" if shutil.which("gpg") is None else "DATABASE_URL is your own"
                self.say(f"No backups are taken: {why}, and BACKUP_DESTINATIONS is not set.")
            return
        ours = ["--own-keys", str(BACKUP_KEY)] if is_own_key(environ) else []
        try:
            if self._run("start_backups", *ours) or self.supervisor.is_stopping:
                return
        except NotStarted as error:
            self.say(f"No backups are taken: {error}")
            return
        self.supervisor.start(Child("receivewal", ["receive_wal"], program="tesigo.programs:manage"))

    def _wait_for_site(self) -> None:
        deadline = time.monotonic() + HEALTH_SECONDS
        while time.monotonic() < deadline and not self.supervisor.is_stopping:
            self.supervisor.look_after()
            if self._announce_once_it_answers(seconds=2):
                return
            time.sleep(0.1)
        if not self.supervisor.is_stopping:
            self.say(f"The site does not answer yet; {VAR / 'log' / 'web.log'} says why.")

    def _announce_once_it_answers(self, *, seconds: float) -> bool:
        if not self._is_announced and not self.supervisor.is_stopping:
            self._is_announced = _answers(int(os.environ["SITE_PORT"]), seconds=seconds)
            if self._is_announced:
                self._announce()
        return self._is_announced

    def _announce(self) -> None:
        site, inbox = os.environ["SITE_URL"].rstrip("/"), os.environ.get("MAIL_INBOX_URL")
        lines = ["", "TesiGo is running.", f"  Site   {site}/", f"  Admin  {site}/admin/"]
        if inbox:
            lines.append(f"  Mails  {inbox}")
        lines += [f"  Logs   {Path(os.path.relpath(VAR / 'log'))}/", "  Ctrl-C stops everything.", ""]
        self.say("\n".join(lines))

    def _stay(self) -> None:
        next_look = 0.0
        while not self.supervisor.is_stopping:
            self._look()
            if time.monotonic() > next_look:
                self._announce_once_it_answers(seconds=0.2)
                next_look = time.monotonic() + 1
            time.sleep(0.1)

    def _look(self) -> None:
        self.supervisor.look_after()
        self.servers.look_after()
        self._tell_of_worker()


def refuse_wrong_numbers(environ: Mapping[str, str]) -> None:
    """Raises NotStarted for what only `up` reads and cannot; all other settings are judged by Django's."""
    largest = {**dict.fromkeys(PORTS, LAST_PORT), "WEB_CONCURRENCY": MOST_WEB_PROCESSES}
    given = {name: environ.get(name, "").strip() for name in largest}
    lines = [
        f"{name} must be a whole number from 1 to {largest[name]}, not {text!r}."
        for name, text in given.items()
        if text and not (text.isdecimal() and 1 <= int(text) <= largest[name])
    ]
    ports = {name: int(text) for name in PORTS if (text := given[name]).isdecimal()}
    for name, other in combinations(ports, 2):
        if ports[name] == ports[other] and not lines:
            lines.append(f"{name} and {other} must differ; both are {ports[name]}.")
    if lines:
        raise NotStarted("\n".join(lines), code=2)


def other_ports(taken: Sequence[str], environ: Mapping[str, str]) -> str:
    """Free ports for the names in ``taken``, as one writes them before a command; each a thousand or more away."""
    refused = {int(environ[name]) for name in PORTS}
    chosen = []
    for name in taken:
        port = int(environ[name])
        above = range(port + 1000, LAST_PORT + 1, 1000)
        below = range(port % 1000, port, 1000)
        far = (one for one in chain(above, below) if one >= FIRST_PORT and one not in refused)
        found = next((one for one in far if port_is_free(one)), None)
        port = found or free_port()
        refused.add(port)
        chosen.append(f"{name}={port}")
    return " ".join(chosen)


def is_own_key(environ: Mapping[str, str]) -> bool:
    """Whether backups are encrypted for the pair that this machine makes for itself."""
    return Path(environ.get("BACKUP_RECIPIENTS_FILE", "")) == keys.public_file(BACKUP_KEY)


def _answers(port: int, *, seconds: float) -> bool:
    site = HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        # Whatever it says, a redirect to https for instance: it is there.
        site.request("GET", "/health", headers={"Host": urlsplit(os.environ["SITE_URL"]).hostname or ""})
        return site.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        site.close()


def main(arguments: list[str]) -> int:
    """The command line; returns the exit code. The environment is complete already (`local_env.load`)."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__.splitlines()[0])
    parser.add_argument("--staff-email", default=STAFF_EMAIL, help="how staff sign in for the first time")
    given = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tesigo.settings")
    try:
        refuse_wrong_numbers(os.environ)
        Site().run(staff_email=given.staff_email)
    except NotStarted as error:
        print(error, file=sys.stderr)
        return error.code
    return 0
