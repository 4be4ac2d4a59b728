"""8,000 signed webhook events while Redis is frozen: how soon each is answered, and every effect once afterwards.

The web server runs as ``make run`` starts it; Redis is stopped by a signal, so that it keeps its sockets and says
nothing. BEFORE=2350ef3 puts the web server of that commit beside it, on the same servers in the same run: it gets the
same events for a minute at most. EVENTS=, CLIENTS=, PAYMENTS= (500).
"""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Final

import redis

from benchmarks import tables, webhooks
from benchmarks.serving import checked_out, web
from benchmarks.site import HOME, site
from local.stack import Stack
from tesigo.platform.processes import wait_until

#: What is promised (R-106), and how long a client waits before it gives up: Stripe's own limit is not much longer.
_LIMIT: Final = 2.0
_PATIENCE: Final = 25.0
#: Seconds that the build before gets.
_BEFORE_SECONDS: Final = 60.0

Letter = tuple[bytes, str]
#: Status and seconds of an answer; status 0 where none came.
Answer = tuple[int, float]


def main() -> None:
    """Freezes, delivers, thaws, counts."""
    events, clients, orders = (
        int(os.environ.get(name, default))
        for name, default in (("EVENTS", "8000"), ("CLIENTS", "8"), ("PAYMENTS", "500"))
    )
    before = os.environ.get("BEFORE", "")
    os.environ["STRIPE_CALLS_PER_SECOND"] = "100000"
    with site() as place:
        paid = webhooks.paid_orders(place, orders)
        columns: dict[str, list[Answer]] = {}
        if before:
            with checked_out(before) as folder, web(place, folder) as address, _frozen_redis():
                early = [webhooks.letter(10**6 + number, paid[number % len(paid)]) for number in range(events)]
                columns[before] = _deliver(early, address, clients, seconds=_BEFORE_SECONDS)
        with web(place) as address:
            letters = [webhooks.letter(number, paid[number % len(paid)]) for number in range(events)]
            with _frozen_redis():
                columns["this build"] = _deliver(letters, address, clients, seconds=None)
            nudges = _nudges(at_least=events)
        _forget_events_of_before()
        worked = webhooks.work()
        effects = webhooks.effects(events, paid)
    _show(events, clients, columns)
    rows = [
        ("nudges with Redis after the thaw", nudges),
        ("events worked a second", f"{events / worked:.0f}"),
        *effects,
    ]
    tables.show("What came of them", ("", "this build"), rows)


def _show(events: int, clients: int, columns: dict[str, list[Answer]]) -> None:
    rows: list[tuple[str, ...]] = []
    for words, figure in (
        ("delivered", lambda found: f"{len(found)} of {events}"),
        ("answered with 200", lambda found: str(sum(status == 200 for status, _ in found))),
        (f"of them within {_LIMIT:g} s", lambda found: str(sum(status == 200 and s <= _LIMIT for status, s in found))),
        ("median", lambda found: f"{sorted(s for _, s in found)[len(found) // 2]:.3f} s"),
        ("slowest", lambda found: f"{max(s for _, s in found):.2f} s"),
    ):
        rows.append((words, *(figure(found) for found in columns.values())))
    tables.show(f"Webhooks by {clients} clients while Redis is frozen", ("", *columns), rows)


@contextmanager
def _frozen_redis() -> Iterator[None]:
    pid = Stack(HOME).redis().pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _deliver(letters: list[Letter], address: str, clients: int, *, seconds: float | None) -> list[Answer]:
    """Each letter once, by clients at once; no further ones after ``seconds``."""
    ends_at = time.monotonic() + seconds if seconds else None
    with ThreadPoolExecutor(clients) as pool:
        shares = pool.map(lambda number: _send(letters[number::clients], address, ends_at), range(clients))
        return [answer for share in shares for answer in share]


def _send(share: list[Letter], address: str, ends_at: float | None) -> list[Answer]:
    answers: list[Answer] = []
    client = HTTPConnection(address.removeprefix("http://"), timeout=_PATIENCE)
    for body, signed in share:
        began = time.monotonic()
        if ends_at and began > ends_at:
            break
        try:
            client.request(
                "POST", "/stripe/webhook/", body, {"Stripe-Signature": signed, "Content-Type": "application/json"}
            )
            answer = client.getresponse()
            answer.read()
            status = answer.status
        except OSError:
            client.close()
            status = 0
        answers.append((status, time.monotonic() - began))
    client.close()
    return answers


def _nudges(*, at_least: int) -> int:
    """How many tasks lie with Redis, once nothing more comes."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as store:
        wait_until(lambda: int(str(store.llen("tesigo:celery"))) >= at_least, seconds=120)
        return int(str(store.llen("tesigo:celery")))


def _forget_events_of_before() -> None:
    from billing.models import WebhookEvent

    WebhookEvent.objects.filter(event_id__regex=r"^evt_bench_\d{7}").delete()


if __name__ == "__main__":
    main()
