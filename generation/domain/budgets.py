"""What may be spent, and what has been (R-21): the one place that changes ``BudgetUse``.

A call's money is reserved before the call and settled after it, on the budgets of its job, its owner's day, the house's
day and the house's month. The rows are locked in that order, whoever comes: the ones that all calls share are held
shortest. A person's allowance counts here but refuses nothing: it bars new work, and never stops what was paid for.
A budget without a row in ``Budget`` has no limit; staff are told of that.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest

from generation.enums import JobState, Outcome, Scope
from generation.models import Attempt, Budget, BudgetUse, Job
from tesigo.platform.alerts import tell_staff

logger = logging.getLogger(__name__)

#: The order in which rows are locked.
ORDER: Final = (Scope.JOB, Scope.USER_DAY, Scope.HOUSE_DAY, Scope.HOUSE_MONTH)
#: Those of which many subjects have one of their own.
_SUBJECTS: Final = (Scope.JOB, Scope.USER_DAY)
#: Shares in percent of which staff are told, once each.
_TOLD_AT: Final = (80, 100)
#: Below this share they are told again, as after a budget was raised; well below the first, for shares come and go.
_TOLD_AGAIN_BELOW: Final = 60
# One statement a budget: makes the row where it is missing, and takes only what fits. Whoever comes second waits for
# the row and is judged by it as it is then. People have no limit in euros, a missing budget has none at all.
_RESERVE: Final = """
    WITH budget AS (
        SELECT max(euros) AS euros, max(tokens) AS tokens FROM generation_budget WHERE scope = %(scope)s
    )
    INSERT INTO generation_budgetuse AS use
        (scope, subject, period, spent_euros, reserved_euros, spent_tokens, reserved_tokens, alerted)
    SELECT %(scope)s, %(subject)s, %(period)s, 0, %(euros)s, 0, %(tokens)s, 0 FROM budget
    WHERE %(euros)s <= COALESCE(budget.euros, 'infinity')
    ON CONFLICT (scope, subject, period) DO UPDATE
    SET reserved_euros = use.reserved_euros + EXCLUDED.reserved_euros,
        reserved_tokens = use.reserved_tokens + EXCLUDED.reserved_tokens
    WHERE use.spent_euros + use.reserved_euros + EXCLUDED.reserved_euros
        <= COALESCE((SELECT euros FROM budget), 'infinity')
    RETURNING id, spent_euros + reserved_euros, spent_tokens + reserved_tokens, alerted,
        (SELECT euros FROM budget), (SELECT tokens FROM budget)
"""


class OverBudget(Exception):
    """A call does not fit into a budget. ``resets_at`` is when there is a new one; never for a job's."""

    def __init__(self, scope: Scope, resets_at: datetime | None = None) -> None:
        super().__init__(f"over the budget for {scope.label}")
        self.scope = scope
        self.resets_at = resets_at


@dataclass(frozen=True)
class Amount:
    """So much of a budget, in both units."""

    euros: Decimal = Decimal(0)
    tokens: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.euros + other.euros, self.tokens + other.tokens)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.euros - other.euros, self.tokens - other.tokens)


@dataclass(frozen=True)
class Payer:
    """Whose budgets a call comes from: its job's and owner's, and the house's of the UTC day and month it began in."""

    job_id: UUID
    owner_id: int
    at: datetime

    def rows(self) -> list[tuple[Scope, str, str]]:
        """Scope, subject and period of each budget, in the order of locking."""
        return [(scope, self._subject(scope), period_of(scope, self.at)) for scope in ORDER]

    def _subject(self, scope: Scope) -> str:
        return {Scope.JOB: str(self.job_id), Scope.USER_DAY: str(self.owner_id)}.get(scope, "")


@dataclass(frozen=True)
class Level:
    """How full one budget was after something was reserved from it."""

    scope: Scope
    subject: str
    period: str
    use_id: int
    percent: int
    alerted: int


@dataclass(frozen=True)
class BudgetState:
    """A budget as staff see it: euros, or tokens of a person. ``share`` is what is gone or held, in percent.

    ``limit`` is None where there is no budget of the kind. Of jobs and people the one that is furthest is meant, by
    its ``subject``.
    """

    scope: Scope
    label: str
    unit: str
    limit: Decimal | None
    spent: Decimal
    reserved: Decimal
    share: int
    subject: str = ""


def period_of(scope: Scope, at: datetime) -> str:
    """The day ("2026-11-21") or the month ("2026-11") in UTC; nothing for a job."""
    day = at.astimezone(UTC).date().isoformat()
    return {Scope.JOB: "", Scope.HOUSE_MONTH: day[:7]}.get(scope, day)


def resets_at(scope: Scope, now: datetime) -> datetime | None:
    """When the next period of a budget begins; never for a job's."""
    if scope == Scope.JOB:
        return None
    today = now.astimezone(UTC).date()
    following = today + timedelta(days=1)
    if scope == Scope.HOUSE_MONTH:
        following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(following, time(), UTC)


def reserve(*, payer: Payer, amount: Amount) -> list[Level]:
    """Takes ``amount`` from every budget of the payer, inside the caller's transaction; answers how full they are.

    Raises OverBudget for the first that it does not fit into: the caller's transaction must not be committed then.
    """
    levels = []
    with connection.cursor() as cursor:
        for scope, subject, period in payer.rows():
            values = {"scope": scope, "subject": subject, "period": period}
            cursor.execute(_RESERVE, {**values, "euros": amount.euros, "tokens": amount.tokens})
            row = cursor.fetchone()
            if row is None:
                raise OverBudget(scope, resets_at(scope, payer.at))
            use_id, euros, tokens, alerted, most_euros, most_tokens = row
            share = _percent(euros, most_euros) if most_euros is not None else _percent(tokens, most_tokens)
            levels.append(Level(scope, subject, period, use_id, share, alerted))
    return levels


def settle(*, payer: Payer, released: Amount, spent: Amount) -> None:
    """Gives back what was reserved and counts what was spent, inside the caller's transaction."""
    settle_all([(payer, released, spent)])


def settle_all(calls: Iterable[tuple[Payer, Amount, Amount]]) -> None:
    """As ``settle``, for many calls of any jobs at once, each with what it gives back and what it spent."""
    sums: dict[tuple[int, str, str], tuple[Amount, Amount]] = {}
    for payer, released, spent in calls:
        for scope, subject, period in payer.rows():
            row = (ORDER.index(scope), subject, period)
            back, gone = sums.get(row, (Amount(), Amount()))
            sums[row] = (back + released, gone + spent)
    for (place, subject, period), (back, gone) in sorted(sums.items(), key=lambda item: item[0]):
        BudgetUse.objects.filter(scope=ORDER[place], subject=subject, period=period).update(
            reserved_euros=F("reserved_euros") - back.euros,
            reserved_tokens=F("reserved_tokens") - back.tokens,
            spent_euros=F("spent_euros") + gone.euros,
            spent_tokens=F("spent_tokens") + gone.tokens,
        )


def reconcile() -> int:
    """Puts reserved sums right that no longer agree with the calls under way; answers how many there were.

    A draft that is thrown away takes its calls along: what they held may have been paid and counts as spent (R-12).
    """
    holding = BudgetUse.objects.filter(Q(reserved_euros__gt=0) | Q(reserved_tokens__gt=0))
    return sum(_reconcile(use_id) for use_id in holding.order_by("pk").values_list("pk", flat=True))


def _reconcile(use_id: int) -> bool:
    with transaction.atomic():
        # Whoever changes the row changes its calls in the same transaction: with the lock, both are seen alike.
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
    logger.warning("budget put right", extra={"scope": use.scope, "period": use.period, "euros": str(lost.euros)})
    return True


def _calls_of(use: BudgetUse) -> QuerySet[Attempt]:
    """Calls under way that hold a part of this budget."""
    calls = Attempt.objects.filter(outcome=Outcome.INTENT)
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
    after = resets_at(Scope.HOUSE_MONTH if is_month else Scope.HOUSE_DAY, begin)
    assert after is not None
    return begin, after


def overview(*, now: datetime) -> list[BudgetState]:
    """How the present budgets stand: the house's day and month, and the job and the person that are furthest."""
    limits = {budget.scope: budget for budget in Budget.objects.all()}
    return [_state(scope, limits.get(scope), now) for scope in (Scope.HOUSE_DAY, Scope.HOUSE_MONTH, *_SUBJECTS)]


def _state(scope: Scope, budget: Budget | None, now: datetime) -> BudgetState:
    uses = BudgetUse.objects.filter(scope=scope, period=period_of(scope, now))
    if scope == Scope.JOB:
        open_jobs = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).values_list("pk", flat=True)
        uses = uses.filter(subject__in=[str(job_id) for job_id in open_jobs])
    unit = "tokens" if scope == Scope.USER_DAY else "euros"
    use = uses.order_by((F(f"spent_{unit}") + F(f"reserved_{unit}")).desc()).first() or BudgetUse(scope=scope)
    spent, reserved = Decimal(getattr(use, f"spent_{unit}")), Decimal(getattr(use, f"reserved_{unit}"))
    limit = getattr(budget, unit, None)
    return BudgetState(
        scope=scope,
        label=str(scope.label),
        unit=unit,
        limit=None if limit is None else Decimal(limit),
        spent=spent,
        reserved=reserved,
        share=_percent(spent + reserved, limit),
        subject=use.subject,
    )


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


def tell(levels: Sequence[Level]) -> None:
    """Tells staff of budgets that are 80 % or 100 % used, once each. After the transaction: nobody waits for it."""
    for level in levels:
        reached = max((share for share in _TOLD_AT if share <= level.percent), default=0)
        if reached > level.alerted:
            if BudgetUse.objects.filter(pk=level.use_id, alerted__lt=reached).update(alerted=reached):
                _tell(level, reached)
        elif level.alerted and level.percent < _TOLD_AGAIN_BELOW:
            BudgetUse.objects.filter(pk=level.use_id, alerted=level.alerted).update(alerted=0)


def _tell(level: Level, reached: int) -> None:
    name = " ".join(part for part in (level.scope.value, level.subject, level.period) if part)
    tell_staff(
        key=f"budget:{name}:{reached}",
        subject=f"{reached} % of a budget is used: {name}",
        text=f"{level.percent} % of the budget {name} is spent or reserved by calls under way.\n"
        "Over it, cheaper models are asked; with none left, writing waits for the next budget or a higher one.",
    )


def _percent(used: Decimal | int, most: Decimal | int | None) -> int:
    if most is None:
        return 0
    return int(used * 100 / most) if most else 100
