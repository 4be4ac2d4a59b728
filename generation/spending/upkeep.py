"""Periodic repair of budgets: abandoned calls, sums that differ from their rows, expired reservations."""

import logging
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest

from generation.enums import Outcome, Scope
from generation.models import Attempt, Budget, BudgetUse
from generation.spending import attempts, credits, reservations
from generation.spending.budgets import ORDER, Amount
from generation.spending.periods import next_day, next_month
from tesigo.platform.alerts import tell_staff
from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)


def tidy(*, now: datetime) -> None:
    """All of it. Repeating it changes nothing."""
    attempts.abandon_lost(now=now)
    reconcile()
    reservations.drop_expired(now=now)
    tell_missing()
    credits.tell()


def reconcile() -> int:
    """Puts reserved sums right that no longer agree with the calls under way; returns how many there were.

    A draft that is thrown away takes its calls along: what they held may have been paid and counts as spent (R-12).
    """
    holding = BudgetUse.objects.filter(Q(reserved_euros__gt=0) | Q(reserved_tokens__gt=0))
    return sum(_reconcile(use_id) for use_id in holding.order_by("pk").values_list("pk", flat=True))


def _reconcile(use_id: int) -> bool:
    with transaction.atomic():
        # The row and its calls are changed in the same transaction: with the lock, both are seen alike.
        use = BudgetUse.objects.select_for_update(no_key=True).filter(pk=use_id).first()
        if use is None:
            return False
        held = _calls_of(use).aggregate(
            euros=Coalesce(Sum("reserved_cost"), Decimal(0)), tokens=Coalesce(Sum("reserved_tokens"), 0)
        )
        lost = Amount(use.reserved_euros, use.reserved_tokens) - Amount(held["euros"], held["tokens"])
        if lost == Amount():
            return False
        BudgetUse.objects.filter(pk=use_id).update(
            reserved_euros=held["euros"],
            reserved_tokens=held["tokens"],
            spent_euros=Greatest(F("spent_euros") + lost.euros, Decimal(0)),
            spent_tokens=Greatest(F("spent_tokens") + lost.tokens, 0),
        )
    facts = {"scope": word(use.scope), "period": word(use.period), "euros": str(lost.euros)}
    logger.warning("budget put right", extra=facts)
    return True


def _calls_of(use: BudgetUse) -> QuerySet[Attempt]:
    """Calls under way that hold a part of this budget."""
    # Of those whose document was thrown away nobody books the end here: what they held counts as spent.
    calls = Attempt.objects.filter(outcome=Outcome.INTENT, job__isnull=False)
    if use.scope == Scope.JOB:
        return calls.filter(job_id=use.subject)
    if use.scope == Scope.USER_DAY:
        calls = calls.filter(job__document__owner_id=int(use.subject))
    since, until = _bounds(use.period)
    return calls.filter(started_at__gte=since, started_at__lt=until)


def _bounds(period: str) -> tuple[datetime, datetime]:
    """A day's or a month's first moment and the next one's, in UTC."""
    is_month = len(period) == len("2026-11")
    begin = datetime.combine(date.fromisoformat(f"{period}-01" if is_month else period), time(), UTC)
    return begin, next_month(begin) if is_month else next_day(begin)


def tell_missing() -> None:
    """Tells staff of kinds of budgets that there is no row for: nothing limits what they are for."""
    there = set(Budget.objects.values_list("scope", flat=True))
    for scope in [one for one in ORDER if one not in there]:
        tell_staff(
            key=f"budget-missing:{scope.value}",
            subject=f"There is no budget of the kind {scope.value}",
            text=f"Nothing limits the budget {scope.value} until it is added again in the admin.",
            cool_down=timedelta(days=1),
        )
