"""A simulation of the queue of steps: documents in rounds of calls, held by slots, keys' limits and processors.

A document of P pages asks P × calls a page, shared over rounds that follow one another. A call takes a slot (workers ×
processes × K), waits for its turn at the provider, for the answer, then for a processor, and gives the slot back. Slots
go to who waited longest. The same seed gives the same numbers.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random

#: Seconds that an answer takes.
Latency = Callable[[Random], float]


@dataclass(frozen=True)
class Workers:
    """What writes: slots and cores of all machines together, and what a page takes."""

    slots: int
    cores: int
    calls_per_page: float
    core_seconds_per_page: float
    rounds: int
    latency: Latency
    #: Of all keys together; calls are spaced evenly.
    calls_per_minute: float = float("inf")


@dataclass(frozen=True)
class Order:
    """A document that is paid for at a moment, in seconds."""

    at: float
    pages: int


@dataclass(frozen=True)
class Run:
    """What was seen: seconds from payment to document in the order of ``orders``, and the most that were under way."""

    seconds: list[float]
    most_at_once: int

    def quantile(self, share: float) -> float:
        """Seconds within which ``share`` of the documents were ready."""
        return sorted(self.seconds)[max(0, ceil(share * len(self.seconds)) - 1)]


@dataclass
class _Document:
    number: int
    order: Order
    round: int = 0
    open_calls: int = 0


@dataclass
class _State:
    workers: Workers
    chance: Random
    free: int
    cores: list[float]
    next_turn: float = 0.0
    waiting: deque[_Document] = field(default_factory=deque)
    #: (moment, number for order, what ends: "paid", "answered" or "call", its document)
    events: list[tuple[float, int, str, _Document]] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def later(self, at: float, what: str, document: _Document) -> None:
        heapq.heappush(self.events, (at, next(self.numbers), what, document))

    def begin_round(self, document: _Document, now: float) -> None:
        document.open_calls = self.calls(document)
        self.waiting.extend([document] * document.open_calls)
        self.fill(now)

    def calls(self, document: _Document) -> int:
        """Calls of each round; at least one."""
        return max(1, ceil(document.order.pages * self.workers.calls_per_page / self.workers.rounds))

    def fill(self, now: float) -> None:
        """Gives free slots to the calls that wait."""
        while self.free and self.waiting:
            self.free -= 1
            turn = max(now, self.next_turn)
            self.next_turn = turn + 60 / self.workers.calls_per_minute
            self.later(turn + self.workers.latency(self.chance), "answered", self.waiting.popleft())

    def compute(self, document: _Document, now: float) -> None:
        """Takes the first processor that is free; a round's calls share the round's work."""
        whole = document.order.pages * self.workers.core_seconds_per_page / self.workers.rounds
        end = max(now, heapq.heappop(self.cores)) + whole / self.calls(document)
        heapq.heappush(self.cores, end)
        self.later(end, "call", document)


def simulate(orders: Sequence[Order], workers: Workers, *, seed: int = 0) -> Run:
    """Writes all orders. Raises ValueError where nothing could ever be written."""
    if workers.slots < 1 or workers.cores < 1 or workers.rounds < 1 or workers.calls_per_minute <= 0:
        raise ValueError("Slots, cores, rounds and calls a minute must be more than none.")
    state = _State(workers, Random(seed), workers.slots, [0.0] * workers.cores)
    for number, order in enumerate(orders):
        state.later(order.at, "paid", _Document(number, order))
    seconds = [0.0] * len(orders)
    under_way = most = 0
    while state.events:
        now, _, what, document = heapq.heappop(state.events)
        if what == "paid":
            under_way += 1
            most = max(most, under_way)
            state.begin_round(document, now)
        elif what == "answered":
            state.compute(document, now)
        else:
            state.free += 1
            document.open_calls -= 1
            if document.open_calls == 0:
                document.round += 1
                if document.round < workers.rounds:
                    state.begin_round(document, now)
                else:
                    under_way -= 1
                    seconds[document.number] = now - document.order.at
            state.fill(now)
    return Run(seconds, most)


def arrivals(*, per_hour: float, hours: float, pages: Sequence[int], seed: int = 0) -> list[Order]:
    """Orders without memory of each other, each of a size drawn from ``pages``."""
    chance = Random(seed)
    return list(_arrivals(chance, per_hour / 3600, hours * 3600, pages)) if per_hour > 0 else []


def _arrivals(chance: Random, per_second: float, seconds: float, pages: Sequence[int]) -> Iterable[Order]:
    now = chance.expovariate(per_second)
    while now < seconds:
        yield Order(now, chance.choice(pages))
        now += chance.expovariate(per_second)
