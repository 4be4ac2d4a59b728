"""What seeing costs: the pages of the journey with metrics ÷ without, both servers asked in turn in one run.

Each variant is the same build with other settings; VARIANTS= (with) names those that are set beside "without". A round
asks each page of each of them once, beginning with another variant each time, and ROUNDS= (60) are asked. What counts
is the median page: of each page the median of its times, and of these the ratio's median.
"""

import os
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx

from benchmarks import tables
from benchmarks.receipts import gather_styles
from benchmarks.serving import web
from benchmarks.signed_in import cookie_of
from benchmarks.site import Site, site
from tesigo.platform.paths import ROOT

#: The settings of each variant; more may be set beside these by their names.
SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "without": {"METRICS_TOKEN": ""},
    "with": {"METRICS_TOKEN": "a-token-of-a-benchmark-for-metrics-0123"},
}
_WARM_UP: Final = 5
_HEAD: Final = ("page", "variant", "median", "÷ without", "10 % slowest")


def main() -> None:
    """Starts a server for each variant and asks them in turn."""
    rounds = int(os.environ.get("ROUNDS", "60"))
    variants = ["without", *os.environ.get("VARIANTS", "with").split()]
    with site() as here, ExitStack() as stack:
        gather_styles(ROOT)
        cookie, pages = _student()
        clients = {name: stack.enter_context(_served(here, name, cookie)) for name in variants}
        seconds: dict[tuple[str, str], list[float]] = {}
        for number in range(rounds + _WARM_UP):
            for page, path in pages.items():
                for turn in range(len(variants)):
                    name = variants[(number + turn) % len(variants)]
                    took = _ask(clients[name], path)
                    if number >= _WARM_UP:
                        seconds.setdefault((page, name), []).append(took)
    rows = [_row(page, name, seconds) for page in pages for name in variants]
    for name in variants[1:]:
        ratio = statistics.median(_ratio(page, name, seconds) for page in pages)
        rows.append(("median page", name, "", f"{ratio:.3f}", ""))
    tables.show(f"{len(pages)} pages, {rounds} rounds", _HEAD, rows)


@contextmanager
def _served(here: Site, name: str, cookie: str) -> Iterator[httpx.Client]:
    before = dict(os.environ)
    os.environ |= {**SETTINGS[name], "METRICS_DIR": str(Path(here.folder) / f"metrics-{name}")}
    try:
        with web(here) as address:
            os.environ |= before
            host = os.environ["SITE_URL"].partition("://")[2]
            headers = {"Cookie": cookie, "Host": host}
            with httpx.Client(base_url=address, headers=headers, timeout=30) as client:
                yield client
    finally:
        os.environ.clear()
        os.environ.update(before)


def _student() -> tuple[str, dict[str, str]]:
    """The cookie of somebody signed in who has ordered, and the addresses of the journey's pages for them."""
    from django.urls import reverse

    from benchmarks import orders

    document = orders.order(pages=10, sections=8)
    orders.pay(document)
    names = ("billing:landing", "documents:library", "documents:new", "accounts:account", "billing:payment-history")
    pages = {name: reverse(name) for name in names}
    pages |= {name: reverse(name, args=[document.pk]) for name in ("documents:outline", "generation:progress")}
    return cookie_of(document.owner), pages


def _ask(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    took = time.perf_counter() - began
    if answer.status_code != 200:
        raise SystemExit(f"An unexpected answer for {path}: {answer.status_code}")
    return took


def _ratio(page: str, name: str, seconds: dict[tuple[str, str], list[float]]) -> float:
    return statistics.median(seconds[page, name]) / statistics.median(seconds[page, "without"])


def _row(page: str, name: str, seconds: dict[tuple[str, str], list[float]]) -> tuple[str, ...]:
    of_page = seconds[page, name]
    slow = statistics.quantiles(of_page, n=10)[-1]
    ratio = f"{_ratio(page, name, seconds):.3f}"
    return page, name, f"{statistics.median(of_page) * 1000:.2f} ms", ratio, f"{slow * 1000:.2f} ms"


if __name__ == "__main__":
    main()
