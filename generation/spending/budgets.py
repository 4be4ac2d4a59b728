"""Budgets and what was spent of them (R-21). Only this module changes ``BudgetUse``.

A call's cost is reserved before it and settled after it, on four budgets: the job, the owner's day, the site's day, the
site's month. Rows are locked in this order, so that the rows all calls share are held for the shortest time. A person's
day is limited in tokens, by their own row or the default; the others in euros (R-27). A budget without a row in
``Budget`` has no limit; staff are alerted.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Greatest

from generation.enums import OPEN_JOB_STATES, Scope
from generation.errors import OverBudget
from generation.models import Budget, BudgetUse, Job, PersonalLimit
from generation.spending.periods import period_of, resets_at
from tesigo.platform.alerts import keep_alert
from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)

#: The order in which rows are locked.
ORDER: Final = (Scope.JOB, Scope.USER_DAY, Scope.HOUSE_DAY, Scope.HOUSE_MONTH)
#: Those in which each job, or each person, has a row of its own.
_SUBJECTS: Final = (Scope.JOB, Scope.USER_DAY)
#: Those that everybody shares.
HOUSE: Final = (Scope.HOUSE_DAY, Scope.HOUSE_MONTH)
#: Shares in percent at which staff are told, once each.
_TOLD_AT: Final = (80, 100)
#: Below this share they are told again, as after a budget was raised; well below the first, for shares come and go.
_TOLD_AGAIN_PERCENT: Final = 60
_ADD: Final = """
    INSERT INTO generation_budgetuse
        (scope, subject, period, spent_euros, spent_tokens, reserved_euros, reserved_tokens, alerted)
    SELECT scope, subject, period, 0, 0, 0, 0, 0
    FROM unnest(%(scopes)s::text[], %(subjects)s::text[], %(periods)s::text[]) AS wanted (scope, subject, period)
    ON CONFLICT DO NOTHING
"""
_RESERVE: Final = """
    UPDATE generation_budgetuse
    SET reserved_euros = reserved_euros + %s, reserved_tokens = reserved_tokens + %s WHERE id = ANY(%s)
"""
# The rows asked for, locked in the order of the arrays. A second caller waits and sees them as they are then.
_LOCKED: Final = """
    SELECT use.*, wanted.place
    FROM unnest(%(scopes)s::text[], %(subjects)s::text[], %(periods)s::text[])
        WITH ORDINALITY AS wanted (scope, subject, period, place)
    JOIN generation_budgetuse AS use USING (scope, subject, period)
    ORDER BY wanted.place FOR NO KEY UPDATE OF use
"""
_HOW_FULL: Final = f"""
    WITH locked AS ({_LOCKED})
    SELECT locked.id, spent_euros + reserved_euros, spent_tokens + reserved_tokens, alerted, euros,
           COALESCE(own.tokens, budget.tokens)
    FROM locked LEFT JOIN generation_budget AS budget ON budget.scope = locked.scope
    LEFT JOIN generation_personallimit AS own
        ON own.person_id = CASE locked.scope WHEN 'user_day' THEN locked.subject::bigint END
    ORDER BY place
"""  # noqa: S608  # constants only
_SETTLE: Final = f"""
    WITH locked AS ({_LOCKED}),
    sums AS (
        SELECT * FROM unnest(
            %(released_euros)s::numeric[], %(released_tokens)s::bigint[],
            %(spent_euros)s::numeric[], %(spent_tokens)s::bigint[]
        ) WITH ORDINALITY AS sums (released_euros, released_tokens, spent_euros, spent_tokens, place)
    )
    UPDATE generation_budgetuse AS use
    SET reserved_euros = use.reserved_euros - sums.released_euros,
        reserved_tokens = use.reserved_tokens - sums.released_tokens,
        spent_euros = use.spent_euros + sums.spent_euros,
        spent_tokens = use.spent_tokens + sums.spent_tokens
    FROM locked JOIN sums USING (place) WHERE use.id = locked.id
"""  # noqa: S608  # constants only
#: Scope, subject and period.
Row = tuple[Scope, str, str]


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

    def rows(self) -> list[Row]:
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
    limit: Decimal | int | None


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


def reserve(*, payer: Payer, amount: Amount) -> list[Level]:
    """Takes ``amount`` from every budget of the payer, inside the caller's transaction; returns how full they are.

    Raises OverBudget for the first that it does not fit into: the caller's transaction must not be committed then.
    """
    rows = payer.rows()
    levels = []
    for (scope, subject, period), found in zip(rows, _lock(rows), strict=True):
        use_id, euros, tokens, alerted, most_euros, most_tokens = found
        euros, tokens = euros + amount.euros, tokens + amount.tokens
        if (most_euros is not None and euros > most_euros) or (most_tokens is not None and tokens > most_tokens):
            raise OverBudget(scope, resets_at(scope, payer.at))
        gone, most = (tokens, most_tokens) if most_euros is None else (euros, most_euros)
        levels.append(Level(scope, subject, period, use_id, _percent(gone, most), alerted, most))
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [amount.euros, amount.tokens, [level.use_id for level in levels]])
    return levels


def _lock(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The rows in their order, locked; made where they are missing.

    Made first, whether they are there or not: one that was found missing while others are locked would be locked last.
    """
    columns = _columns(rows)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, columns)
        cursor.execute(_HOW_FULL, columns)
        return list(cursor.fetchall())


def _columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    scopes, subjects, periods = (list(column) for column in zip(*rows, strict=True))
    return {"scopes": scopes, "subjects": subjects, "periods": periods}


def settle(*calls: tuple[Payer, Amount, Amount]) -> None:
    """Gives back what was reserved and counts what was spent, inside the caller's transaction.

    Each call of any jobs names its payer, what it gives back and what it spent.
    """
    sums: dict[tuple[int, str, str], tuple[Amount, Amount]] = {}
    for payer, released, spent in calls:
        for scope, subject, period in payer.rows():
            row = (ORDER.index(scope), subject, period)
            back, gone = sums.get(row, (Amount(), Amount()))
            sums[row] = (back + released, gone + spent)
    ordered = sorted(sums)
    released_sums, spent_sums = zip(*(sums[row] for row in ordered), strict=True)
    columns = _columns([(ORDER[place], subject, period) for place, subject, period in ordered])
    columns |= {
        "released_euros": [amount.euros for amount in released_sums],
        "released_tokens": [amount.tokens for amount in released_sums],
        "spent_euros": [amount.euros for amount in spent_sums],
        "spent_tokens": [amount.tokens for amount in spent_sums],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, columns)


def tokens_of_day(owner_id: int) -> int | None:
    """What a person may use in a day (R-27): their own limit, else the house's default; None where there is none."""
    own = PersonalLimit.objects.filter(person_id=owner_id).values_list("tokens")
    usual = Budget.objects.filter(scope=Scope.USER_DAY).values_list("tokens")
    # Their own comes first; the database says which there are in one go.
    found = own.annotate(rank=Value(0)).union(usual.annotate(rank=Value(1)), all=True).order_by("rank").first()
    return found[0] if found else None


def used(scope: Scope, subject: str, now: datetime) -> Amount:
    """What is gone from a present budget, or held by calls under way."""
    use = BudgetUse.objects.filter(scope=scope, subject=subject, period=period_of(scope, now)).first()
    if use is None:
        return Amount()
    return Amount(use.spent_euros + use.reserved_euros, use.spent_tokens + use.reserved_tokens)


def overview(*, now: datetime, scopes: Sequence[Scope] = (*HOUSE, *_SUBJECTS)) -> list[BudgetState]:
    """How the present budgets stand: the house's day and month, and the job and the person that are furthest."""
    limits = {budget.scope: budget for budget in Budget.objects.all()}
    return [_state(scope, limits.get(scope), now) for scope in scopes]


def _state(scope: Scope, budget: Budget | None, now: datetime) -> BudgetState:
    uses = BudgetUse.objects.filter(scope=scope, period=period_of(scope, now))
    if scope == Scope.JOB:
        open_jobs = Job.objects.filter(state__in=OPEN_JOB_STATES).values_list("pk", flat=True)
        uses = uses.filter(subject__in=[str(job_id) for job_id in open_jobs])
    unit = "tokens" if scope == Scope.USER_DAY else "euros"
    used = F(f"spent_{unit}") + F(f"reserved_{unit}")
    limit = getattr(budget, unit, None)
    if scope == Scope.USER_DAY:
        # The person nearest to their own limit, who need not be the one who used most.
        own = PersonalLimit.objects.annotate(name=Cast("person_id", CharField())).filter(name=OuterRef("subject"))
        uses = uses.annotate(limit=Coalesce(Subquery(own.values("tokens")), Value(limit)))
        used = used * 1.0 / Greatest(F("limit"), 1)
    use = uses.order_by(used.desc(nulls_last=True)).first() or BudgetUse(scope=scope)
    limit = getattr(use, "limit", limit)
    spent, reserved = Decimal(getattr(use, f"spent_{unit}")), Decimal(getattr(use, f"reserved_{unit}"))
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


def tell(levels: Sequence[Level]) -> None:
    """Tells staff of budgets that are 80 % or 100 % used, once each. After the transaction: nobody waits for it.

    What cannot be kept does not count as told, and the next call tells of it.
    """
    for level in levels:
        reached = max((share for share in _TOLD_AT if share <= level.percent), default=0)
        if reached > level.alerted:
            try:
                with transaction.atomic():
                    if BudgetUse.objects.filter(pk=level.use_id, alerted__lt=reached).update(alerted=reached):
                        _tell(level, reached)
            except DatabaseError:
                logger.exception("an alert could not be kept", extra={"alert": word(f"budget {level.scope.value}")})
        elif level.alerted and level.percent < _TOLD_AGAIN_PERCENT:
            BudgetUse.objects.filter(pk=level.use_id, alerted=level.alerted).update(alerted=0)


def _tell(level: Level, reached: int) -> None:
    name = " ".join(part for part in (level.scope.value, level.subject, level.period) if part)
    keep_alert(
        # One that was raised and fills up is another matter than the one before.
        key=f"budget:{name}:{level.limit}:{reached}",
        subject=f"{reached} % of a budget is used: {name}",
        text=f"{level.percent} % of the budget {name} is spent or reserved by calls under way.\n"
        "Over it, cheaper models are asked; with none left, writing waits for the next budget or a higher one.",
    )


def _percent(used: Decimal | int, most: Decimal | int | None) -> int:
    if most is None:
        return 0
    return int(used * 100 / most) if most else 100
