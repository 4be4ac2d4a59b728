"""How PostgreSQL, its WAL and Redis are, and what they hold that is not ours alone to know."""

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db import connection
from prometheus_client.core import Metric
from redis.exceptions import RedisError

from tesigo.platform.metrics import collectors
from tesigo.platform.metrics.definitions import family
from tesigo.platform.shared_redis import breaker, client

_DATABASE: Final = """
    SELECT numbackends, pg_database_size(datid), xact_commit, xact_rollback, deadlocks, temp_bytes,
           current_setting('max_connections')::int
    FROM pg_stat_database WHERE datname = current_database()
"""
# On a standby nothing is written: it has got so far instead.
_SLOTS: Final = """
    SELECT slot_name, active::int, COALESCE(wal_status, ''),
           COALESCE(pg_wal_lsn_diff(
               CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn
           ), 0)
    FROM pg_replication_slots WHERE NOT temporary ORDER BY slot_name LIMIT 20
"""
#: What PostgreSQL says of a slot: one that is lost is of no use any more, and no WAL is kept for it.
WAL_STATUSES: Final = ("reserved", "extended", "unreserved", "lost")
#: The queues of Celery's that workers take from.
QUEUES: Final = ("celery", "backup")

database_connections = family("database_connections", "Connections to the database, of everybody.")
database_room = family("database_limit_connections", "Connections that the server takes at most (max_connections).")
database_size = family("database_size_bytes", "Size of the database on disk.")
transactions = family(
    "database_transactions_total", "Transactions, by how they ended (commit, rollback).", "end", kind="counter"
)
deadlocks = family("database_deadlocks_total", "Deadlocks that the server broke.", kind="counter")
spilled = family("database_temporary_bytes_total", "Bytes that queries wrote to temporary files.", kind="counter")
slot_active = family("wal_slot_active", "Whether a replication slot's receiver is connected (1) or not (0).", "slot")
slot_lag = family("wal_slot_lag_bytes", "WAL that the receiver of a slot has not confirmed.", "slot")
slot_status = family(
    "wal_slot_status", "1 for the status that PostgreSQL gives a slot (reserved, extended, unreserved, lost), else 0.",
    "slot", "status",
)  # fmt: skip
redis_up = family("redis_up", "Whether Redis answers (1) or not (0).")
redis_memory = family("redis_memory_bytes", "Memory that Redis uses for its data.")
redis_limit = family("redis_memory_limit_bytes", "Memory that Redis may use; 0 without a limit.")
redis_clients = family("redis_clients", "Connections to Redis.")
redis_evicted = family("redis_evicted_keys_total", "Keys that Redis dropped for want of memory.", kind="counter")
queue_messages = family("broker_messages", "Messages of Celery's that no worker has taken yet, by queue.", "queue")


def database() -> Iterable[Metric]:
    """Connections, size, ends of transactions: one query of one row."""
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE)
        backends, size, commits, rollbacks, broken, temporary, most = cursor.fetchone()
    yield database_connections.value(backends)
    yield database_room.value(most)
    yield database_size.value(size)
    yield transactions.values([(["commit"], commits), (["rollback"], rollbacks)])
    yield deadlocks.value(broken)
    yield spilled.value(temporary)


def wal() -> Iterable[Metric]:
    """Each replication slot: whether somebody takes its WAL, and how far behind they are."""
    with connection.cursor() as cursor:
        cursor.execute(_SLOTS)
        rows = cursor.fetchall()
    yield slot_active.values([([slot], active) for slot, active, *_ in rows])
    yield slot_lag.values([([slot], float(lag)) for slot, _active, _status, lag in rows])
    yield slot_status.values(
        [([slot, known], float(known == status)) for slot, _active, status, _lag in rows for known in WAL_STATUSES]
    )


def redis_server() -> Iterable[Metric]:
    """Whether it is there, what it holds, and how much waits for workers; a Redis that is away is a figure, too."""
    server = client(settings.REDIS_URL)
    prefix: str = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", "")
    try:
        with breaker(settings.REDIS_URL).guarding(RedisError):
            pipeline = server.pipeline(transaction=False)
            pipeline.info()
            for queue in QUEUES:
                pipeline.llen(f"{prefix}{queue}")
            facts, *waiting = pipeline.execute()
    except (OSError, RedisError):
        yield redis_up.value(0)
        return
    yield redis_up.value(1)
    yield redis_memory.value(facts.get("used_memory", 0))
    yield redis_limit.value(facts.get("maxmemory", 0))
    yield redis_clients.value(facts.get("connected_clients", 0))
    yield redis_evicted.value(facts.get("evicted_keys", 0))
    yield queue_messages.values([([queue], length) for queue, length in zip(QUEUES, waiting, strict=True)])


def register() -> None:
    """Has them read at each scrape."""
    collectors.register("database", database)
    collectors.register("wal", wal)
    collectors.register("redis", redis_server, asks_database=False)
