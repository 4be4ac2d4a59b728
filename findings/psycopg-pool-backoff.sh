#!/usr/bin/env bash
# psycopg_pool 3.3.3: a client that asks for a connection never makes the pool try; it waits for the next planned try.
#
# While a server is away the pool's own tries double their pauses (1, 2, 4, 8, 16 … s, for `reconnect_timeout`, five
# minutes by default). A slot that is being tried counts as taken, so with `max_size` slots in that state nobody starts
# another try. Fifteen seconds after the server went, the next one is sixteen away: it is back, `getconn(timeout=10)`
# fails with PoolTimeout, and the server has not been asked once. `check=` does not matter, nor does anything of libpq.
#
# Seen (November 2026):
#   tries while away: 4 or 5
#   server back; getconn(timeout=10): PoolTimeout after 10.0 s; the server was asked 0 times
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'psycopg[binary]==3.3.9' 'psycopg-pool==3.3.3'
"$work/venv/bin/python" - <<'PYTHON'
import logging
import socket
import sys
import threading
import time

from psycopg_pool import ConnectionPool, PoolTimeout

tries: list[float] = []


class Count(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if "error connecting" in record.getMessage():
            tries.append(time.monotonic())


logging.getLogger("psycopg.pool").addHandler(Count())
logging.getLogger("psycopg.pool").propagate = False
with socket.socket() as probe:  # a port where nobody listens
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]

pool = ConnectionPool(f"host=127.0.0.1 port={port} dbname=x", min_size=0, max_size=1, timeout=10, open=True)
try:
    pool.getconn(timeout=1)
except PoolTimeout:
    pass
deadline = time.monotonic() + 60
while len(tries) < 5 and time.monotonic() < deadline:  # at about 0, 1, 3, 7 and 15 s: the next is at 31 s
    time.sleep(0.1)
print(f"tries while away: {len(tries)}")

asked: list[float] = []
with socket.create_server(("127.0.0.1", port)) as listener:  # back: whoever connects is seen

    def listen() -> None:
        while True:
            try:
                listener.accept()[0].close()
            except OSError:
                return
            asked.append(time.monotonic())

    threading.Thread(target=listen, daemon=True).start()
    began = time.monotonic()
    try:
        pool.getconn(timeout=10)
        outcome = "a connection"
    except PoolTimeout:
        outcome = "PoolTimeout"
    waited = time.monotonic() - began
    seen = len(asked)
    print(f"server back; getconn(timeout=10): {outcome} after {waited:.1f} s; the server was asked {seen} times")
    listener.shutdown(socket.SHUT_RDWR)
pool.close(timeout=0)
sys.exit(0 if outcome == "PoolTimeout" and seen == 0 else 1)
PYTHON
