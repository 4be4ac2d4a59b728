"""List prices of the models, in euros per million tokens, as one table for every build that is compared.

The providers' list prices in US dollars of November 2026, at 0.92 euros a dollar as in the house's first price rows.
Models whose writes to the cache cost nothing extra book them as input.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

EUROS_PER_DOLLAR: Final = Decimal("0.92")
#: An entry of Anthropic's that is kept for an hour costs twice the input.
_HOUR_FACTOR: Final = 2


@dataclass(frozen=True)
class Price:
    """Dollars per million: input, input read from the cache, input written to it, output (reasoning included)."""

    input: Decimal
    cached: Decimal
    written: Decimal
    output: Decimal

    def euros(self, total: dict[str, Any]) -> Decimal:
        """What a total of the sandbox's meter costs."""
        short = total["written"] - total["written_1h"]
        dollars = (
            total["input"] * self.input
            + total["cached"] * self.cached
            + short * self.written
            + total["written_1h"] * self.input * _HOUR_FACTOR
            + total["output"] * self.output
        )
        return dollars / 1_000_000 * EUROS_PER_DOLLAR


def _price(*figures: str) -> Price:
    return Price(*(Decimal(figure) for figure in figures))


PRICES: Final = {
    "gpt-6.1-sol": _price("2", "0.10", "2.50", "10"),
    "gpt-6.1-terra": _price("1", "0.05", "1.25", "5"),
    "gpt-6-sol": _price("2", "0.20", "2.50", "10"),
    "gpt-6-luna": _price("0.10", "0.01", "0.125", "0.50"),
    "gpt-5.1": _price("1.25", "0.125", "1.25", "10"),
    "gpt-5-mini": _price("0.25", "0.025", "0.25", "2"),
    "claude-opus-5-5": _price("4", "0.20", "5", "20"),
    "claude-sonnet-5-5": _price("2", "0.10", "2.50", "10"),
    "claude-haiku-5-5": _price("0.10", "0.01", "0.125", "0.50"),
    "claude-sonnet-4-6": _price("3", "0.30", "3.75", "15"),
    "claude-haiku-4-5": _price("1", "0.10", "1.25", "5"),
}


def cost(meter: dict[str, Any]) -> Decimal:
    """Euros for all models of a meter. Ends the program for a model without a price, or a prompt priced otherwise."""
    unknown = set(meter["models"]) - set(PRICES)
    if unknown:
        raise SystemExit(f"No price is known for {', '.join(sorted(unknown))}: see benchmarks/prices.py.")
    if meter["all"]["long_calls"]:
        raise SystemExit("Some prompts are so long that they cost more than the price list here knows.")
    return sum((PRICES[name].euros(total) for name, total in meter["models"].items()), Decimal(0))
