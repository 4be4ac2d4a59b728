#!/usr/bin/env python3
"""Puts a new version in the place of the one that serves, on one server (R-130).

    blue_green.py --config /etc/tesigo/blue_green.toml deploy     the other colour serves from now on
    blue_green.py --config … deploy --no-migrate                  the same, for going back to the version before
    blue_green.py --config … status

Two colours lie side by side, each with commands that start and stop it (`blue_green.toml` beside this file has
those of the systemd units). A deployment migrates, starts the new colour, waits until each of its processes is ready,
writes nginx's list of servers anew, reloads it, waits a second, and stops the old colour. Until nginx was reloaded
anything that goes wrong takes the new colour away again and leaves the old one untouched. Every step is
written down before it begins: a run that was killed is put right by the next.

Ends with 0: done. 2: the configuration is wrong, nothing was touched. 3: rolled back, the old colour serves. 4: the new
colour serves, but the old one could not be stopped. 5: another run is under way.

Uses the standard library only: it runs before any version of the site does.
"""

import argparse
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

DONE, WRONG, ROLLED_BACK, OLD_STAYS, BUSY = 0, 2, 3, 4, 5
#: Seconds between nginx's reload and the end of the old colour: its workers take the new list after the signal, and a
#: process that has its SIGTERM takes no connection any more.
SETTLE_SECONDS = 1.0
#: Seconds that a process may take to say whether it is ready.
ASK_SECONDS = 5.0
#: In steps from here on the new colour may be serving already.
SWITCHED = "stopping the old colour"
_SERVER = re.compile(r"^[ \t]*server[ \t]+127\.0\.0\.1:(\d+)([^;\n]*);[^\n]*\n", re.MULTILINE)


class Failed(Exception):
    """A step that did not work; the message says which and why."""


class WrongConfiguration(Exception):
    """The file does not say what is needed."""


@dataclass(frozen=True)
class Colour:
    """One of the two places for a version: where its pages listen, and the commands that move it."""

    name: str
    ports: tuple[int, ...]
    migrate: tuple[tuple[str, ...], ...]
    start: tuple[tuple[str, ...], ...]
    start_workers: tuple[tuple[str, ...], ...]
    take_beat: tuple[tuple[str, ...], ...]
    stop: tuple[tuple[str, ...], ...]
    stop_workers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Configuration:
    """What the file says. Times are seconds."""

    state: Path
    upstream: Path
    host: str
    check_nginx: tuple[str, ...]
    reload_nginx: tuple[str, ...]
    ready_seconds: float
    command_seconds: float
    migrate_seconds: float
    colours: dict[str, Colour]

    @classmethod
    def read(cls, path: Path) -> "Configuration":
        """From a TOML file. Raises WrongConfiguration."""
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
            colours = {name: _colour(name, values) for name, values in found["colours"].items()}
            read = cls(
                state=Path(found["state"]),
                upstream=Path(found["upstream"]),
                host=str(found["host"]),
                check_nginx=tuple(found["check_nginx"]),
                reload_nginx=tuple(found["reload_nginx"]),
                ready_seconds=float(found.get("ready_seconds", 90)),
                command_seconds=float(found.get("command_seconds", 60)),
                migrate_seconds=float(found.get("migrate_seconds", 1800)),
                colours=colours,
            )
        except KeyError as error:
            raise WrongConfiguration(f"{path} does not say {error}") from error
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise WrongConfiguration(f"{path} cannot be read: {error}") from error
        ports = [port for colour in colours.values() for port in colour.ports]
        if len(colours) != 2 or not all(colour.ports for colour in colours.values()) or len(set(ports)) < len(ports):
            raise WrongConfiguration(f"{path} must name two colours with ports of their own")
        return read


def _colour(name: str, values: dict[str, Any]) -> Colour:
    def commands(step: str) -> tuple[tuple[str, ...], ...]:
        found = values.get(step, []) if step in {"take_beat", "migrate"} else values[step]
        if not all(isinstance(command, list) and command for command in found):
            raise TypeError(f"{name}.{step} must be a list of commands, each a list of words")
        return tuple(tuple(map(str, command)) for command in found)

    steps = ("migrate", "start", "start_workers", "take_beat", "stop", "stop_workers")
    ports = tuple(int(port) for port in values["ports"])
    return Colour(name=name, ports=ports, **{step: commands(step) for step in steps})


@dataclass
class State:
    """Which colour serves, and how far a deployment is; kept in a file that is never half written."""

    path: Path
    live: str
    new: str = ""
    step: str = ""

    def note(self, step: str, *, new: str) -> None:
        """What is about to be done."""
        self.step, self.new = step, new
        self.save()

    def settle(self, live: str) -> None:
        """Nothing is under way any more."""
        self.live, self.new, self.step = live, "", ""
        self.save()

    def save(self) -> None:
        """Onto the disk, at once."""
        draft = self.path.with_name(f"{self.path.name}.new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"live": self.live, "new": self.new, "step": self.step}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


class Deployment:
    """The steps, and what undoes them."""

    def __init__(self, configuration: Configuration) -> None:
        self._is = configuration
        self.state = self._known()

    def deploy(self, *, migrate: bool) -> int:
        """Puts the other colour in the place of the one that serves; returns the exit code."""
        if self.state.step and (code := self._put_right()) != DONE:
            return code
        old = self._is.colours[self.state.live]
        new = next(colour for name, colour in self._is.colours.items() if name != old.name)
        say(f"{old.name} serves; {new.name} is to.")
        try:
            self._bring_up(new, migrate=migrate)
            self._switch(new)
        except (Failed, OSError, KeyboardInterrupt) as error:
            return self._roll_back(new, old, why=str(error) or "interrupted")
        return self._stop_old(old, new)

    def _known(self) -> State:
        try:
            found = json.loads(self._is.state.read_text(encoding="utf-8"))
            state = State(self._is.state, **{name: str(found[name]) for name in ("live", "new", "step")})
        except FileNotFoundError:
            listed = {int(port) for port, _ in _SERVER.findall(self._read_upstream())}
            live = [name for name, colour in self._is.colours.items() if listed and listed <= set(colour.ports)]
            if len(live) != 1:
                raise WrongConfiguration(f"{self._is.upstream} lists the processes of neither colour") from None
            return State(self._is.state, live[0])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WrongConfiguration(f"{self._is.state} cannot be read: {error}") from error
        if state.live not in self._is.colours or state.new not in {"", *self._is.colours}:
            raise WrongConfiguration(f"{self._is.state} names a colour that the configuration does not")
        return state

    def _read_upstream(self) -> str:
        try:
            return self._is.upstream.read_text(encoding="utf-8")
        except OSError as error:
            raise WrongConfiguration(f"{self._is.upstream} cannot be read: {error}") from error

    def _put_right(self) -> int:
        """Ends what a run that was killed had begun: forwards once the new colour served, else backwards."""
        old, new = self._is.colours[self.state.live], self._is.colours[self.state.new]
        say(f"An earlier run was broken off ({self.state.step}).")
        if self.state.step == SWITCHED:
            return self._stop_old(old, new)
        code = self._roll_back(new, old, why="an earlier run was broken off")
        return DONE if code == ROLLED_BACK else code

    def _bring_up(self, new: Colour, *, migrate: bool) -> None:
        if migrate:
            self.state.note("migrating", new=new.name)
            self._run(new.migrate, "the migrations", seconds=self._is.migrate_seconds)
        self.state.note("starting", new=new.name)
        self._run(new.start, f"starting {new.name}")
        deadline = time.monotonic() + self._is.ready_seconds
        for port in new.ports:
            self._wait_for(port, deadline)
        self._run(new.start_workers, f"starting the workers of {new.name}")

    def _wait_for(self, port: int, deadline: float) -> None:
        said = "nothing"
        while time.monotonic() < deadline:
            status, said = _ask(port, self._is.host)
            if status == 200:
                say(f"  ready at port {port}")
                return
            time.sleep(0.2)
        raise Failed(f"port {port} was not ready within {self._is.ready_seconds:.0f} s; it said: {said}")

    def _switch(self, new: Colour) -> None:
        self.state.note("switching", new=new.name)
        self._list(new)
        # From here on requests may reach the new colour: forwards is the only way.
        self.state.note(SWITCHED, new=new.name)

    def _list(self, colour: Colour) -> None:
        """Writes the list of servers and has nginx take it; what it refuses is put back."""
        before = self._read_upstream()
        found = _SERVER.search(before)
        if found is None:
            raise Failed(f"{self._is.upstream} lists no server at 127.0.0.1")
        lines = "".join(f"    server 127.0.0.1:{port}{found[2]};\n" for port in colour.ports)
        after = before[: found.start()] + lines + _SERVER.sub("", before[found.end() :])
        _write(self._is.upstream, after)
        try:
            self._run([self._is.check_nginx], "nginx's look at its configuration")
            self._run([self._is.reload_nginx], "nginx's reload")
        except BaseException:
            _write(self._is.upstream, before)
            raise

    def _roll_back(self, new: Colour, old: Colour, *, why: str) -> int:
        say(f"Rolling back: {why}.")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        problems = []
        try:
            if self.state.step == "switching":
                self._list(old)
                time.sleep(SETTLE_SECONDS)
        except (Failed, OSError) as error:
            # Whoever nginx lists now must not be stopped.
            say(f"nginx could not be given {old.name} again: {error}. Both colours were left running; run this again.")
            return ROLLED_BACK
        for commands in (new.stop_workers, new.stop):
            try:
                self._run(commands, f"stopping {new.name}")
            except Failed as error:
                problems.append(str(error))
        if not problems:
            self.state.settle(old.name)
        for problem in problems:
            say(f"  {problem}")
        how = "may still run" if problems else "was stopped"
        say(f"Rolled back: {old.name} serves, as before; {new.name} {how}.")
        return ROLLED_BACK

    def _stop_old(self, old: Colour, new: Colour) -> int:
        say(f"{new.name} serves.")
        # Where a run was killed between the list and the note of it, nginx may not have been told.
        time.sleep(SETTLE_SECONDS)
        problems = []
        for commands, what in (
            (old.stop, f"stopping the pages of {old.name}"),
            # They hand back what they hold, so that the new ones go on with it.
            (old.stop_workers, f"stopping the workers of {old.name}"),
            (new.take_beat, "starting beat anew"),
        ):
            try:
                self._run(commands, what)
            except Failed as error:
                problems.append(str(error))
        if problems:
            say(f"{new.name} serves, but: {'; '.join(problems)}. Run this again when it is mended.")
            return OLD_STAYS
        self.state.settle(new.name)
        say(f"Done: {new.name} serves, {old.name} was stopped.")
        return DONE

    def _run(self, commands: Sequence[Sequence[str]], what: str, *, seconds: float | None = None) -> None:
        for command in commands:
            limit = seconds or self._is.command_seconds
            try:
                ended = subprocess.run(
                    command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, check=False
                )
            except subprocess.TimeoutExpired:
                raise Failed(f"{what} took more than {limit:.0f} s") from None
            except OSError as error:
                raise Failed(f"{what}: {command[0]} cannot be run ({error.strerror})") from error
            if ended.returncode:
                told = (ended.stderr.strip() or ended.stdout.strip()).splitlines()[-3:]
                raise Failed(f"{what} ended with {ended.returncode}: {' / '.join(told)}")


def _ask(port: int, host: str) -> tuple[int, str]:
    """What the process at the port says to whether it is ready."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ASK_SECONDS)
    try:
        # As nginx would hand it on: the site redirects what came by plain http.
        connection.request("GET", "/ready", headers={"Host": host, "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        return answer.status, f"{answer.status} {answer.read(300).decode(errors='replace')}"
    except (OSError, HTTPException) as error:
        return 0, type(error).__name__
    finally:
        connection.close()


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def say(text: str) -> None:
    """Prints at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def only_one(state: Path) -> Iterator[bool]:
    """Whether no other run is under way; holds the others off for the time of the block."""
    with state.with_name(f"{state.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt(f"interrupted by {signal.Signals(number).name}")


def main(words: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("/etc/tesigo/blue_green.toml"))
    parser.add_argument("command", choices=["deploy", "status"])
    parser.add_argument("--no-migrate", action="store_true", help="for going back to the version before")
    given = parser.parse_args(words)
    try:
        configuration = Configuration.read(given.config)
        with only_one(configuration.state) as is_only_one:
            if not is_only_one:
                say("Another run is under way.")
                return BUSY
            deployment = Deployment(configuration)
            if given.command == "status":
                state = deployment.state
                say(f"{state.live} serves" + (f"; a run was broken off ({state.step})." if state.step else "."))
                return DONE
            signal.signal(signal.SIGTERM, _interrupt)
            return deployment.deploy(migrate=not given.no_migrate)
    except WrongConfiguration as error:
        say(str(error))
        return WRONG
    except OSError as error:
        say(f"Nothing was begun: {error}")
        return WRONG
    except KeyboardInterrupt:
        say("Interrupted while the old colour was being stopped; the new one serves. Run this again.")
        return OLD_STAYS


if __name__ == "__main__":
    sys.exit(main())
