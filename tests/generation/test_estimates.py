"""What a job will cost, before it starts (R-20)."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from generation.domain import estimates
from generation.enums import JobKind
from generation.models import AIModel, LanguageFactor
from tests.documents.factories import DocumentFactory

pytestmark = pytest.mark.django_db


def test_an_estimate_counts_pages_language_and_price() -> None:
    english, czech = (DocumentFactory.build(pages=10, language=language) for language in ("en", "cs"))
    model = AIModel.objects.order_by("position").first()
    assert model is not None
    made = estimates.estimate(english, kind=JobKind.DOCUMENT)
    assert made.tokens == 15_000
    assert made.cost == (15_000 * model.output_price / 1_000_000).quantize(Decimal("0.0001"))
    assert estimates.estimate(czech, kind=JobKind.DOCUMENT).tokens == 23_250
    assert estimates.estimate(english, kind=JobKind.OUTLINE).tokens == 3_000
    AIModel.objects.update(enabled=False)
    assert estimates.estimate(english, kind=JobKind.DOCUMENT).cost == 0


def test_staff_change_how_many_tokens_a_language_takes() -> None:
    document = DocumentFactory.build(pages=10, language="de")
    LanguageFactor.objects.filter(language="de").update(factor=Decimal("2.00"))
    assert estimates.estimate(document, kind=JobKind.DOCUMENT).tokens == 30_000
    LanguageFactor.objects.all().delete()
    assert estimates.estimate(document, kind=JobKind.DOCUMENT).tokens == 19_500


def test_a_model_of_a_provider_without_a_key_is_not_asked_for_its_price(settings: Settings) -> None:
    settings.OPENAI_API_KEYS = []
    model = estimates.first_model()
    assert model is not None
    assert model.provider == "anthropic"
    assert AIModel.objects.filter(provider="openai", enabled=True).exists()
