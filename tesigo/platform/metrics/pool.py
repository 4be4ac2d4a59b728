"""How this process's pool of database connections is used, looked at every few seconds."""

import threading
from typing import Any, Final

from django.db import connections

from tesigo.platform.metrics import measures
from tesigo.platform.metrics.ticker import ticker

#: Those that the pool counts since it was made, and what makes them whole units.
_COUNTED: Final = (
    ("requests_queued", measures.pool_waits, 1.0),
    ("requests_wait_ms", measures.pool_wait_seconds, 0.001),
    ("requests_errors", measures.pool_errors, 1.0),
)
_lock = threading.Lock()
_seen: dict[str, tuple[int, dict[str, float]]] = {}


def sample() -> None:
    """Notes how many connections are used and free, and how often somebody waited since the last look."""
    with _lock:
        used = idle = 0
        for alias in connections:
            pool: Any = type(connections[alias])._connection_pools.get(alias)  # type: ignore[attr-defined]  # Django's own
            if pool is None:
                continue
            stats = pool.get_stats()
            available = stats.get("pool_available", 0)
            used, idle = used + stats.get("pool_size", 0) - available, idle + available
            measures.pool_room.labels(alias).set(pool.max_size)
            measures.pool_waiting.labels(alias).set(stats.get("requests_waiting", 0))
            _add(alias, id(pool), stats)
        measures.pool_connections.labels("used").set(used)
        measures.pool_connections.labels("idle").set(idle)


def _add(alias: str, pool_id: int, stats: dict[str, float]) -> None:
    known_id, known = _seen.get(alias, (0, {}))
    if known_id != pool_id:
        known = {}
    for name, metric, unit in _COUNTED:
        metric.labels(alias).inc(max(0.0, stats.get(name, 0) - known.get(name, 0)) * unit)
    _seen[alias] = (pool_id, dict(stats))


ticker.register("database pool", sample)
