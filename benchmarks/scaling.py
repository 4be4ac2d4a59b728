"""What a server carries, what is full first with 100 to 10,000 students: a simulation that loads nothing.

Starts from `benchmarks/measured.py`. WRITE=1 puts the tables into docs/scaling.md as well.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Final

from benchmarks import capacity, tables
from benchmarks import measured as seen
from benchmarks.capacity import ONE_SERVER, QUICK, SITES, SLOW, Site
from benchmarks.measured import Day
from benchmarks.queueing import response_quantile, servers_for
from benchmarks.writing_queue import Order, Run, arrivals, simulate
from tesigo.platform.paths import ROOT

PAGE: Final = ROOT / "docs" / "scaling.md"
STUDENTS: Final = (100, 1_000, 10_000)
#: Pages are to be there within this time for 95 of 100.
PAGE_SECONDS: Final = 0.150
#: Orders of a simulated run: enough for its 95th percentile.
_ORDERS: Final = 500
_SEED: Final = 131
#: Of what is there, planned to be used in the busiest hour.
_FILLED: Final = 0.6
#: `visitors`: of its 50 students ten have a document of 40 pages written.
_USERS_PER_DOCUMENT, _DOCUMENT_PAGES = 5, 40


@dataclass(frozen=True)
class Table:
    """One table of the page: its title, its head, its rows."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[object]]

    @property
    def markdown(self) -> str:
        """As it stands in the page."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def main() -> None:
    """Prints the tables; WRITE=1 puts them into the page, too."""
    all_tables = everything()
    for table in all_tables:
        tables.show(table.title, table.head, table.rows)
    if os.environ.get("WRITE") == "1":
        PAGE.write_text(written_into(PAGE.read_text(encoding="utf-8"), all_tables), encoding="utf-8")


def everything() -> list[Table]:
    """All tables, the same at each call."""
    return [users_at_once(), full_at(), students(), needed(), memory(), check(), inputs()]


def written_into(page: str, all_tables: Sequence[Table]) -> str:
    """The page with each table between its marks. Raises ValueError for a table without a place."""
    for table in all_tables:
        begin, end = f"<!-- {table.title} -->\n", "<!-- end -->"
        before, mark, rest = page.partition(begin)
        _, closing, after = rest.partition(end)
        if not (mark and closing):
            raise ValueError(f"docs/scaling.md has no place for “{table.title}”.")
        page = f"{before}{begin}{table.markdown}\n{end}{after}"
    return page


def inputs() -> Table:
    """Each number that goes in."""
    rows = [(one.name, one.shown.strip(), one.kind.value, one.source) for one in seen.INPUTS]
    pages = ", ".join(str(size) for size in seen.ORDER_PAGES)
    rows.append(
        ("pages of an order, each as often", pages, "assumed", f"as in `crowd`; {seen.MEAN_PAGES:g} on average")
    )
    for day in seen.DAYS:
        numbers = f"{day.visits_per_student:g}, {day.orders_per_student:g}, {day.share_of_busiest_hour:.0%}"
        name = f"{day.name}: visits and orders of a student, share of the busiest hour"
        rows.append((name, numbers, "assumed", "not measured"))
    return Table("What goes in", ("what", "number", "worth", "source"), rows)


def check() -> Table:
    """What the model of writing says of runs that were measured, with one worker machine of ten processes."""
    runs: list[tuple[str, Sequence[int], float]] = [
        ("10 pages (`wall`)", (10,), 6.5),
        ("20 pages (`wall`)", (20,), 7.9),
        ("200 pages (`long`)", (200,), 54.0),
        ("20 documents, 199 pages (`crowd`)", seen.ORDER_PAGES, 69.0),
    ]
    rows = []
    for name, pages, real in runs:
        orders = [Order(0.0, one) for one in sorted(pages, reverse=True)]
        both = [
            max(simulate(orders, capacity.workers(80, 2, latency=QUICK, cautious=cautious)).seconds)
            for cautious in (True, False)
        ]
        rows.append((name, f"{real:g} s", *(f"{model:.1f} s, × {model / real:.2f}" for model in both)))
    return Table("The model beside what was measured", ("what", "measured", "cautious", "hopeful"), rows)


def users_at_once() -> Table:
    """R-131: users at the same time, each with two seconds between two looks, one in five with a document in work."""
    rows = []
    for site in SITES:
        rate = capacity.requests_of(site.users)
        ready = []
        for latency in (QUICK, SLOW):
            batch = [Order(0.0, _DOCUMENT_PAGES)] * (site.users // _USERS_PER_DOCUMENT)
            ready.append(max(simulate(batch, capacity.workers(site.slots, site.cores, latency=latency)).seconds))
        rows.append(
            (
                f"{site.users}: {site.name}",
                f"{site.web}, {site.writing}",
                f"{rate:.0f}/s",
                _range(site, rate),
                _span(*(f"{most_users(site, cautious=cautious):,}" for cautious in (True, False))),
                ", ".join(f"{seconds / 60:.1f} min" for seconds in ready),
                f"{site.connections}",
                capacity.fullest(capacity.of_users(site)),
            )
        )
    head = (
        "users at once",
        "processes: web, writing",
        "requests",
        "p95 of a page",
        "users until p95 passes 150 ms",
        f"a fifth of them order {_DOCUMENT_PAGES} pages in one moment: the last is ready after (1 s, 10 s a call)",
        "connections at most",
        "breaks first",
    )
    return Table("Users at once", head, rows)


def p95(site: Site, rate: float, *, cautious: bool) -> float:
    """Seconds within which 95 of 100 pages are there."""
    service = 1 / seen.WEB_REQUESTS_PER_SECOND.end(cautious=cautious)
    return response_quantile(0.95, arrivals=rate, service=service, servers=site.web)


def most_users(site: Site, *, cautious: bool) -> int:
    """The most users at once whose pages come in time; found by halving."""
    low, high = 0, 100_000
    while high - low > 1:
        middle = (low + high) // 2
        in_time = p95(site, capacity.requests_of(middle), cautious=cautious) <= PAGE_SECONDS
        low, high = (middle, high) if in_time else (low, middle)
    return low


def full_at() -> Table:
    """At how many students each resource of one server is full, the least first."""
    number = 1_000
    ends = [
        capacity.of_hour(number, seen.DEADLINE, site=ONE_SERVER, cautious=cautious)
        + capacity.of_other_times(number, cautious=cautious)
        for cautious in (True, False)
    ]
    pairs = sorted(zip(*ends, strict=True), key=lambda pair: -pair[0].filled)
    rows = [
        (worse.name, f"{worse.filled:.1%}", _students(number / worse.filled, number / better.filled), worse.add)
        for worse, better in pairs
    ]
    head = ("of one server", "filled by 1,000 students", "students who fill it", "then add")
    return Table("What is full first", head, rows)


def students() -> Table:
    """The busiest hour of both kinds of days with each number of students, on one server."""
    rows = []
    for number in STUDENTS:
        for day in seen.DAYS:
            rate = day.requests_per_second(number)
            runs = [busiest_hour(number, day, site=ONE_SERVER, latency=latency) for latency in (QUICK, SLOW)]
            rows.append(
                (
                    f"{number:,}, {day.name}",
                    f"{rate:.2f}/s",
                    _range(ONE_SERVER, rate),
                    f"{day.orders_per_hour(number):.1f}",
                    *(f"{run.quantile(0.5):.0f} s, {run.quantile(0.95):.0f} s" for run in runs),
                    f"{max(run.most_at_once for run in runs)} of {seen.QUEUE_LIMIT.cautious:.0f}",
                    f"€{day.euros(number):.2f}",
                    capacity.fullest(capacity.of_hour(number, day, site=ONE_SERVER)),
                )
            )
    head = (
        "students",
        "requests",
        "p95 of a page",
        "orders an hour",
        "payment to document, p50 and p95, at 1 s a call",
        "at 10 s a call",
        "documents at once, at most",
        "models, that day",
        "fullest",
    )
    return Table("Students, on one server", head, rows)


def busiest_hour(number: int, day: Day, *, site: Site, latency: float) -> Run:
    """Documents ordered at the pace of a day's busiest hour, for as long as it takes to see enough of them."""
    per_hour = day.orders_per_hour(number)
    orders = arrivals(per_hour=per_hour, hours=_ORDERS / per_hour, pages=seen.ORDER_PAGES, seed=_SEED)
    # What pages of the site take of the processors is not there for writing; at least one is.
    taken = ceil(day.requests_per_second(number) / seen.WEB_REQUESTS_PER_SECOND.cautious)
    cores = max(1, site.cores - taken)
    return simulate(orders, capacity.workers(site.slots, cores, latency=latency), seed=_SEED)


def needed() -> Table:
    """What each number of students needs on the day before a deadline, with room left, at 10 s a call."""
    rows = []
    service = 1 / seen.WEB_REQUESTS_PER_SECOND.cautious
    for number in STUDENTS:
        taken = {one.name: one for one in capacity.of_hour(number, seen.DEADLINE, site=ONE_SERVER)}
        rate = taken["web processes"].load / _FILLED
        web = max(2, servers_for(PAGE_SECONDS, share=0.95, arrivals=rate, service=service))
        writing = max(2, ceil(taken["calls at once, 10 s each"].load / _FILLED / seen.STEPS.cautious))
        cores = taken["processors"].load / _FILLED
        keys = max(taken[f"{what} a minute of one key"].filled for what in ("calls", "tokens")) / _FILLED
        servers = capacity.servers_needed(web=web, writing=writing, cores=cores)
        signins = taken["sign-ins not finished, all from one address or domain"].load / _FILLED
        rows.append(
            (
                f"{number:,}",
                web,
                writing,
                f"{cores:.2f}",
                servers,
                Site("", 0, servers, web, writing).connections,
                max(1, ceil(keys)),
                max(int(seen.SIGNINS_UNFINISHED.cautious), 10 * ceil(signins / 10)),
                f"€{seen.DEADLINE.euros(number):.2f}",
            )
        )
    head = (
        "students",
        "web processes",
        "writing processes",
        "cores",
        "servers of 4 GB",
        "connections at most",
        "keys",
        "sign-ins an hour, one address and domain",
        "models, that day",
    )
    return Table("What they need", head, rows)


def memory() -> Table:
    """What one server of 4 GB has to hold: with all writing processes that fit, and with the default number."""
    rows = []
    for writing in (ONE_SERVER.writing, int(seen.PROCESSES.cautious)):
        whole = capacity.FIRST_MB + writing * capacity.WRITING_MB
        share = whole / seen.SERVER_MB.cautious
        rows.append((writing, f"{capacity.FIRST_MB:,.0f} MB", f"{whole:,.0f} MB", f"{share:.0%}"))
    head = ("writing processes", "everything else", "all, each at its peak with a layout child", "of 4 GB")
    return Table("Memory of one server", head, rows)


def _range(site: Site, rate: float) -> str:
    ends = [p95(site, rate, cautious=cautious) for cautious in (False, True)]
    shown = ["too many" if end == inf else f"{end * 1000:.0f} ms" for end in ends]
    return shown[0] if shown[0] == shown[1] else " to ".join(shown)


def _students(*ends: float) -> str:
    return _span(*(f"{int(float(f'{end:.2g}')):,}" for end in ends))


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


if __name__ == "__main__":
    main()
