"""Known results of queueing theory: arrivals and services without memory, one queue before equal servers (M/M/c)."""

from math import exp, inf
from typing import Final

#: Halvings of an interval; after that it is smaller than a float can tell.
_HALVINGS: Final = 80


def waiting_share(load: float, servers: int) -> float:
    """Erlang's C: the share of arrivals that must wait. ``load`` in servers kept busy; 1.0 where it is too much."""
    if load >= servers:
        return 1.0
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


def mean_wait(*, arrivals: float, service: float, servers: int) -> float:
    """Mean seconds in the queue, for ``arrivals`` a second that take ``service`` seconds each; inf if overloaded."""
    load = arrivals * service
    return inf if load >= servers else waiting_share(load, servers) * service / (servers - load)


def response_quantile(share: float, *, arrivals: float, service: float, servers: int) -> float:
    """Seconds within which ``share`` of the arrivals have been served, waiting included; inf if there are too many."""
    load = arrivals * service
    if load >= servers:
        return inf
    waits, spare = waiting_share(load, servers), servers - load

    def longer(seconds: float) -> float:
        """Share that takes longer."""
        time = seconds / service
        if abs(spare - 1) < 1e-9:
            return exp(-time) * (1 + waits * time)
        return exp(-time) + waits * (exp(-time) - exp(-time * spare)) / (spare - 1)

    low, high = 0.0, service
    while longer(high) > 1 - share:
        high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if longer(middle) > 1 - share else (low, middle)
    return high


def servers_for(most_seconds: float, *, share: float, arrivals: float, service: float, most: int = 10_000) -> int:
    """The fewest servers with which ``share`` is served in time. Raises ValueError where no number does."""
    for servers in range(max(1, int(arrivals * service)), most + 1):
        if response_quantile(share, arrivals=arrivals, service=service, servers=servers) <= most_seconds:
            return servers
    raise ValueError(f"{service:g} s of service are not over within {most_seconds:g} s with {most} servers")
