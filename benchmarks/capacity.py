"""What a site has and what students take of it, from the numbers of `benchmarks/measured.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from benchmarks import measured as seen
from benchmarks.measured import Day
from benchmarks.writing_queue import Workers

#: Seconds of a call to a model.
QUICK, SLOW = 1.0, 10.0
#: `tests/load/locustfile.py`: requests of a task on average by its weights, and seconds between two.
_REQUESTS_PER_LOOK: Final = 25 / 17
_THINK_SECONDS: Final = 2.0
_DAYS_OF_MONTH: Final = 30
#: What one process that writes takes with its layout child.
WRITING_MB: Final = seen.DRAINING_MB.cautious + seen.LAYOUT_MB.cautious
#: On the server with the database: two web processes, beat, the backup worker, PostgreSQL, Redis.
FIRST_MB: Final = seen.SYSTEM_MB.cautious + seen.SERVICES_MB.cautious + 4 * seen.OTHER_MB.cautious
#: On another one: two web processes; with a copy of Redis (400 MB at most in deploy/compose).
OTHER_SERVER_MB: Final = seen.SYSTEM_MB.cautious + 2 * seen.OTHER_MB.cautious
REDIS_MB: Final = 400.0


@dataclass(frozen=True)
class Site:
    """What runs: servers of 4 GB and two cores, web processes, and processes that write, all together."""

    name: str
    users: int
    servers: int
    web: int
    writing: int

    @property
    def cores(self) -> int:
        """Of all servers."""
        return int(seen.CORES.cautious) * self.servers

    @property
    def slots(self) -> int:
        """Calls that can be under way."""
        return self.writing * int(seen.STEPS.cautious)

    @property
    def connections(self) -> int:
        """What all processes may open: web, beat, the backup worker, each worker's parent and children."""
        return int(seen.POOL.cautious) * (self.web + 2 + self.servers + self.writing)


def fitting(beside_mb: float) -> int:
    """Processes that write, on a server of 4 GB that has so much else in its memory."""
    return max(0, int((seen.SERVER_MB.cautious - beside_mb) // WRITING_MB))


_FIRST: Final = fitting(FIRST_MB)
ONE_SERVER: Final = Site("one server", 20, 1, 2, _FIRST)
#: The sizes of R-131, and the most users at once for which it means them.
SITES: Final = (
    ONE_SERVER,
    Site("two, load balancer", 50, 2, 4, _FIRST + fitting(OTHER_SERVER_MB)),
    Site("four, Redis with Sentinel", 100, 4, 8, _FIRST + 3 * fitting(OTHER_SERVER_MB + REDIS_MB)),
    Site("Kubernetes, eight nodes", 200, 8, 16, _FIRST + 7 * fitting(OTHER_SERVER_MB + REDIS_MB)),
)


@dataclass(frozen=True)
class Resource:
    """Something that can be full, with what would be added."""

    name: str
    load: float
    room: float
    add: str

    @property
    def filled(self) -> float:
        """Share of the room that is taken."""
        return self.load / self.room


def workers(slots: int, cores: int, *, latency: float, cautious: bool = True) -> Workers:
    """The workers of the model, by the cautious ends of what was measured or by the hopeful ones."""
    return Workers(
        slots=slots,
        cores=cores,
        calls_per_page=seen.CALLS_PER_PAGE.end(cautious=cautious),
        core_seconds_per_page=seen.CORE_SECONDS_PER_PAGE.end(cautious=cautious),
        rounds=int(seen.ROUNDS.cautious),
        latency=lambda _: latency,
        calls_per_minute=seen.KEY_CALLS_PER_MINUTE.cautious,
    )


def requests_of(users: int) -> float:
    """Requests a second of users who look, think and look again. The time of the response is left out."""
    return users * _REQUESTS_PER_LOOK / _THINK_SECONDS


def of_users(site: Site) -> list[Resource]:
    """What the most users at once of a size take, but calls at once: those wait, and nothing breaks."""
    by_cores = site.cores / seen.CORE_SECONDS_PER_PAGE.cautious * seen.CALLS_PER_PAGE.cautious
    calls_a_minute = 60 * min(site.slots / QUICK, by_cores)
    web = site.web * seen.WEB_REQUESTS_PER_SECOND.cautious
    return [
        Resource("web processes", requests_of(site.users), web, "a web process"),
        Resource("connections of PgBouncer", site.connections, seen.PGBOUNCER_CLIENTS.cautious, "`max_client_conn`"),
        Resource("calls a minute of one key", calls_a_minute, seen.KEY_CALLS_PER_MINUTE.cautious, "a key"),
    ]


def of_hour(students: int, day: Day, *, site: Site, cautious: bool = True) -> list[Resource]:
    """What students take in the busiest hour of a day, of what a site has."""
    requests, pages = day.requests_per_second(students), day.orders_per_hour(students) * seen.MEAN_PAGES / 3600
    signins = day.visits_per_hour(students) * seen.SIGN_IN_SHARE.cautious
    calls = pages * seen.CALLS_PER_PAGE.end(cautious=cautious)
    per_process = seen.WEB_REQUESTS_PER_SECOND.end(cautious=cautious)
    busy = requests / per_process + pages * seen.CORE_SECONDS_PER_PAGE.end(cautious=cautious)
    tokens = pages * 60 * seen.TOKENS_PER_PAGE.cautious
    key = "a key, or a higher tier"
    return [
        _signins("sign-ins not finished, all from one address or domain", signins, minutes=60),
        Resource("web processes", requests, site.web * per_process, "a web process for each core, then a server"),
        Resource("processors", busy, site.cores, "a server"),
        Resource("calls at once, 1 s each", calls * QUICK, site.slots, "processes that write, and memory"),
        Resource("calls at once, 10 s each", calls * SLOW, site.slots, "processes that write, and memory"),
        Resource("calls a minute of one key", calls * 60, seen.KEY_CALLS_PER_MINUTE.cautious, key),
        Resource("tokens a minute of one key", tokens, seen.KEY_TOKENS_PER_MINUTE.cautious, key),
        Resource("budget of the day", day.euros(students), seen.HOUSE_EUROS_PER_DAY.cautious, "a larger budget"),
    ]


def of_other_times(students: int, *, cautious: bool = True) -> list[Resource]:
    """What students take at once in a lecture, and in a month of usual days."""
    month = seen.USUAL.orders(students) * _DAYS_OF_MONTH * seen.DISK_MB_PER_ORDER.end(cautious=cautious)
    euros = seen.USUAL.euros(students) * _DAYS_OF_MONTH
    minutes = seen.MINUTES_OF_A_LECTURE.cautious
    return [
        _signins("sign-ins not finished, all in ten minutes of a lecture", students, minutes=minutes),
        Resource("disk after a month of usual days", month, seen.DISK_MB.cautious, "S3 for files"),
        Resource("budget of a month of usual days", euros, seen.HOUSE_EUROS_PER_MONTH.cautious, "a larger budget"),
    ]


def _signins(name: str, asked: float, *, minutes: float) -> Resource:
    """Those never finished, and by Little's law those that are being finished."""
    unfinished = asked * (seen.NEVER_FINISHED.cautious + min(1.0, seen.MINUTES_TO_FINISH.cautious / minutes))
    add = "`SIGNIN_PER_IP_AND_HOUR`, `SIGNIN_PER_DOMAIN_AND_HOUR`"
    return Resource(name, unfinished, seen.SIGNINS_UNFINISHED.cautious, add)


def fullest(resources: Sequence[Resource]) -> str:
    """What is nearest to being full, and how full."""
    full = max(resources, key=lambda resource: resource.filled)
    return f"{full.name}, {full.filled:.0%}"


def servers_needed(*, web: int, writing: int, cores: float) -> int:
    """Servers of 4 GB and two cores that hold the processes. PostgreSQL, Redis, beat and backups are on the first."""
    memory = seen.SERVICES_MB.cautious + (web + 2) * seen.OTHER_MB.cautious + writing * WRITING_MB
    by_memory = ceil(memory / (seen.SERVER_MB.cautious - seen.SYSTEM_MB.cautious))
    return max(by_memory, ceil(cores / seen.CORES.cautious))
