"""Statistics over time, for staff: each floor gives its months, and here they are put side by side (R-118).

Money is by the books, in euros, the only currency there is; it belongs to the month in which it was booked, so what
went back may be of an earlier month's order. A conversion belongs to the month in which the brief was begun.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from billing.domain import monthly as sales
from documents.domain import past_briefs
from generation.spending import monthly as calls

#: Months that can be asked for at once.
MOST_MONTHS: Final = 120

Key = tuple[date, str, str]


@dataclass
class Sums:
    """Figures of some months, languages and kinds together. Money in euros."""

    briefs: int = 0
    #: Of these briefs, those that were paid until now.
    paid: int = 0
    orders: int = 0
    pages: int = 0
    gross: Decimal = Decimal(0)
    #: Of these euros, those of orders: what more pages of rewriting brought in is neither an order nor its pages.
    ordered_gross: Decimal = Decimal(0)
    refunds: int = 0
    back: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    tokens: int = 0

    def add(self, other: "Sums") -> None:
        """Adds the figures of another."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def net(self) -> Decimal:
        """What was kept of what was paid."""
        return self.gross - self.back

    @property
    def margin(self) -> Decimal:
        """What is left of it after the models; fees of payments and all else are not known here."""
        return self.net - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        """The margin in percent of what was kept; None where nothing was."""
        return self.margin * 100 / self.net if self.net > 0 else None

    @property
    def conversion_percent(self) -> Decimal | None:
        """Briefs that were paid in percent of those begun; None where none was."""
        return Decimal(self.paid) * 100 / self.briefs if self.briefs else None


@dataclass(frozen=True)
class Asked:
    """What is wanted: months from the first day of one to that of another, both included; all languages where empty."""

    first: date
    last: date
    language: str = ""
    kind: str = ""

    @property
    def months(self) -> list[date]:
        """Each month's first day."""
        found = [self.first]
        while found[-1] < self.last:
            found.append(next_month(found[-1]))
        return found


@dataclass(frozen=True)
class Statistics:
    """All figures by month, language and kind, and their sums."""

    asked: Asked
    rows: dict[Key, Sums] = field(default_factory=dict)

    def by(self, part: Callable[[Key], object]) -> dict[object, Sums]:
        """The sums of what ``part`` makes alike."""
        found: dict[object, Sums] = defaultdict(Sums)
        for key, sums in self.rows.items():
            found[part(key)].add(sums)
        return dict(found)

    @property
    def by_month(self) -> list[tuple[date, Sums]]:
        """Every month, also those in which nothing was."""
        found = self.by(lambda key: key[0])
        return [(month, found.get(month, Sums())) for month in self.asked.months]

    @property
    def total(self) -> Sums:
        """Everything together."""
        return self.by(lambda _key: None).get(None, Sums())


def statistics(asked: Asked, *, with_money: bool = True) -> Statistics:
    """The figures that are wanted: seven queries, however much there is; three without those of money."""
    span = {
        "since": _beginning(asked.first),
        "until": _beginning(next_month(asked.last)),
    }
    rows: dict[Key, Sums] = defaultdict(Sums)
    if with_money:
        for begun in past_briefs.by_month(**span, language=asked.language, kind=asked.kind):
            rows[begun.month, begun.language, begun.kind].add(Sums(briefs=begun.count))
        for key, paid in sales.paid_of_begun(**span, language=asked.language, kind=asked.kind).items():
            rows[key].add(Sums(paid=paid))
        for sold in sales.by_month(**span, language=asked.language, kind=asked.kind):
            money = Sums(
                orders=sold.orders,
                pages=sold.pages,
                gross=sold.gross,
                ordered_gross=sold.ordered_gross,
                refunds=sold.refunds,
                back=sold.back,
            )
            rows[sold.month, sold.language, sold.kind].add(money)
    for called in calls.by_month(**span, language=asked.language, kind=asked.kind):
        rows[called.month, called.language, called.kind].add(Sums(cost=called.cost, tokens=called.tokens))
    return Statistics(asked, dict(sorted(rows.items())))


def months_known(now: datetime) -> list[date]:
    """The months from the first brief's to this one, `MOST_MONTHS` of them at most, newest first: two queries."""
    this = now.astimezone(UTC).date().replace(day=1)
    first = past_briefs.first_month() or this
    found = [this]
    while found[-1] > first and len(found) < MOST_MONTHS:
        found.append(month_before(found[-1]))
    return found


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


#: Columns of the file, in its order: what `Sums` calls them.
FILE_MONEY: Final = ("briefs", "paid", "orders", "pages", "gross", "refunds", "back", "net")
FILE_CALLS: Final = ("cost", "tokens")
THROWN_AWAY: Final = _("documents thrown away")


def file_rows(found: Statistics, *, with_money: bool) -> Iterable[Sequence[object]]:
    """A row for each month, language and kind, with codes rather than words."""
    names = (*FILE_MONEY, *FILE_CALLS, "margin") if with_money else FILE_CALLS
    for (month, language, kind), sums in found.rows.items():
        yield [f"{month:%Y-%m}", language, kind, *(getattr(sums, name) for name in names)]


def file_heads(*, with_money: bool) -> list[str]:
    """The heads of these rows."""
    said = {"paid": "paid_of_briefs", "cost": "ai_cost", "tokens": "ai_tokens"}
    names = (*FILE_MONEY, *FILE_CALLS, "margin") if with_money else FILE_CALLS
    return ["month", "language", "kind", *(said.get(name, name) for name in names)]
