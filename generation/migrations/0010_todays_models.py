"""Moves what was seeded to the models of autumn 2026, and puts every model into the chains of its purposes (R-24, R-25).

Prices are the providers' list prices at 0.92 euros a dollar. Of OpenAI's two newest, gpt-6.1-terra writes: gpt-6.1-sol
costs twice as much, and every statement is checked against its passage anyway.

A row that is as it was seeded gives way to its successor: deleted where no call names it, else switched off, for its
calls. A row that staff changed or added stays as it is, at its place in every chain, before the new one of that place.
Where staff had switched a model off or deleted it, its successor comes switched off, too.
"""

from decimal import Decimal

from django.db import migrations

SEEDED = {
    # provider, name: input price, output price, context window, longest answer, place
    ("openai", "gpt-5.1"): ("1.150", "9.200", 400_000, 128_000, 10),
    ("anthropic", "claude-sonnet-4-6"): ("2.760", "13.800", 200_000, 64_000, 20),
    ("openai", "gpt-5-mini"): ("0.230", "1.840", 400_000, 128_000, 30),
    ("anthropic", "claude-haiku-4-5"): ("0.920", "4.600", 200_000, 64_000, 40),
}
MODELS = [
    # provider, name, successor of, input, cached, cache write, output, longest usual prompt, input and output above it,
    # context window
    ("openai", "gpt-6.1-terra", "gpt-5.1", "0.920", "0.0460", "1.1500", "4.600", 272_000, "1.840", "6.900", 1_050_000),
    (
        "anthropic", "claude-sonnet-5-5", "claude-sonnet-4-6", "1.840", "0.0920", "2.3000", "9.200", None, None, None,
        1_000_000,
    ),
    ("openai", "gpt-6-luna", "gpt-5-mini", "0.092", "0.0092", "0.1150", "0.460", 272_000, "0.184", "0.690", 1_050_000),
    (
        "anthropic", "claude-haiku-5-5", "claude-haiku-4-5", "0.092", "0.0092", "0.1150", "0.460", 100_000, "0.460",
        "2.300", 1_000_000,
    ),
]  # fmt: skip
LONGEST_ANSWER = 128_000
TEXTS = ("gpt-6.1-terra", "claude-sonnet-5-5", "gpt-6-luna", "claude-haiku-5-5")
SMALL = ("gpt-6-luna", "claude-haiku-5-5", "gpt-6.1-terra", "claude-sonnet-5-5")
CHAINS = {
    # purpose: models in their order, effort
    "writing": (TEXTS, "low"),
    "correcting": (TEXTS, "low"),
    "judging": (SMALL, "low"),
    "queries": (SMALL, "low"),
    "glossary": (SMALL, "low"),
}


def move(apps, schema_editor):
    model, place, attempt = (apps.get_model("generation", name) for name in ("AIModel", "ChainPlace", "Attempt"))
    present = {(row.provider, row.name): row for row in model.objects.all()}
    untouched = {key for key, seed in SEEDED.items() if key in present and _is_as_seeded(present[key], seed)}
    kept = [row for key, row in present.items() if key not in untouched]
    ours = {}
    for number, (provider, name, before, *figures) in enumerate(MODELS, start=1):
        old = present.get((provider, before))
        values = _values(figures) | {"enabled": old is not None and old.enabled, "position": 10 * number}
        # One that staff added themselves is theirs.
        ours[name], _ = model.objects.get_or_create(provider=provider, name=name, defaults=values)
    for purpose, (names, effort) in CHAINS.items():
        theirs = [place(purpose=purpose, model=row, position=row.position) for row in kept]
        new = [
            place(purpose=purpose, model=ours[name], position=10 * number, effort=effort)
            for number, name in enumerate(names, start=1)
            if ours[name] not in kept
        ]
        place.objects.bulk_create([*sorted(theirs, key=lambda row: row.model.pk), *new])
    replaced = model.objects.filter(pk__in=[present[key].pk for key in untouched])
    named = attempt.objects.filter(model__in=replaced).values("model")
    replaced.exclude(pk__in=named).delete()
    replaced.update(enabled=False)


def _is_as_seeded(row, seed):
    input_price, output_price, context, longest, position = seed
    return row.enabled and (
        row.input_price, row.output_price, row.context_tokens, row.max_output_tokens, row.position,
    ) == (Decimal(input_price), Decimal(output_price), context, longest, position)  # fmt: skip


def _values(figures):
    input_price, cached, write, output, long_prompt, long_input, long_output, context = figures
    return {
        "input_price": Decimal(input_price),
        "cached_price": Decimal(cached),
        "cache_write_price": Decimal(write),
        "output_price": Decimal(output),
        "long_prompt_tokens": long_prompt,
        "long_input_price": long_input and Decimal(long_input),
        "long_output_price": long_output and Decimal(long_output),
        "context_tokens": context,
        "max_output_tokens": LONGEST_ANSWER,
    }


class Migration(migrations.Migration):
    dependencies = [("generation", "0009_chains")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
