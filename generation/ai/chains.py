"""Model chains: which models are asked for a purpose, and in which order (R-23, R-24, R-25)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from generation.ai import keys
from generation.enums import Provider, Purpose
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
    return _linked(_places(), today)


def first_model(purpose: Purpose = Purpose.WRITING) -> AIModel | None:
    """The model that is asked first for this now; None where nobody can be asked."""
    links = _linked(_places().filter(purpose=purpose), None).get(purpose)
    return links[0].model if links else None


def _places() -> QuerySet[ChainPlace]:
    known = ChainPlace.objects.filter(model__enabled=True, model__gone_since=None)
    return known.select_related("model").order_by("position", "id")


def _linked(places: Iterable[ChainPlace], today: date | None) -> Chains:
    today = today or timezone.now().date()
    found: dict[Purpose, list[Link]] = defaultdict(list)
    for place in places:
        if place.model.can_be_asked(today=today) and keys.configured(place.model.provider):
            found[Purpose(place.purpose)].append(Link(place.model, place.effort))
    return found


@dataclass(frozen=True)
class ChainTrouble:
    """What is wrong with models and chains as staff set them, in words; ``stops_writing`` where nobody can be asked."""

    words: str
    stops_writing: bool = True


def troubles(*, today: date | None = None) -> list[ChainTrouble]:
    """What keeps models from being asked: none is on, no key, a purpose without anybody."""
    providers = set(AIModel.objects.filter(enabled=True).values_list("provider", flat=True))
    if not providers:
        return [ChainTrouble(_("No model is enabled: nothing can be written."))]
    found = []
    for provider in sorted(providers):
        if not keys.configured(provider):
            words = _("There is no key for %(provider)s: its models are passed over.")
            found.append(ChainTrouble(words % {"provider": Provider(provider).label}, stops_writing=False))
    linked = chains(today=today)
    for purpose in Purpose:
        if not linked.get(purpose):
            words = _("No model can be asked for “%(purpose)s”: give one a place in that chain.")
            found.append(ChainTrouble(words % {"purpose": purpose.label}))
    return found


def with_equal_positions() -> list[Purpose]:
    """Purposes in whose chain two models have the same position."""
    twice = ChainPlace.objects.values("purpose", "position").annotate(n=Count("pk")).filter(n__gt=1)
    return [purpose for purpose in Purpose if purpose in set(twice.values_list("purpose", flat=True))]
