"""What the ground floor itself looks for each minute (R-113): traffic, machine, Redis, workers, certificate."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import redis
from django.conf import settings
from django.db.models import Count, Min, Q

from tesigo.platform import certificate, conditions, duty, machine, shared_redis, workers
from tesigo.platform.conditions import Check, Trouble
from tesigo.platform.counted import counted
from tesigo.platform.metrics import window
from tesigo.platform.models import Alert

WINDOW_MINUTES: Final = 5
#: With fewer requests in the window, a share of them says little.
LEAST_REQUESTS: Final = 50
MOST_ERRORS_PERCENT: Final = 5
LONGEST_P95_SECONDS: Final = 2.0
#: Work that has been due for longer, and in nobody's hands, is not just waiting for its turn.
LATE_AFTER: Final = timedelta(minutes=15)
CERTIFICATE_ENDS_WITHIN: Final = timedelta(days=14)
_CERTIFICATE_EVERY_SECONDS: Final = 600.0
_DAY: Final = timedelta(days=1)


def register() -> None:
    """Has beat look for them."""
    for check in (
        Check("error-rate", errors),
        Check("slow-pages", slowness),
        Check("memory", memory),
        Check("disk", disk),
        Check("redis", redis_away),
        Check("workers", silent_workers),
        Check("late-work", late_work),
        Check("alerts-by-mail", unsent_mails),
        Check("certificate", CertificateLook(), repeat_after=_DAY, settle=timedelta(0)),
    ):
        conditions.register(check)


def errors(now: datetime) -> Iterator[Trouble]:
    """More than 5 % of the requests of five minutes failed through our fault."""
    seen = window.recent(minutes=WINDOW_MINUTES)
    if seen.requests >= LEAST_REQUESTS and seen.errors * 100 > MOST_ERRORS_PERCENT * seen.requests:
        yield Trouble(
            subject=f"{seen.errors * 100 / seen.requests:.0f} % of requests fail",
            text=f"Of {seen.requests} requests in {WINDOW_MINUTES} minutes {seen.errors} ended with a fault of ours"
            f" (5xx); {MOST_ERRORS_PERCENT} % is the limit. The log has each with its correlation id.",
        )


def slowness(now: datetime) -> Iterator[Trouble]:
    """One request in twenty takes more than two seconds."""
    seen = window.recent(minutes=WINDOW_MINUTES)
    if seen.requests >= LEAST_REQUESTS and (seen.p95_seconds or 0.0) > LONGEST_P95_SECONDS:
        yield Trouble(
            subject="Pages are slow",
            text=f"One request in twenty took {seen.p95_seconds:.1f} s or more, of {seen.requests} in {WINDOW_MINUTES}"
            f" minutes; {LONGEST_P95_SECONDS:.0f} s is the limit.",
        )


def memory(now: datetime) -> Iterator[Trouble]:
    """The machine of beat, or that of a worker, is nearly full."""
    most = settings.MEMORY_MOST_PERCENT
    here = machine.memory()
    if here.percent > most:
        yield Trouble(
            subject=f"Memory is {here.percent} % full",
            text=f"{here.used >> 20:,} of {here.limit >> 20:,} MiB of the {here.of} that beat runs in are used;"
            f" {most} % is the limit.",
            of="beat",
        )
    for worker in workers.present(now=now):
        if (worker.memory_percent or 0) > most:
            yield Trouble(
                subject=f"Memory of a worker is {worker.memory_percent} % full",
                text=f"{worker.node} runs where {worker.memory_percent} % of the memory are used; {most} % is most.",
                of=worker.node,
            )


def disk(now: datetime) -> Iterator[Trouble]:
    """A disk that we write to is nearly full."""
    for one in machine.disks():
        if one.is_low:
            yield Trouble(
                subject=f"A disk is nearly full: {', '.join(one.names)}",
                text=f"{one.free >> 20:,} of {one.total >> 20:,} MiB are free ({one.free_percent} %), where these lie:"
                f" {', '.join(one.names)}.",
                of="+".join(one.names),
            )


def redis_away(now: datetime) -> Iterator[Trouble]:
    """Redis does not answer: no nudges, no live progress, no cache."""
    if not _redis_answers():
        yield Trouble(
            subject="Redis does not answer",
            text="Pages work on, slower and without live progress; workers get nothing to do until it is back.",
        )


def silent_workers(now: datetime) -> Iterator[Trouble]:
    """No worker has done anything lately. While Redis is away none can, and that is told by itself."""
    if not workers.present(now=now) and _redis_answers():
        yield Trouble(
            subject="No worker works",
            text="No worker has taken anything for two minutes: nothing is written, no mail is sent, no payment is"
            " settled. Start one, or look at what holds those that run.",
        )


def late_work(now: datetime) -> Iterator[Trouble]:
    """Rows that are due for long and that nobody has claimed (R-116)."""
    late = []
    for kind in duty.kinds():
        due = Q(due_at__lt=now - max(kind.late_after, LATE_AFTER))
        found = kind.model._default_manager.filter(kind.is_open, due).aggregate(count=Count("pk"), oldest=Min("due_at"))
        if found["count"]:
            minutes = int((now - found["oldest"]).total_seconds() // 60)
            late.append(f"{kind.name}: {found['count']}, the oldest for {counted(minutes, 'minute')}")
    if late:
        yield Trouble(
            subject="Work waits that nobody takes",
            text="Due, and in no worker's hands:\n"
            + "\n".join(late)
            + "\n“Work that waits” in the admin has the rows.",
        )


def unsent_mails(now: datetime) -> Iterator[Trouble]:
    """Alerts fail by mail; worth telling where there is another way to tell it."""
    if not settings.TELEGRAM_BOT_TOKEN:
        return
    stuck = Alert.objects.filter(due_at__isnull=False, created_at__lt=now - LATE_AFTER).exclude(error="").count()
    if stuck:
        yield Trouble(
            subject="Alerts do not go out by mail",
            text=f"{stuck} have failed for a quarter of an hour or longer and are tried again: see EMAIL_URL.",
        )


class CertificateLook:
    """Looks every ten minutes, and keeps the last result in between."""

    def __init__(self) -> None:
        self._next = 0.0
        self._known: certificate.Certificate | None = None

    def __call__(self, now: datetime) -> Iterator[Trouble]:
        """The certificate of SITE_URL is broken, or ends within a fortnight."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _CERTIFICATE_EVERY_SECONDS
            # Where nobody answers from here, what was known of the certificate stays.
            with suppress(OSError):
                self._known = certificate.look(settings.SITE_URL)
        known = self._known
        if known is None:
            return
        if known.good_until is None:
            yield Trouble(subject="The certificate of the site is broken", text=f"Browsers refuse it: {known.flaw}.")
        elif known.good_until - now < CERTIFICATE_ENDS_WITHIN:
            days = max(0, (known.good_until - now).days)
            yield Trouble(
                subject=f"The certificate of the site ends in {counted(days, 'day')}",
                text=f"It is good until {known.good_until:%Y-%m-%d %H:%M} UTC. Its renewal is overdue.",
            )


def _redis_answers() -> bool:
    try:
        shared_redis.client(settings.REDIS_URL).ping()
    except (redis.RedisError, OSError):
        return False
    return True
