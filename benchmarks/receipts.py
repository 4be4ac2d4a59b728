"""Another person's library page while one person asks for 50 receipts at once ÷ alone, as medians of pages.

The web server runs as ``make run`` starts it. RECEIPTS= (50) are asked for at once, again and again, for as long as
PAGES= (40) library pages of somebody else are read one after the other. BEFORE=2350ef3 puts the web server of that
commit beside it, on the same servers in the same run: it gets the same number of pages, for five minutes at most.
"""

import os
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

from benchmarks import tables
from benchmarks.serving import checked_out, web
from benchmarks.site import Site, site
from benchmarks.webhooks import paid_orders
from tesigo.platform.paths import ROOT

if TYPE_CHECKING:
    from accounts.models import User
    from billing.models import Payment

_GATHERING_SECONDS: Final = 120
_READING_SECONDS: Final = 150.0

#: Status and seconds of an answer; status 0 where none came.
Answer = tuple[int, float]


def main() -> None:
    """Each build alone, under the crowd, alone again."""
    at_once, pages = int(os.environ.get("RECEIPTS", "50")), int(os.environ.get("PAGES", "40"))
    before = os.environ.get("BEFORE", "")
    with site() as place, ExitStack() as builds:
        builds_at = {before: builds.enter_context(checked_out(before))} if before else {}
        builds_at["this build"] = ROOT
        payment = _receipt(place)
        columns = {}
        for name, folder in builds_at.items():
            gather_styles(folder)
            with web(place, folder) as address:
                columns[name] = _compare(address, payment, at_once=at_once, pages=pages)
    rows = [(words, *(found[words] for found in columns.values())) for words in columns["this build"]]
    tables.show(f"A library page while {at_once} receipts are asked for at once", ("", *columns), rows)


def _receipt(place: Site) -> "Payment":
    from billing.domain import papers, settlement

    (payment,) = paid_orders(place, 1)
    settlement.settle(payment_id=payment.pk, cause="benchmark")
    papers.make(file_id=payment.receipt.file.pk)
    return payment


def gather_styles(folder: Path) -> None:
    """Pages name their styles by what is in them: each build has its own."""
    words = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(words, cwd=folder, check=True, timeout=_GATHERING_SECONDS)


def _compare(address: str, payment: "Payment", *, at_once: int, pages: int) -> dict[str, str]:
    from tests.documents.factories import UserFactory

    reader = UserFactory.create(email=f"{secrets.token_hex(4)}@readers.example")
    asking, reading = _browser(address, payment.user), _browser(address, reader)
    receipt = f"/account/payments/{payment.pk}/receipt/"
    alone = _read(reading, pages)
    statuses: Counter[int] = Counter()
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            statuses[_status(asking, receipt)] += 1

    with ThreadPoolExecutor(at_once) as crowd:
        for _ in range(at_once):
            crowd.submit(ask)
        try:
            beside = _read(reading, pages)
        finally:
            ended.set()
    alone += _read(reading, pages)
    quiet, busy = (statistics.median(seconds for _, seconds in answers) for answers in (alone, beside))
    refused = [status for status, _ in beside if status != 200]
    return {
        "alone": f"{quiet * 1000:.0f} ms",
        "beside": f"{busy * 1000:.0f} ms",
        "beside ÷ alone": f"{busy / quiet:.2f}",
        "slowest beside": f"{max(seconds for _, seconds in beside) * 1000:.0f} ms",
        "pages beside": f"{len(beside)}, of them refused {len(refused)}",
        "receipts": ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items())),
    }


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


def _status(browser: httpx.Client, path: str) -> int:
    """Of the answer; 0 where none came."""
    try:
        return browser.get(path).status_code
    except httpx.TransportError:
        return 0


def _read(browser: httpx.Client, pages: int) -> list[Answer]:
    answers: list[Answer] = []
    ends_at = time.monotonic() + _READING_SECONDS
    while len(answers) < pages and time.monotonic() < ends_at:
        began = time.perf_counter()
        status = _status(browser, "/documents/")
        answers.append((status, time.perf_counter() - began))
    return answers


if __name__ == "__main__":
    main()
