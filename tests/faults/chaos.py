"""`make chaos`: students order documents on the whole site while `kill -9` hits its processes at random (R-12, R-14).

The site is `manage.py up` in a folder of its own: web, worker, beat, Redis, PostgreSQL and the sandbox, which is the
outside world and is left alone. Ends with one table; the exit code is 1 when a promise is broken.
DOCUMENTS=20 KILLS=100 PAGES=3 SEED=… MINUTES=30 choose.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Final

import httpx

from local.stack import Stack
from local.supervisor import Supervisor
from tesigo.platform import paths
from tesigo.platform.processes import born_at, file_lock
from tests.faults import elsewhere
from tests.faults.killing import Killer, Target, chosen_seed

DOCUMENTS: Final = int(os.environ.get("DOCUMENTS") or 20)
KILLS: Final = int(os.environ.get("KILLS") or 100)
PAGES: Final = os.environ.get("PAGES") or "3"
MINUTES: Final = float(os.environ.get("MINUTES") or 30)
#: Seconds that the next victim has still to live, at random between these.
PAUSE: Final = (1.0, 6.0)
#: Seconds that a model takes to answer, at random between these: calls are long enough to be cut off.
A_CALL: Final = "0.5-2.5"
#: How often each kind of process is hit. What is supervised comes back after up to half a minute when hit often.
WEIGHTS: Final = {"pool": 60, "worker": 6, "beat": 8, "web": 8, "redis": 9, "postgres": 9}
#: The last student begins when this share of the kills is over, so that there is always something to break.
LAST_BEGINS: Final = 0.85
HOME: Final = paths.VAR / "chaos"
#: Many students behind one address, on a site that takes over from the dead sooner than usual.
SETTINGS: Final = {
    "TESIGO_ENV": "development",
    "STEP_LEASE_SECONDS": "5",
    "AI_BACKOFF_BASE": "0.5",
    "SIGNIN_PER_IP_AND_HOUR": "100000",
    "SIGNIN_PER_ADDRESS_AND_DAY": "1000",
    "SIGNIN_PER_DOMAIN_AND_HOUR": "100000",
}
TOPICS: Final = (
    "How lighthouses were kept, and what became of their keepers",
    "What bees tell about the health of a landscape",
    "How small towns decide about their water",
    "Why people volunteer for large common works",
)


def main() -> int:
    """Runs it all and returns the exit code."""
    seed = chosen_seed()
    # Ends like Ctrl-C, with the site.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"chaos: {DOCUMENTS} documents of {PAGES} pages, {KILLS} kills, SEED={seed}", flush=True)
    with file_lock(HOME.with_suffix(".lock"), wait=False) as is_only_one:
        if not is_only_one:
            raise SystemExit("chaos reigns already")
        _begin_anew()
        environ = elsewhere.environment(HOME) | SETTINGS
        os.environ.clear()
        os.environ.update(environ)
        elsewhere.move(HOME)
        with running_site():
            return _chaos(seed)


def _begin_anew() -> None:
    """Ends what an interrupted run left behind, and forgets it."""
    Supervisor(home=HOME, say=print).end_orphans()
    Stack(HOME).stop()
    shutil.rmtree(HOME)
    HOME.mkdir()


@contextmanager
def running_site() -> Iterator[None]:
    """`manage.py up` below ``HOME``, from its first page to its end."""
    started = time.monotonic()
    with (HOME / "up.log").open("w") as log:
        site = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.elsewhere", str(HOME), "up"],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while not _answers():
            if site.poll() is not None or time.monotonic() - started > 300:
                raise SystemExit(f"the site did not start; {HOME / 'up.log'} says why")
            time.sleep(0.2)
        print(f"the site is there after {time.monotonic() - started:.0f} s", flush=True)
        yield
    finally:
        site.terminate()
        try:
            site.wait(90)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(site.pid, signal.SIGKILL)
            site.wait()


def _answers() -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{os.environ['SITE_PORT']}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _chaos(seed: int) -> int:
    import django

    from local import local_env

    local_env.load()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tesigo.settings"
    django.setup()
    from sandbox.client import Control
    from tests.faults import ledger, watching

    control = Control(f"http://127.0.0.1:{os.environ['SANDBOX_PORT']}")
    control.settings(latency={"openai": A_CALL, "anthropic": A_CALL})
    watch = watching.begin()
    started = time.monotonic()
    killer = Killer(seed, targets(), PAUSE)
    crowd = Crowd(killer, until=started + MINUTES * 60)
    crowd.break_things()
    _settle(until=started + MINUTES * 60 + 60)
    found = [ledger.Line("kills", f"{killer.kills.total()}: {_words(killer.kills)}", killer.kills.total() < KILLS)]
    found += ledger.lines(crowd.documents(), watch=watch, control=control)
    found += [
        ledger.Line("students who came", str(crowd.size()), crowd.size() < DOCUMENTS),
        ledger.Line("students who gave up", "; ".join(crowd.gave_up) or "0", bool(crowd.gave_up)),
        ledger.Line("answers that students did not get", _words(crowd.trouble()) or "0"),
        ledger.Line("wall time", f"{time.monotonic() - started:.0f} s"),
        ledger.Line("seed", str(seed)),
    ]
    print(f"\n{ledger.table(found)}", flush=True)
    is_broken = any(line.broken for line in found)
    print(f"\n{'A promise is broken' if is_broken else 'Every promise was kept'}; logs are in {HOME / 'log'}")
    return int(is_broken)


def _words(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counted.most_common())


def targets() -> list[Target]:
    """The processes of the site, by kind. Files say who is who; the pool are the worker's children."""
    from tests.faults.workers import children_of  # not before the environment is complete

    stack = Stack(HOME)

    def child(name: str) -> list[int]:
        try:
            pid, _, born = (HOME / "children" / f"{name}.pid").read_text().partition("\n")
        except FileNotFoundError:
            return []
        # A number that is free again may be a stranger's by now.
        return [int(pid)] if born and born_at(int(pid)) == born else []

    def server(name: str) -> list[int]:
        pid = stack.pids()[name]
        return [pid] if pid else []

    def pool() -> list[int]:
        return [pid for worker in child("worker") for pid in children_of(worker)]

    finders: dict[str, Callable[[], Sequence[int]]] = {"pool": pool}
    finders |= {name: partial(child, name) for name in ("worker", "beat", "web")}
    finders |= {name: partial(server, name) for name in ("redis", "postgres")}
    return [Target(kind, weight, finders[kind]) for kind, weight in WEIGHTS.items()]


class Crowd:
    """Students who come one after the other while things break, each in a thread of its own."""

    def __init__(self, killer: Killer, *, until: float) -> None:
        from tests.faults.students import Stubborn

        self._killer = killer
        self._until = until
        self.gave_up: list[str] = []
        site, inbox = os.environ["SITE_URL"], os.environ["MAIL_INBOX_URL"]
        self._students = [
            Stubborn(site, inbox, address=f"student{number}@example.org", until=until) for number in range(DOCUMENTS)
        ]
        self._threads: list[threading.Thread] = []

    def break_things(self) -> None:
        """Kills one process after the other until all kills are done and every student has an end."""
        next_word = time.monotonic()
        while time.monotonic() < self._until:
            self._let_in()
            if self._killer.kills.total() < KILLS:
                self._killer.strike()
            if time.monotonic() > next_word:
                self._tell()
                next_word = time.monotonic() + 15
            if self._killer.kills.total() >= KILLS and self._all_ended():
                return
            time.sleep(0.1)

    def size(self) -> int:
        """How many students have come."""
        return len(self._threads)

    def documents(self) -> list[str]:
        """The document that each student means to have."""
        return [student.document for student in self._students if student.document]

    def trouble(self) -> Counter[str]:
        """How often students had to try again."""
        return sum((student.trouble for student in self._students), Counter())

    def _let_in(self) -> None:
        due = 1 + self._killer.kills.total() * (DOCUMENTS - 1) / max(1.0, KILLS * LAST_BEGINS)
        while len(self._threads) < min(DOCUMENTS, int(due)):
            number = len(self._threads)
            self._threads.append(threading.Thread(target=self._walk, args=(number,), daemon=True))
            self._threads[-1].start()

    def _walk(self, number: int) -> None:
        student = self._students[number]
        try:
            student.walk(
                kind="seminar",
                topic=TOPICS[number % len(TOPICS)],
                language="en",
                level="bachelor",
                pages=PAGES,
                citation_style="apa",
                author_name=f"Student {number}",
            )
        except Exception as error:  # whatever it is, it belongs into the table
            self.gave_up.append(f"{student.address} while {student.state}: {error!r}"[:300])

    def _all_ended(self) -> bool:
        return len(self._threads) == DOCUMENTS and not any(thread.is_alive() for thread in self._threads)

    def _tell(self) -> None:
        states = Counter(student.state for student in self._students[: len(self._threads)])
        print(f"  {self._killer.kills.total():3d} kills; students: {_words(states)}", flush=True)


def _settle(*, until: float) -> None:
    """Returns when no refund and no call is under way any more, or the time is over."""
    from django.db import DatabaseError, close_old_connections
    from django.utils import timezone

    from billing.domain import refunds
    from generation.enums import OPEN_JOB_STATES
    from generation.models import Job
    from generation.spending import attempts

    while time.monotonic() < until:
        close_old_connections()
        with suppress(DatabaseError):
            open_jobs = Job.objects.filter(state__in=OPEN_JOB_STATES).exists()
            if not open_jobs and not refunds.unfinished():
                # As the site itself does later: what nobody will book any more.
                attempts.abandon_lost(now=timezone.now() + timedelta(days=1))
                return
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
