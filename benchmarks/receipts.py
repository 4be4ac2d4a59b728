"""Another person's library page while one person asks for 50 receipts at once ÷ alone, as medians of pages.

The web server runs as ``make run`` starts it. RECEIPTS= (50) are asked for at once, again and again, for as long as
PAGES= (40) library pages of somebody else are read one after the other.
"""

import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from benchmarks import tables
from benchmarks.site import site
from benchmarks.webhooks import _paid_orders, _web

if TYPE_CHECKING:
    from accounts.models import User


def main() -> None:
    """Alone, under the crowd, alone again."""
    at_once, pages = int(os.environ.get("RECEIPTS", "50")), int(os.environ.get("PAGES", "40"))
    with site() as place, _dressed(), _web(place) as address:
        from billing.domain import receipts, settlement
        from tests.documents.factories import UserFactory

        (payment,) = _paid_orders(place, 1)
        settlement.settle(payment_id=payment.pk, cause="benchmark")
        receipts.make(file_id=payment.receipt.file.pk)
        asking, reading = _browser(address, payment.user), _browser(address, UserFactory.create())
        receipt = f"/account/payments/{payment.pk}/receipt/"
        alone = _read(reading, pages)
        statuses: Counter[int] = Counter()
        ended = threading.Event()

        def ask() -> None:
            while not ended.is_set():
                statuses[asking.get(receipt).status_code] += 1

        with ThreadPoolExecutor(at_once) as crowd:
            for _ in range(at_once):
                crowd.submit(ask)
            beside = _read(reading, pages)
            ended.set()
        alone += _read(reading, pages)
    quiet, busy = statistics.median(alone), statistics.median(beside)
    tables.show(
        f"A library page while {at_once} receipts are asked for at once",
        ("", "seen"),
        [
            ("alone", f"{quiet * 1000:.0f} ms"),
            ("beside", f"{busy * 1000:.0f} ms"),
            ("beside ÷ alone", f"{busy / quiet:.2f}"),
            ("slowest beside", f"{max(beside) * 1000:.0f} ms"),
            ("receipts", ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))),
        ],
    )


@contextmanager
def _dressed() -> Iterator[None]:
    """Pages name their styles by what is in them: those have to be gathered first."""
    from django.core.management import call_command

    call_command("collectstatic", "--noinput", verbosity=0)
    yield


def _browser(address: str, user: "User") -> httpx.Client:
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from privacy.domain import consent
    from privacy.enums import ConsentKind

    consent.give(user=user, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return httpx.Client(
        base_url=address,
        cookies={name: client.cookies[name].value},
        timeout=60,
        limits=httpx.Limits(max_connections=None),
        trust_env=False,
    )


def _read(browser: httpx.Client, pages: int) -> list[float]:
    times = []
    for _ in range(pages):
        began = time.perf_counter()
        answer = browser.get("/documents/")
        times.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise SystemExit(f"The library answered {answer.status_code}.")
    return times


if __name__ == "__main__":
    main()
