"""What is read of payments and refunds on their way when somebody asks for metrics (R-111)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import Metric

from billing.enums import PaymentState, RefundState
from billing.models import OPEN_STATES, Payment, Refund
from tesigo.platform.metrics import collectors
from tesigo.platform.metrics.definitions import Definition, family

_PAYMENTS: Final = (*OPEN_STATES, PaymentState.HELD)
_REFUNDS: Final = (RefundState.CREATED, RefundState.PENDING)

open_payments = family("payments_open", "Payments on their way or held, by state.", "state")
oldest_payment = family("payments_oldest_seconds", "Age of the oldest payment in such a state; 0 without any.", "state")
open_refunds = family("refunds_open", "Refunds on their way, by state.", "state")
oldest_refund = family("refunds_oldest_seconds", "Age of the oldest refund in such a state; 0 without any.", "state")


def money() -> Iterable[Metric]:
    """What is under way, by the indexes that its sweepers use: two questions."""
    now = timezone.now()
    yield from _standing(Payment.objects.filter(state__in=_PAYMENTS), _PAYMENTS, open_payments, oldest_payment, now)
    yield from _standing(Refund.objects.filter(state__in=_REFUNDS), _REFUNDS, open_refunds, oldest_refund, now)


def _standing(rows: Any, known: Iterable[str], counts: Definition, ages: Definition, now: datetime) -> Iterable[Metric]:
    found = {state: (count, since) for state, count, since in _grouped(rows)}
    yield counts.values([([state], found.get(state, (0, now))[0]) for state in known])
    yield ages.values([([state], max(0.0, (now - found.get(state, (0, now))[1]).total_seconds())) for state in known])


def _grouped(rows: Any) -> Any:
    grouped = rows.values_list("state").order_by()
    return grouped.annotate(count=Count("pk"), since=Min("created_at"))


def register() -> None:
    """Has them read at each scrape."""
    collectors.register("money", money)
