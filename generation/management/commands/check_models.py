"""`manage.py check_models`: checks which of our models the providers have, and until when (R-25)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from generation.ai import endings
from generation.ai.endings import Checked

_HEAD = ("model", "state", "ends", "window", "longest answer", "chains", "")


class Command(BaseCommand):
    help = "Reads the providers' lists of models and the installed SDKs' tables, keeps what they say, and prints it."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [_HEAD, *(_row(one) for one in endings.check())]
        widths = [max(len(row[place]) for row in rows) for place in range(len(_HEAD))]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(checked: Checked) -> tuple[str, ...]:
    model = checked.model
    return (
        str(model),
        _state(checked),
        f"{model.ends_on:%Y-%m-%d}" if model.ends_on else "-",
        _tokens(model.context_tokens, model.told_context_tokens),
        _tokens(model.max_output_tokens, model.told_output_tokens),
        ", ".join(model.places.order_by("purpose").values_list("purpose", flat=True)) or "-",
        checked.note,
    )


def _state(checked: Checked) -> str:
    model, today = checked.model, timezone.now().date()
    if model.gone_since is not None:
        return "gone"
    if model.ends_on is not None and model.ends_on <= today:
        return "ended"
    if not model.enabled:
        return "off"
    return "asked" if model.places.exists() else "in no chain"


def _tokens(ours: int, told: int | None) -> str:
    """Our limit, and the provider's where that is lower."""
    return f"{ours:,}" if told is None or told >= ours else f"{ours:,} (provider: {told:,})"
