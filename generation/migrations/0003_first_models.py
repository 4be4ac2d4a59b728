"""The models to begin with (R-23): staff change them in the admin. Prices are euros per million tokens."""

from decimal import Decimal

from django.db import migrations

MODELS = [
    # provider, name, input price, output price, context window, longest answer
    ("openai", "gpt-5.1", "1.150", "9.200", 400_000, 128_000),
    ("anthropic", "claude-sonnet-4-6", "2.760", "13.800", 200_000, 64_000),
    ("openai", "gpt-5-mini", "0.230", "1.840", 400_000, 128_000),
    ("anthropic", "claude-haiku-4-5", "0.920", "4.600", 200_000, 64_000),
]


def seed(apps, schema_editor):
    model = apps.get_model("generation", "AIModel")
    for place, (provider, name, input_price, output_price, context, longest) in enumerate(MODELS, start=1):
        model.objects.get_or_create(
            provider=provider,
            name=name,
            defaults={
                "input_price": Decimal(input_price),
                "output_price": Decimal(output_price),
                "context_tokens": context,
                "max_output_tokens": longest,
                "position": place * 10,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("generation", "0002_one_key_per_question")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
