"""Credit bought at providers, less the cost of calls. Staff are alerted at 20 % left and at none (R-26)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction
from django.db.models import Sum

from generation.enums import Provider
from generation.models import Attempt, ModelDay, ProviderCredit
from privacy.domain import audit
from tesigo.platform.alerts import keep_alert

if TYPE_CHECKING:
    from accounts.models import User

#: Shares used, in percent, that staff are told of, once each for what was bought.
_TOLD_AT: Final = (80, 100)
# The newest purchase counts down; the older ones keep what was booked while they were the newest.
_BOOK: Final = """
    UPDATE generation_providercredit SET spent = GREATEST(spent + %s, 0) WHERE id = (
        SELECT id FROM generation_providercredit WHERE provider = %s ORDER BY bought_at DESC, id DESC LIMIT 1
    )
"""


@dataclass(frozen=True)
class Balance:
    """What is left at a provider, in euros; ``basis`` is what there was after the purchase with the id ``newest``."""

    provider: Provider
    left: Decimal
    basis: Decimal
    since: datetime
    newest: int
    told_percent: int

    @property
    def used_percent(self) -> int:
        """How much of what there was after the newest purchase is gone."""
        return int((self.basis - self.left) * 100 / self.basis) if self.basis > 0 else 100


def book(*, provider: str, euros: Decimal) -> None:
    """Counts what a call has cost, inside the caller's transaction; nothing where no credit was entered."""
    if euros:
        with connection.cursor() as cursor:
            cursor.execute(_BOOK, [euros, provider])


def buy(*, credit: ProviderCredit, by: "User") -> None:
    """Enters what was bought; what was booked since then, and not on an older purchase, counts at once."""
    with transaction.atomic():
        others = ProviderCredit.objects.select_for_update().filter(provider=credit.provider)
        bought = sorted(others.values_list("bought_at", flat=True))
        if not bought or credit.bought_at < bought[0]:
            calls = Attempt.objects.filter(provider=credit.provider, finished_at__gte=credit.bought_at)
            if bought:
                calls = calls.filter(finished_at__lt=bought[0])
            credit.spent = calls.aggregate(sum=Sum("cost", default=Decimal(0)))["sum"]
            credit.spent += _summed_up(credit, bought[0] if bought else None)
        credit.save()
        details = {"provider": credit.provider, "euros": str(credit.euros), "bought_at": credit.bought_at.isoformat()}
        audit.record(action="credit.bought", subject=credit, by=by, details=details)


def _summed_up(credit: ProviderCredit, until: datetime | None) -> Decimal:
    """Of calls that are sums of their days by now: whole days, the one of the purchase included."""
    days = ModelDay.objects.filter(provider=credit.provider, day__gte=credit.bought_at.astimezone(UTC).date())
    if until is not None:
        days = days.filter(day__lt=until.astimezone(UTC).date())
    found: Decimal = days.aggregate(sum=Sum("cost", default=Decimal(0)))["sum"]
    return found


def withdraw(*, credit: ProviderCredit, by: "User") -> None:
    """Takes back a purchase that was entered by mistake; what was booked on it stays booked, on the one before."""
    with transaction.atomic():
        audit.record(action="credit.withdrawn", subject=credit, by=by, details={"euros": str(credit.euros)})
        credit.delete()
        book(provider=credit.provider, euros=credit.spent)


def balances() -> list[Balance]:
    """Each provider's for which credit was entered, by provider."""
    rows: dict[str, list[ProviderCredit]] = defaultdict(list)
    for row in ProviderCredit.objects.order_by("provider", "bought_at", "id"):
        rows[row.provider].append(row)
    return [_balance(provider, bought) for provider, bought in rows.items()]


def _balance(provider: str, bought: list[ProviderCredit]) -> Balance:
    newest = bought[-1]
    left = sum((row.euros - row.spent for row in bought), Decimal(0))
    return Balance(
        provider=Provider(provider),
        left=left,
        basis=left + newest.spent,
        since=newest.bought_at,
        newest=newest.pk,
        told_percent=newest.told_percent,
    )


def tell() -> None:
    """Tells staff of credit that is down to a fifth, or gone: once each, for what was bought last (beat)."""
    for balance in balances():
        reached = max((share for share in _TOLD_AT if share <= balance.used_percent), default=0)
        mine = ProviderCredit.objects.filter(pk=balance.newest, told_percent__lt=reached)
        with transaction.atomic():
            if reached and mine.update(told_percent=reached):
                _tell(balance, reached)


def _tell(balance: Balance, reached: int) -> None:
    name = balance.provider.label
    subject = f"The credit at {name} is used up" if reached == 100 else f"A fifth of the credit at {name} is left"
    keep_alert(
        key=f"credit:{balance.provider}:{balance.newest}:{reached}",
        subject=subject,
        text=f"€{balance.left:.2f} of €{balance.basis:.2f} is left at {name}, by what calls have cost since "
        f"{balance.since:%Y-%m-%d %H:%M} UTC.\nBuy more there and enter it in the admin; without credit its keys are "
        "refused and the other provider writes alone.",
    )
