"""Limited children forked from a server that has loaded what they need: milliseconds instead of most of a second.

The server begins when the first child is asked for and ends when nobody has asked for a while, or when all processes
that may ask are gone. It holds no secrets, has one thread, and does nothing but fork, watch and end children. Where it
is not there, a child is started as any other program (`limited_child`).

Who asks holds a connection for each child, over which the child's number and then its code come. Closing it early ends
the child with all that it started.
"""

import atexit
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self

from tesigo.platform import in_limits
from tesigo.platform.processes import file_lock

_PROJECT: Final = Path(__file__).resolve().parents[2]
#: Without a child for so long the server ends: at rest it would hold 60 MB for nothing.
IDLE_SECONDS: Final = 300.0
#: For the server to load what it shares, on a busy machine. Then a child is started in the other way.
_BEGIN_SECONDS: Final = 10.0
#: For one that ended to be seen to have.
_END_SECONDS: Final = 1.0
_MESSAGE_BYTES: Final = 64 * 1024
_READ_BYTES: Final = 256 * 1024
#: What ends those who ask does not end the server before them: children may be at work for them.
_LEFT_TO_THE_PIPE: Final = (signal.SIGINT, signal.SIGTERM)
#: Above all that the server has open.
_MOST_DESCRIPTORS: Final = 65_536


class NotForked(Exception):
    """There is no child of the server: it is not there, or could not fork."""


@dataclass(frozen=True)
class _Place:
    """Where the server listens, and a pipe that tells it that somebody lives who may ask."""

    home: Path
    modules: tuple[str, ...]
    alive: tuple[int, int]
    owner: int

    @property
    def socket(self) -> Path:
        """The path of the socket."""
        return self.home / "socket"


_place: _Place | None = None
#: The server where this process began it: its end is asked for, so that nothing is left of it.
_begun: "subprocess.Popen[bytes] | None" = None


def prepare(*modules: str) -> None:
    """Lets this process, and those that it forks from now on, share a server that loads ``modules``.

    Does not begin it. Call it once, before forking.
    """
    global _place
    if _place is None:
        home = Path(tempfile.mkdtemp(prefix="tesigo-warm-"))
        _place = _Place(home, modules, os.pipe(), os.getpid())
        atexit.register(_forget, _place)


def _forget(place: _Place) -> None:
    if os.getpid() == place.owner:
        shutil.rmtree(place.home, ignore_errors=True)


def begin(environment: Mapping[str, str]) -> None:
    """Begins the server, beside what the caller does, where it does not run and this process may share one."""
    global _begun
    place = _place
    if place is None or _is_there(place):
        return
    if _begun is not None:
        with suppress(subprocess.TimeoutExpired):
            _begun.wait(_END_SECONDS)
    with file_lock(place.home / "lock", wait=False) as is_ours:
        if not is_ours or _is_there(place):
            return
        place.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
            listening.bind(str(place.socket))
            listening.listen()
            numbers = (listening.fileno(), place.alive[0])
            _begun = subprocess.Popen(
                [sys.executable, "-m", __name__, *map(str, (*numbers, IDLE_SECONDS, place.socket)), *place.modules],
                cwd=_PROJECT,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(_PROJECT), **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=numbers,
            )


def _is_there(place: _Place) -> bool:
    try:
        with _connected(place):
            return True
    except OSError:
        return False


def _connected(place: _Place) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.settimeout(_BEGIN_SECONDS)
        connection.connect(str(place.socket))
    except OSError:
        connection.close()
        raise
    return connection


class WarmChild:
    """A child that the server forked, as a context: leaving it ends the child with all that it started.

    One thread may wait for it while another abandons it.
    """

    def __init__(self, told: Sequence[Any], module: str, arguments: Sequence[str], environment: Mapping[str, str]):
        """Begins the server where it is not there, and waits for it. Raises NotForked."""
        place = _place
        if place is None:
            raise NotForked
        given, self._input = os.pipe()
        self._output, made = os.pipe()
        self._is_taking = True
        try:
            begin(environment)
            self._connection = _connected(place)
            try:
                asked = json.dumps([list(told), module, list(arguments), dict(environment)]).encode()
                socket.send_fds(self._connection, [asked], [given, made])
                self.pid = int(self._told()["pid"])
            except BaseException:
                self._connection.close()
                raise
        except (OSError, KeyError, ValueError) as error:
            os.close(self._input)
            os.close(self._output)
            raise NotForked from error
        finally:
            os.close(given)
            os.close(made)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        os.close(self._output)
        self._give_no_more()

    def abandon(self) -> None:
        """Ends it; whoever waits for it hears so."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def communicate(self, given: bytes, *, seconds: float) -> tuple[int, bytes]:
        """Gives it its task; returns its code, below zero for a signal, and what it wrote. Raises TimeoutError."""
        give_up_at = time.monotonic() + seconds
        left, output, code = memoryview(given), bytearray(), None
        os.set_blocking(self._input, False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._input, selectors.EVENT_WRITE)
            selector.register(self._output, selectors.EVENT_READ)
            selector.register(self._connection, selectors.EVENT_READ)
            while code is None or self._output in selector.get_map():
                ready = [key.fileobj for key, _ in selector.select(timeout=max(0.0, give_up_at - time.monotonic()))]
                if not ready:
                    raise TimeoutError
                if self._input in ready and self._is_taking:
                    left = self._give(left)
                    if not left:
                        selector.unregister(self._input)
                        self._give_no_more()
                if self._connection in ready:
                    selector.unregister(self._connection)
                    code = self._code()
                if self._output in ready:
                    data = os.read(self._output, _READ_BYTES)
                    output += data
                    if not data:
                        selector.unregister(self._output)
        return code, bytes(output)

    def _give(self, left: memoryview) -> memoryview:
        try:
            return left[os.write(self._input, left[:_READ_BYTES]) :]
        except BrokenPipeError:
            return left[:0]  # it has ended, or does not want the rest

    def _give_no_more(self) -> None:
        if self._is_taking:
            self._is_taking = False
            os.close(self._input)

    def _told(self) -> dict[str, Any]:
        told = self._connection.recv(_MESSAGE_BYTES)
        if not told:
            raise OSError("the server of children ended")
        found: dict[str, Any] = json.loads(told)
        return found

    def _code(self) -> int:
        try:
            return int(self._told()["code"])
        except (OSError, KeyError, ValueError):
            # Its server is gone, and nobody else ends it.
            _kill(self.pid)
            return -signal.SIGKILL


# --- the server ----------------------------------------------------------------------------------------------------


class _Server:
    def __init__(self, listening: socket.socket, alive: int, *, idle_seconds: float, path: Path) -> None:
        self._listening, self._alive, self._path = listening, alive, path
        self._idle_seconds, self._is_leaving = idle_seconds, False
        self._selector = selectors.DefaultSelector()
        self._selector.register(listening, selectors.EVENT_READ)
        self._selector.register(alive, selectors.EVENT_READ)
        #: By the descriptor of the child, which can be waited for: its number and who asked for it.
        self._children: dict[int, tuple[int, socket.socket]] = {}
        self._askers: dict[socket.socket, int] = {}

    def serve(self) -> None:
        """Until nobody asks, or nobody is left who may."""
        while True:
            idle_seconds = 0.0 if self._is_leaving else self._idle_seconds
            ready = self._selector.select(timeout=None if self._children else idle_seconds)
            if not ready:
                if self._is_leaving:
                    return
                # Who comes from now on begins another; who came in this moment is still served.
                self._path.unlink(missing_ok=True)
                self._is_leaving = True
            for key, _ in ready:
                if key.fileobj is self._listening:
                    self._accept()
                elif key.fileobj == self._alive:
                    for pid, _asker in self._children.values():
                        _kill(pid)
                    return
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.fileobj)
                else:
                    self._ended(key.fd)

    def _accept(self) -> None:
        asker, _ = self._listening.accept()
        self._selector.register(asker, selectors.EVENT_READ)

    def _hear(self, asker: socket.socket) -> None:
        if (child := self._askers.get(asker)) is not None:
            # Nothing more is said by who asked, but that it does not want the child any more.
            self._leave(asker)
            _kill(self._children[child][0])
            return
        asked, numbers, _, _ = socket.recv_fds(asker, _MESSAGE_BYTES, 2)
        try:
            if len(numbers) == 2:
                self._fork(asker, json.loads(asked), numbers)
            else:
                self._leave(asker)  # it only looked whether somebody is here
        except OSError:
            self._leave(asker)  # there is no room for a child: it is started in the other way
        finally:
            for number in numbers:
                os.close(number)

    def _fork(self, asker: socket.socket, asked: list[Any], numbers: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            self._selector.close()
            _become(asked, numbers)
        try:
            child = os.pidfd_open(pid)
        except OSError:
            _kill(pid)
            os.waitpid(pid, 0)
            raise
        self._children[child] = (pid, asker)
        self._askers[asker] = child
        self._selector.register(child, selectors.EVENT_READ)
        _tell(asker, {"pid": pid})

    def _ended(self, child: int) -> None:
        pid, asker = self._children.pop(child)
        self._selector.unregister(child)
        os.close(child)
        _kill(pid)  # what it has started; its number stays its own until it is waited for
        _, status = os.waitpid(pid, 0)
        if asker in self._askers:
            _tell(asker, {"code": os.waitstatus_to_exitcode(status)})
            self._leave(asker)

    def _leave(self, asker: socket.socket) -> None:
        self._askers.pop(asker, None)
        self._selector.unregister(asker)
        asker.close()


def _tell(asker: socket.socket, words: dict[str, int]) -> None:
    with suppress(OSError):  # it is gone, which is heard as well
        asker.send(json.dumps(words).encode())


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)  # it may not lead a group yet


def _become(asked: list[Any], numbers: list[int]) -> None:
    """The child's side of a fork: never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        for sign in _LEFT_TO_THE_PIPE:
            signal.signal(sign, signal.SIG_DFL)
        for number, place in zip(numbers, (0, 1), strict=True):
            os.dup2(number, place)
        # Neither what others are given, nor who asks.
        os.closerange(3, _MOST_DESCRIPTORS)
        told, module, arguments, environment = asked
        os.environ.update(environment)
        in_limits.run(told, module, arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        with suppress(Exception):
            sys.stdout.flush()
        os._exit(code)


def main() -> None:
    """Loads, then serves."""
    for sign in _LEFT_TO_THE_PIPE:
        signal.signal(sign, signal.SIG_IGN)
    listening, alive, idle_seconds, path, *modules = sys.argv[1:]
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(listening)) as server:
        _Server(server, int(alive), idle_seconds=float(idle_seconds), path=Path(path)).serve()


if __name__ == "__main__":
    main()
