"""Budgets, limits of keys and tokens of languages to begin with (R-20, R-21, R-33): staff change them in the admin."""

from decimal import Decimal

from django.db import migrations

BUDGETS = [
    # scope, euros, tokens
    ("job", Decimal("25.00"), None),
    ("user_day", None, 20_000_000),
    ("house_day", Decimal("200.00"), None),
    ("house_month", Decimal("3000.00"), None),
]
#: Those of the third tier at OpenAI and the fourth at Anthropic, for each key.
LIMITS = [
    # provider, requests, tokens a minute
    ("openai", 5_000, 2_000_000),
    ("anthropic", 4_000, 2_000_000),
]
FACTORS = {
    "en": "1.00",
    "es": "1.20",
    "pt": "1.20",
    "it": "1.25",
    "fr": "1.25",
    "de": "1.30",
    "nl": "1.30",
    "ro": "1.45",
    "pl": "1.50",
    "cs": "1.55",
}


def seed(apps, schema_editor):
    budget, limit, factor = (apps.get_model("generation", name) for name in ("Budget", "KeyLimit", "LanguageFactor"))
    for scope, euros, tokens in BUDGETS:
        budget.objects.get_or_create(scope=scope, defaults={"euros": euros, "tokens": tokens})
    for provider, requests, tokens in LIMITS:
        limit.objects.get_or_create(
            provider=provider,
            place=0,
            defaults={"requests_per_minute": requests, "tokens_per_minute": tokens},
        )
    for language, value in FACTORS.items():
        factor.objects.get_or_create(language=language, defaults={"factor": Decimal(value)})


class Migration(migrations.Migration):
    dependencies = [("generation", "0005_budgets_and_limits")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
