"""What every process counts by itself: requests, tasks, the cache, breakers, its database connections (R-111)."""

from typing import Final

from tesigo.platform.metrics.definitions import counter, gauge, histogram
from tesigo.platform.metrics.window import BOUNDS_SECONDS

#: Tasks and steps take from milliseconds to a quarter of an hour.
WORK_BOUNDS_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)

# All of them bear labels: a metric without any has its value, and this process its files, once it is defined.
requests = counter(
    "http_requests_total", "Requests answered, by view and class of the status (2xx; aborted by the client).",
    "view", "status",
)  # fmt: skip
request_seconds = histogram(
    "http_request_duration_seconds",
    "Time from the whole request to the head of the answer; what the client takes to send a body does not count.",
    "view",
    bounds=BOUNDS_SECONDS,
)
open_connections = gauge(
    "open_connections", "Requests being answered and WebSockets open (protocol http, websocket).", "protocol"
)
tasks = counter("tasks_total", "Celery tasks that ended, by name and state (success, failure …).", "task", "state")
task_seconds = histogram(
    "task_duration_seconds", "Time that Celery tasks took, by name.", "task", bounds=WORK_BOUNDS_SECONDS
)
cache_reads = counter("cache_reads_total", "Reads of the cache, by result (hit, miss, away).", "result")
breaker_open = gauge(
    "breaker_open", "Whether any process holds a service for away just now (1) or not (0).", "service",
    together="livemax",
)  # fmt: skip
breaker_openings = counter("breaker_openings_total", "Times that a process found a service away.", "service")
pool_connections = gauge(
    "database_pool_connections", "Connections of all pools to the database (state used, idle).", "state"
)
pool_room = gauge("database_pool_limit_connections", "Connections that all pools together may open.", "database")
pool_waiting = gauge("database_pool_waiting_requests", "Threads that wait for a connection now.", "database")
pool_waits = counter("database_pool_waits_total", "Times that a thread had to wait for a connection.", "database")
pool_wait_seconds = counter("database_pool_wait_seconds_total", "Time that threads waited for connections.", "database")
pool_errors = counter("database_pool_errors_total", "Times that no connection was had in time.", "database")
