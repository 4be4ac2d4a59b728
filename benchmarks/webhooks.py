"""5,000 signed webhook events, each delivered 3 times by 8 clients at once: answers a second, and every effect once.

The web server runs as ``make run`` starts it. The events are about PAYMENTS= (500) orders paid at the sandbox's Stripe;
afterwards they are worked as the workers work them, by four threads, and the books are counted. EVENTS=, DELIVERIES=,
CLIENTS=. BEFORE= (a commit) lets that build do the same by its own benchmark, in turn with this one, ROUNDS= (2) times.
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks import tables
from benchmarks.serving import checked_out, web
from benchmarks.site import Site, site
from tesigo.platform.paths import ROOT

if TYPE_CHECKING:
    from billing.models import Payment

_TYPES: Final = (
    "checkout.session.completed", "payment_intent.succeeded", "payment_intent.created", "charge.succeeded",
    "charge.updated",
)  # fmt: skip
_WORKERS: Final = 4


def main() -> None:
    """Delivers, works, counts; beside an earlier build only the answers a second."""
    if before := os.environ.pop("BEFORE", ""):
        _show_beside(before)
        return
    events, deliveries, clients, orders = (
        int(os.environ.get(name, default))
        for name, default in (("EVENTS", "5000"), ("DELIVERIES", "3"), ("CLIENTS", "8"), ("PAYMENTS", "500"))
    )
    os.environ["STRIPE_CALLS_PER_SECOND"] = "100000"
    with site() as place, web(place) as address:
        paid = paid_orders(place, orders)
        letters = [letter(number, paid[number % len(paid)]) for number in range(events)]
        statuses, seconds = _deliver(letters, address, deliveries, clients)
        worked = work()
        rows = [
            ("events × deliveries", f"{events} × {deliveries}"),
            ("answered with 200", f"{statuses[200]} of {sum(statuses.values())}"),
            ("answers a second", f"{sum(statuses.values()) / seconds:.0f}"),
            ("events worked a second", f"{events / worked:.0f}"),
            *effects(events, paid),
        ]
    tables.show(f"Webhooks by {clients} clients at once", ("", "seen"), rows)


def _show_beside(before: str) -> None:
    seen: dict[str, list[float]] = {before: [], "this": []}
    with checked_out(before, kept=os.environ.get("KEPT", "")) as folder:
        for number in range(int(os.environ.get("ROUNDS", "2"))):
            for name, tree in ((before, folder), ("this", ROOT))[:: 1 if number % 2 else -1]:
                seen[name].append(_answers_a_second(tree))
    was, now = (statistics.median(seen[name]) for name in (before, "this"))
    rows = [(before, f"{was:.0f}", ""), ("this", f"{now:.0f}", f"{now / was:.2f}")]
    tables.show("Webhooks answered a second (to reach: ≥ 1.5 ÷ before)", ("build", "a second", "÷ before"), rows)


def _answers_a_second(tree: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.webhooks"]
    environ = os.environ | {"PYTHONPATH": str(tree)}
    run = subprocess.run(command, cwd=tree, env=environ, stdout=subprocess.PIPE, text=True, timeout=900, check=True)
    found = re.search(r"answers a second *\| *(\d+)", run.stdout)
    if found is None:
        raise SystemExit(f"The benchmark of {tree} printed no answers a second:\n{run.stdout}")
    return float(found[1])


def paid_orders(place: Site, count: int) -> "list[Payment]":
    """Orders opened as the price page does, and paid on Stripe's page."""
    from benchmarks import orders
    from billing.domain import checkout
    from billing.domain import orders as shown_orders
    from billing.domain.orders import Buyer

    # What is counted is money: the writing that it starts has to wait for workers that are not there.
    place.sandbox.post("stripe/webhooks", mode="drop")
    paid = []
    for _ in range(count):
        document = orders.order(pages=2, sections=1)
        buyer = Buyer(user=document.owner)
        quote = shown_orders.show(document=document, buyer=buyer).quote
        shown = checkout.Shown(quote.total, quote.version)
        payment = checkout.open_checkout(document_id=document.pk, shown=shown, buyer=buyer)
        place.sandbox.pay(str(payment.stripe_session_id))
        paid.append(payment)
    return paid


def letter(number: int, payment: "Payment") -> tuple[bytes, str]:
    """An event's body and its signature."""
    from django.conf import settings

    from sandbox.stripe.webhooks import signature

    kind = _TYPES[number // 500 % len(_TYPES)]
    ours = {"payment_id": str(payment.pk), "document_id": str(payment.document_id)}
    thing: dict[str, Any] = {"id": payment.stripe_session_id, "object": kind.rpartition(".")[0], "metadata": ours}
    at = int(time.time())
    body = json.dumps(
        {
            "id": f"evt_bench_{number}", "object": "event", "type": kind, "created": at,
            "livemode": False, "data": {"object": thing},
        }
    ).encode()  # fmt: skip
    return body, signature(body, settings.STRIPE_WEBHOOK_SECRET, at)


def _deliver(
    letters: list[tuple[bytes, str]], address: str, deliveries: int, clients: int
) -> tuple[Counter[int], float]:
    """Delivers every letter ``deliveries`` times, shuffled, by clients that keep their connections."""
    post = letters * deliveries
    random.Random(1).shuffle(post)  # the same order in each run
    shares = [post[number::clients] for number in range(clients)]
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        found = list(pool.map(lambda share: _send(share, address), shares))
    return sum(found, Counter()), time.perf_counter() - began


def _send(share: list[tuple[bytes, str]], address: str) -> Counter[int]:
    """By the plainest of clients: they share two cores with the server that is measured."""
    statuses: Counter[int] = Counter()
    client = HTTPConnection(address.removeprefix("http://"), timeout=30)
    for body, signed in share:
        head = {"Stripe-Signature": signed, "Content-Type": "application/json"}
        client.request("POST", "/stripe/webhook/", body, head)
        answer = client.getresponse()
        answer.read()
        statuses[answer.status] += 1
    client.close()
    return statuses


def work() -> float:
    """Works what was stored, by threads at once; returns the seconds that took."""
    from django.db import connection

    from billing.domain import events
    from billing.models import WebhookEvent

    def work_one(event_id: int) -> None:
        events.work(event_id=event_id)

    def leave() -> None:
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(work_one, WebhookEvent.objects.filter(processed_at=None).values_list("pk", flat=True)))
        for _ in range(_WORKERS):
            pool.submit(leave)
    return time.perf_counter() - began


def effects(events: int, paid: "list[Payment]") -> list[tuple[str, str]]:
    """What came of the events, as rows of a table."""
    from billing.models import Booking, Entry, Payment, PaymentEvent, Receipt, WebhookEvent
    from generation.models import Job

    succeeded = Payment.objects.filter(state="succeeded").count()
    moves = PaymentEvent.objects.filter(to_state="succeeded").count()
    in_books = sum(Entry.objects.filter(account="stripe").values_list("cents", flat=True))
    charged = sum(int(payment.amount * 100) for payment in paid)
    stored = WebhookEvent.objects.filter(processed_at__isnull=False).count()
    return [
        ("events stored and worked", f"{stored} of {events}"),
        ("payments succeeded, moves to it", f"{succeeded}, {moves} of {len(paid)}"),
        ("receipts, bookings, jobs", f"{Receipt.objects.count()}, {Booking.objects.count()}, {Job.objects.count()}"),
        ("cents in the books, at Stripe", f"{in_books}, {charged}"),
    ]


if __name__ == "__main__":
    main()
