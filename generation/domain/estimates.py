"""What a job will cost, before it starts (R-20)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from documents.models import Document
from generation.enums import JobKind
from generation.models import AIModel

TOKENS_PER_PAGE: Final = 1_500
#: An outline is about as much as so many pages.
_OUTLINE_PAGES: Final = 2
_MILLION: Final = Decimal(1_000_000)
#: How many more tokens a text takes than one of the same length in English.
LANGUAGE_FACTORS: Final[dict[str, Decimal]] = {
    "en": Decimal("1.0"),
    "es": Decimal("1.2"),
    "it": Decimal("1.25"),
    "fr": Decimal("1.25"),
    "pt": Decimal("1.2"),
    "de": Decimal("1.3"),
    "nl": Decimal("1.3"),
    "ro": Decimal("1.45"),
    "pl": Decimal("1.5"),
    "cs": Decimal("1.55"),
}


@dataclass(frozen=True)
class Estimate:
    """Tokens, and euros at the price of the first model of the chain."""

    tokens: int
    cost: Decimal


def estimate(document: Document, *, kind: JobKind) -> Estimate:
    """Pages × 1,500 tokens × the model's price × a factor for the language (R-20)."""
    pages = document.pages if kind == JobKind.DOCUMENT else _OUTLINE_PAGES
    tokens = int(pages * TOKENS_PER_PAGE * LANGUAGE_FACTORS.get(document.language, Decimal("1.3")))
    model = AIModel.objects.filter(enabled=True).order_by("position", "id").first()
    price = model.output_price if model else Decimal(0)
    return Estimate(tokens=tokens, cost=(tokens * price / _MILLION).quantize(Decimal("0.0001")))


def cost_of_pages(pages: int) -> Decimal:
    """Euros that so many pages cost in the dearest language, by the first model of the chain."""
    model = AIModel.objects.filter(enabled=True).order_by("position", "id").first()
    price = model.output_price if model else Decimal(0)
    return (pages * TOKENS_PER_PAGE * max(LANGUAGE_FACTORS.values()) * price / _MILLION).quantize(Decimal("0.01"))
