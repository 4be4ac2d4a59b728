"""Tracing: the median page with it switched on ÷ without, not sampled and sampled; and what measuring itself costs.

PAGES= (400) pages of each variant, in turns of ten so that whatever else the machine does meets all alike. The
collector is a port where nobody listens: sending is a thread's work, and no page waits for it.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from benchmarks import tables
from benchmarks.receipts import gather_styles
from benchmarks.site import site
from tesigo.platform.paths import ROOT

if TYPE_CHECKING:
    from django.test import Client

_TURN: Final = 10
#: R-114: switched on and not sampled, of the median page.
LIMIT: Final = 1.05
_ROUNDS: Final = 20_000


def main() -> None:
    """The library of a student with ten documents."""
    count = int(os.environ.get("PAGES", "400"))
    with site():
        gather_styles(ROOT)
        client = _student()
        medians = pages(client, "/documents/", count=count)
        each = block()
    rows = [(name, f"{median * 1000:.2f} ms", f"{median / medians['off']:.3f}") for name, median in medians.items()]
    tables.show(f"The median page of {count}; to reach: not sampled ≤ {LIMIT}", ("variant", "median", "÷ off"), rows)
    print(f"One measured block, nothing traced: {each * 1e6:.1f} µs")


def pages(client: "Client", path: str, *, count: int) -> dict[str, float]:
    """Median seconds of a page by variant: tracing off, on but not sampled, and sampled."""
    from tesigo.platform import measuring

    tracers: dict[str, Any] = {"off": None, "not sampled": _tracer("always_off"), "sampled": _tracer("always_on")}
    taken: dict[str, list[float]] = {name: [] for name in tracers}
    try:
        for tracer in tracers.values():  # everything is loaded
            measuring.trace_with(tracer)
            if (status := client.get(path).status_code) != 200:
                raise SystemExit(f"An unexpected answer for {path}: {status}")
        while len(taken["off"]) < count:
            for name, tracer in tracers.items():
                measuring.trace_with(tracer)
                taken[name] += [_seconds(lambda: client.get(path)) for _ in range(_TURN)]
    finally:
        measuring.trace_with(None)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def block() -> float:
    """Seconds that measuring adds to a block, where nothing is traced."""
    from tesigo.platform.measuring import OPERATION, measured

    def measure() -> None:
        for _ in range(_ROUNDS):
            with measured(OPERATION, "nothing"):
                pass

    return min(_seconds(measure) for _ in range(5)) / _ROUNDS


def _tracer(sampler: str) -> Any:
    from tesigo.platform import tracing

    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9"
    os.environ["OTEL_TRACES_SAMPLER"] = sampler
    tracer = tracing.OpenTelemetry()
    tracer.start()
    return tracer


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _student() -> "Client":
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from privacy.domain import consent
    from privacy.enums import ConsentKind
    from tests.documents.factories import DocumentFactory, UserFactory

    user = UserFactory.create()
    consent.give(user=user, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    for _ in range(10):
        DocumentFactory.create(owner=user)
    client = Client(headers={"host": urlsplit(settings.SITE_URL).netloc})
    client.force_login(user)
    return client


if __name__ == "__main__":
    main()
