"""Small facts about processes, ports and locks that the stack and the supervisor share."""

import fcntl
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"
#: Such a process gets a tenth of a core where another wants it, too (sched(7)).
_BACKGROUND_NICENESS = 10


def command_line(pid: int) -> str:
    """The command line of a running process; empty when there is none or it cannot be read."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode(errors="replace").strip()


def born_at(pid: int) -> str:
    """When the process began, in ticks since the machine did: a later one of the same number has another time.

    Field 22 of proc(5), counted from after the name; empty when there is no such process or it cannot be read.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_alive(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # The state follows the name, which may itself hold spaces and brackets.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return not Path("/proc/self").exists()


def give_way(niceness: int = _BACKGROUND_NICENESS) -> None:
    """Lets other work of the machine go first, from now on; what this process starts does so, too.

    ``niceness``: 19 for the most. At 10 a core gives a tenth to it where somebody else wants all, at 3 a third.

    Linux may share the cores among sessions before it looks at processes (autogroups): a process that leads a session
    lowers it as a whole. Between containers and units it is their weights that count.
    """
    with suppress(OSError):  # refused, or none on this machine
        os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), niceness))
        if os.getsid(0) == os.getpid():
            Path("/proc/self/autogroup").write_text(str(niceness))


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose connections only linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on at this moment, below the range that outgoing connections draw from."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        if port_is_free(port):
            return port


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """Polls `condition` until it holds or the time is over; returns whether it held."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


@contextmanager
def file_lock(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Holds an exclusive lock on `path` between processes; yields False when `wait` is off and it is held.

    The operating system drops the lock with its holder, so that a crash leaves none behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
