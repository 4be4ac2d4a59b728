"""Breakers as metrics (R-111)."""

from tesigo.platform import breaker
from tesigo.platform.metrics import measures


def listen() -> None:
    """Counts from now on how often each service is found away, and shows which is."""
    breaker.listen(_note)


def _note(service: str, is_open: bool) -> None:
    measures.breaker_open.labels(service).set(is_open)
    if is_open:
        measures.breaker_openings.labels(service).inc()
