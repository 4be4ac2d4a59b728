"""A price with its lines, as it is shown, charged and kept (R-60)."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Line:
    """One line of an order: what it is for and what it adds (or takes, when negative), in euros.

    ``kind`` is base, tier, discount, promo, cap, floor or provider_minimum.
    """

    label: str
    amount: Decimal
    kind: str = "base"

    @property
    def is_discount(self) -> bool:
        """Whether this line makes the order cheaper."""
        return self.amount < 0


@dataclass(frozen=True)
class Quote:
    """The price of ``pages`` by one price list. ``lines`` add up to ``total``, in euros with two places."""

    lines: list[Line]
    total: Decimal
    pages: int
    price_list_id: int
    version: int
    variant: str
    price_per_page: Decimal
    code: str = ""

    def as_json(self) -> list[dict[str, str]]:
        """The lines as they are kept with a payment and answered to programs."""
        return [{"label": line.label, "amount": str(line.amount), "kind": line.kind} for line in self.lines]
