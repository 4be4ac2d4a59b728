"""Work that waits, by kind (R-116): how much, how late, and what was given up."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client.core import Metric

from tesigo.platform import duty
from tesigo.platform.metrics import collectors
from tesigo.platform.metrics.definitions import family

rows = family(
    "duty_rows", "Rows that must be worked on, by kind and state (waiting; late, which are among them; given_up).",
    "kind", "state",
)  # fmt: skip
oldest = family("duty_oldest_seconds", "How long the row of a kind that is due longest has been due.", "kind")


def duties() -> Iterable[Metric]:
    """One question for each kind, which its two small indexes answer."""
    now = timezone.now()
    counted: list[tuple[list[str], float]] = []
    waited: list[tuple[list[str], float]] = []
    for kind in duty.kinds():
        is_waiting = Q(due_at__isnull=False) & kind.is_open
        is_given_up = Q(given_up_at__isnull=False)
        found = kind.model._default_manager.filter(is_waiting | is_given_up).aggregate(
            waiting=Count("pk", filter=is_waiting),
            late=Count("pk", filter=is_waiting & Q(due_at__lt=now - kind.late_after)),
            given_up=Count("pk", filter=is_given_up),
            since=Min("due_at", filter=is_waiting),
        )
        counted += [([kind.name, state], found[state]) for state in ("waiting", "late", "given_up")]
        age = max(timedelta(0), now - (found["since"] or now))
        waited.append(([kind.name], age.total_seconds()))
    yield rows.values(counted)
    yield oldest.values(waited)


def register() -> None:
    """Has them read at each scrape."""
    collectors.register("duties", duties)
