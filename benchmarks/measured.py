"""What the model of `benchmarks/scaling.py` starts from: each number with where it comes from and when it was seen.

MEASURED was taken by a benchmark or in an experiment, SET is a setting or a first row of the administration, ASSUMED
nobody has measured: change it to what your students do. What has a range is calculated at both ends.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How much a number is worth."""

    MEASURED = "measured"
    SET = "set"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Input:
    """A number, or a range from the cautious to the hopeful end, with its unit and its source."""

    name: str
    cautious: float
    hopeful: float
    unit: str
    kind: Kind
    source: str

    def end(self, *, cautious: bool) -> float:
        """The number at one end."""
        return self.cautious if cautious else self.hopeful

    @property
    def shown(self) -> str:
        """As a table writes it."""
        ends = [f"{end:,.0f}" if end >= 100 else f"{end:.3g}" for end in (self.cautious, self.hopeful)]
        return f"{ends[0]} {self.unit}" if self.cautious == self.hopeful else f"{ends[0]}–{ends[1]} {self.unit}"


def _one(name: str, value: float, unit: str, kind: Kind, source: str) -> Input:
    return Input(name, value, value, unit, kind, source)


_PAGES_DOC: Final = "docs/benchmarks.md, Nov 2026, 2 cores"

WEB_REQUESTS_PER_SECOND: Final = _one(
    "requests of one web process",
    85 / 2,
    "/s",
    Kind.MEASURED,
    "`visitors` without think time: 85/s of two processes beside ten documents, Nov 2026, 2 cores",
)
CORE_SECONDS_PER_PAGE: Final = Input(
    "processor time of a written page, all of it",
    2 * 69 / 199,
    2 * 54 / 200,
    "core·s",
    Kind.MEASURED,
    f"at most: both cores for `crowd`'s 69 s ÷ 199 pages, `long`'s 54 s ÷ 200, sandbox and servers too; {_PAGES_DOC}",
)
CALLS_PER_PAGE: Final = Input(
    "calls to models for a page",
    451 / 200,
    0.85,
    "",
    Kind.MEASURED,
    f"`long`: 451 ÷ 200 pages; `cost`: 0.85; {_PAGES_DOC}",
)
TOKENS_PER_PAGE: Final = _one(
    "input tokens of a page", 1_519, "", Kind.MEASURED, "`cost`, 60 pages; docs/benchmarks.md, Nov 2026, seen once"
)
EUROS_PER_PAGE: Final = _one(
    "money of models for a page", 0.279 / 60, "€", Kind.MEASURED, "`cost`: €0.279 for 60 pages, list prices, seen once"
)
DRAINING_MB: Final = _one(
    "memory of a process that writes", 223, "MB", Kind.MEASURED, f"`memory`: peak with 200 pages; {_PAGES_DOC}"
)
LAYOUT_MB: Final = _one(
    "memory of a layout child", 165 * 1.048576, "MB", Kind.MEASURED, "165 MiB for 193 pages alone, Nov 2026"
)
CONNECTIONS_SEEN: Final = _one(
    "connections of a worker of ten at work", 22, "", Kind.MEASURED, f"`crowd`; {_PAGES_DOC}"
)

PROCESSES: Final = _one("processes of a worker", 10, "", Kind.SET, "`WORKER_PROCESSES`")
STEPS: Final = _one("steps of a process at once", 8, "", Kind.SET, "`DRAIN_WIDTH`")
POOL: Final = _one("connections of a process, at most", 5, "", Kind.SET, "R-131, `tesigo/settings.py`")
PGBOUNCER_CLIENTS: Final = _one("connections that PgBouncer takes", 1_000, "", Kind.SET, "`max_client_conn`")
POSTGRESQL_CONNECTIONS: Final = _one("connections without PgBouncer", 100, "", Kind.SET, "PostgreSQL's default")
KEY_CALLS_PER_MINUTE: Final = _one(
    "calls a minute of a key", 5_000, "", Kind.SET, "first row of Limits of keys (OpenAI)"
)
KEY_TOKENS_PER_MINUTE: Final = _one(
    "tokens a minute of a key", 2_000_000, "", Kind.SET, "first row of Limits of keys (OpenAI)"
)
HOUSE_EUROS_PER_DAY: Final = _one("budget of the house, a day", 200, "€", Kind.SET, "first row of Budgets")
HOUSE_EUROS_PER_MONTH: Final = _one("budget of the house, a month", 3_000, "€", Kind.SET, "first row of Budgets")
QUEUE_LIMIT: Final = _one("documents that wait", 500, "", Kind.SET, "`QUEUE_LIMIT`")
SIGNINS_UNFINISHED: Final = _one(
    "sign-ins not finished, an hour, of one address or domain",
    50,
    "",
    Kind.SET,
    "`SIGNIN_PER_IP_AND_HOUR`, `SIGNIN_PER_DOMAIN_AND_HOUR`",
)
SERVICES_MB: Final = _one(
    "memory of PostgreSQL's buffers and Redis", 512 + 400, "MB", Kind.SET, "`deploy/compose`, at most"
)

SYSTEM_MB: Final = _one("memory of the system, nginx, PgBouncer", 300, "MB", Kind.ASSUMED, "not measured")
OTHER_MB: Final = _one(
    "memory of a web process, beat or backup worker", 223, "MB", Kind.ASSUMED, "as one that writes, which imports more"
)
SERVER_MB: Final = _one("memory of a server", 4_096, "MB", Kind.SET, "R-131: 4 GB")
DISK_MB: Final = _one("disk of a server", 80_000, "MB", Kind.ASSUMED, "where files do not lie in S3")
CORES: Final = _one("cores of a server", 2, "", Kind.ASSUMED, "as the machine that was measured")
PAGE_VIEWS_PER_VISIT: Final = _one("requests of a visit", 20, "", Kind.ASSUMED, "static files are nginx's")
SIGN_IN_SHARE: Final = _one("visits that begin with a sign-in", 0.25, "", Kind.ASSUMED, "sessions live 14 days")
NEVER_FINISHED: Final = _one("sign-ins that nobody finishes", 0.10, "", Kind.ASSUMED, "not measured")
MINUTES_TO_FINISH: Final = _one("time until a mail's code is entered", 2, "min", Kind.ASSUMED, "not measured")
MINUTES_OF_A_LECTURE: Final = _one(
    "time in which a whole lecture signs in", 10, "min", Kind.ASSUMED, "from one address of the network"
)
DISK_MB_PER_ORDER: Final = Input(
    "disk of an order, sources included", 100, 5, "MB", Kind.ASSUMED, "a file may have 1 GiB, a person 10 GiB"
)
ROUNDS: Final = _one(
    "calls of a document one after the other", 5, "", Kind.ASSUMED, "from `wall`: 6.5 s at 1 s a call; see the check"
)

#: Pages of the documents that students order, each as often as another: those of `crowd`.
ORDER_PAGES: Final = (1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 8, 8, 10, 10, 12, 15, 20, 20, 25, 40)
MEAN_PAGES: Final = sum(ORDER_PAGES) / len(ORDER_PAGES)


@dataclass(frozen=True)
class Day:
    """How students behave on one kind of day; all of it is assumed."""

    name: str
    visits_per_student: float
    orders_per_student: float
    #: Of a day's visits and orders.
    share_of_busiest_hour: float

    def visits_per_hour(self, students: int) -> float:
        """In the busiest hour."""
        return students * self.visits_per_student * self.share_of_busiest_hour

    def requests_per_second(self, students: int) -> float:
        """In the busiest hour."""
        return self.visits_per_hour(students) * PAGE_VIEWS_PER_VISIT.cautious / 3600

    def orders(self, students: int) -> float:
        """In the whole day."""
        return students * self.orders_per_student

    def orders_per_hour(self, students: int) -> float:
        """In the busiest hour."""
        return self.orders(students) * self.share_of_busiest_hour

    def euros(self, students: int) -> float:
        """What models cost in the whole day."""
        return self.orders(students) * MEAN_PAGES * EUROS_PER_PAGE.cautious


USUAL: Final = Day("usual day", 0.3, 0.02, 0.15)
DEADLINE: Final = Day("day before a deadline", 2.0, 0.10, 0.25)
DAYS: Final = (USUAL, DEADLINE)

INPUTS: Final = [value for value in list(globals().values()) if isinstance(value, Input)]
