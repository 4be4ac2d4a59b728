"""Which model is asked for what, and in which order (R-23, R-24, R-25)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils import timezone

from generation.ai import keys
from generation.enums import Purpose
from generation.models import AIModel, ChainPlace

#: What each question is for, by the name that it and its attempts carry.
PURPOSES: Final[Mapping[str, Purpose]] = {
    "outline": Purpose.WRITING,
    "write": Purpose.WRITING,
    "extend": Purpose.WRITING,
    "tighten": Purpose.WRITING,
    "correct": Purpose.CORRECTING,
    "judge": Purpose.JUDGING,
    "queries": Purpose.QUERIES,
    "subsections": Purpose.QUERIES,
    "glossary": Purpose.GLOSSARY,
}


@dataclass(frozen=True)
class Link:
    """A model of a chain, and the effort that it is asked at; empty for its provider's own."""

    model: AIModel
    effort: str = ""


Chains = Mapping[Purpose, list[Link]]


def chains(*, today: date | None = None) -> Chains:
    """The models of every purpose in their order: on, not ended, and of a provider that there is a key of."""
    today = today or timezone.now().date()
    found: dict[Purpose, list[Link]] = defaultdict(list)
    rows = ChainPlace.objects.filter(model__enabled=True, model__gone_since=None).select_related("model")
    for row in rows.order_by("position", "id"):
        if row.model.can_be_asked(today=today) and keys.configured(row.model.provider):
            found[Purpose(row.purpose)].append(Link(row.model, row.effort))
    return found


def first_model(purpose: Purpose = Purpose.WRITING) -> AIModel | None:
    """The model that is asked first for this now; None where nobody can be asked."""
    links = chains().get(purpose)
    return links[0].model if links else None
