"""Every metric of the site, by name: what it counts, and under which labels (R-111).

A module that measures something declares it here. What a process counts by itself is a counter, gauge or histogram;
what is read when somebody asks is a family. `docs/monitoring.md` explains each of them, and a test compares.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from django.db import connection, transaction
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.metrics import MetricWrapperBase

#: Every name begins so.
PREFIX: Final = "tesigo_"
M = TypeVar("M", bound=MetricWrapperBase)
Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True)
class Definition:
    """A metric: its whole name, what it means, and the labels that its values come under."""

    name: str
    kind: Kind
    words: str
    labels: tuple[str, ...]

    def values(self, found: Iterable[tuple[Sequence[str], float]]) -> Metric:
        """The metric with what was found just now: label values in the order of ``labels``, and the value."""
        family = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        metric = family(self.name, self.words, labels=self.labels)
        for labels, value in found:
            metric.add_metric(labels, value)
        return metric

    def value(self, value: float) -> Metric:
        """The same for a metric without labels."""
        return self.values([((), value)])


defined: Final[dict[str, Definition]] = {}
#: Those that a process counts by itself.
counted: Final[list[MetricWrapperBase]] = []


def counter(name: str, words: str, *labels: str) -> Counter:
    """Something that only grows in this process; ``name`` ends in _total."""
    _define(name, "counter", words, labels)
    return _counted(Counter(PREFIX + name, words, labels, registry=None))


def histogram(name: str, words: str, *labels: str, bounds: Sequence[float]) -> Histogram:
    """How often something took how long: ``bounds`` are the upper ends of the buckets, in the unit of the name."""
    _define(name, "histogram", words, labels)
    return _counted(Histogram(PREFIX + name, words, labels, buckets=bounds, registry=None))


def gauge(name: str, words: str, *labels: str, together: Literal["livesum", "livemax"] = "livesum") -> Gauge:
    """Something that rises and falls in this process: of all living ones it is the sum, or the greatest."""
    _define(name, "gauge", words, labels)
    return _counted(Gauge(PREFIX + name, words, labels, registry=None, multiprocess_mode=together))


def family(name: str, words: str, *labels: str, kind: Literal["counter", "gauge"] = "gauge") -> Definition:
    """Something that is read when it is asked for, by a collector (see ``collectors``)."""
    return _define(name, kind, words, labels)


def _counted(metric: M) -> M:
    counted.append(metric)
    return metric


def _define(name: str, kind: Kind, words: str, labels: Sequence[str]) -> Definition:
    definition = Definition(PREFIX + name, kind, words, tuple(labels))
    if defined.setdefault(definition.name, definition) != definition:
        raise ValueError(f"{definition.name} is defined twice.")
    if (kind == "counter") != name.endswith("_total"):
        raise ValueError(f"{definition.name}: counters end in _total, and nothing else does.")
    return definition


def on_commit(count: Callable[[], None]) -> None:
    """Counts once what is being written is there to stay; at once outside of transactions."""
    # Django's own asks the connection whether there is a transaction, and opens one to find out.
    if connection.in_atomic_block:
        transaction.on_commit(count, robust=True)
    else:
        count()
