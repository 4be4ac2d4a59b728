"""What a job will cost, before it starts (R-20)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Max

from documents.models import Document
from generation.domain import chains
from generation.enums import JobKind, Purpose
from generation.models import AIModel, LanguageFactor

TOKENS_PER_PAGE: Final = 1_500
#: An outline is about as much as so many pages.
_OUTLINE_PAGES: Final = 2
_MILLION: Final = Decimal(1_000_000)
#: For a language that staff have not said how many tokens it takes: that of most of them.
_USUAL_FACTOR: Final = Decimal("1.3")


@dataclass(frozen=True)
class Estimate:
    """Tokens, and euros at the price of the first model of the chain."""

    tokens: int = 0
    cost: Decimal = Decimal(0)


def estimate(document: Document, *, kind: JobKind) -> Estimate:
    """Pages × 1,500 tokens × the model's price × a factor for the language (R-20); without a model it costs nothing."""
    pages = document.pages if kind == JobKind.DOCUMENT else _OUTLINE_PAGES
    factors = LanguageFactor.objects.filter(language=document.language).values_list("factor", flat=True)
    tokens = int(pages * TOKENS_PER_PAGE * (factors.first() or _USUAL_FACTOR))
    model = first_model()
    price = model.output_price if model else Decimal(0)
    return Estimate(tokens=tokens, cost=(tokens * price / _MILLION).quantize(Decimal("0.0001")))


def cost_of_pages(pages: int) -> Decimal:
    """Euros that so many pages cost in the dearest language, by the first model of the chain."""
    model = first_model()
    price = model.output_price if model else Decimal(0)
    factor = LanguageFactor.objects.aggregate(most=Max("factor"))["most"] or _USUAL_FACTOR
    return (pages * TOKENS_PER_PAGE * factor * price / _MILLION).quantize(Decimal("0.01"))


def first_model() -> AIModel | None:
    """The model that writes first, of those that can be asked (R-23)."""
    return chains.first_model(Purpose.WRITING)
