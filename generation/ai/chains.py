"""Model chains: which models are asked for a purpose, and in which order (R-23, R-24, R-25).

The owner of a document may choose which of them writes it.

Chains and key limits are read from the database, and cached for a moment (R-33).
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.errors import NotEditable
from documents.models import Document
from generation.ai import keys
from generation.ai.key_limits import Allowed
from generation.ai.keys import Key
from generation.database import in_database
from generation.enums import Provider, Purpose
from generation.errors import ModelNotOffered
from generation.models import AIModel, ChainPlace, KeyLimit, WriterChoice
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User

#: What each question is for, by the name that it and its attempts carry.
PURPOSES: Final[Mapping[str, Purpose]] = {
    "outline": Purpose.WRITING,
    "write": Purpose.WRITING,
    "extend": Purpose.WRITING,
    "tighten": Purpose.WRITING,
    "rewrite": Purpose.WRITING,
    "correct": Purpose.CORRECTING,
    "judge": Purpose.JUDGING,
    "queries": Purpose.QUERIES,
    "subsections": Purpose.QUERIES,
    "sheet": Purpose.QUERIES,
    "glossary": Purpose.GLOSSARY,
}
#: For keys of a provider that no row is about: what the smallest accounts may do.
_ALLOWED_UNKNOWN_KEY: Final = Allowed(requests=60, tokens=100_000)


@dataclass(frozen=True)
class Link:
    """A model of a chain, and the effort that it is asked at; empty for its provider's own."""

    model: AIModel
    effort: str = ""


Chains = Mapping[Purpose, list[Link]]


@dataclass(frozen=True)
class Rules:
    """The chains of models, and what keys may do."""

    chains: Chains
    limits: dict[tuple[str, int], Allowed]

    def chain(self, question: str) -> list[Link]:
        """The models for questions of this name, in their order."""
        return self.chains.get(PURPOSES[question], [])

    def allowed(self, key: Key) -> Allowed:
        """What this key may do in a minute: its own row, else the one of all keys of its provider."""
        own = self.limits.get((key.provider, key.place))
        return own or self.limits.get((key.provider, 0), _ALLOWED_UNKNOWN_KEY)


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


#: When rules were read last; drains run one at a time in a process, and a race costs one more query.
_known_rules: tuple[float, Rules | None] = (0.0, None)


async def current_rules() -> Rules:
    """As read a moment ago: a model that was switched off is not asked any more, in the middle of a job either."""
    global _known_rules
    since, known = _known_rules
    if known is None or time.monotonic() - since >= settings.AI_RULES_SECONDS:
        known = await in_database(read_rules)
        _known_rules = time.monotonic(), known
    return known


def read_rules() -> Rules:
    """Chains and limits as they are now."""
    return Rules(
        chains=chains(),
        limits={
            (row.provider, row.place): Allowed(row.requests_per_minute, row.tokens_per_minute)
            for row in KeyLimit.objects.all()
        },
    )


def offered_writers() -> list[AIModel]:
    """The models that may write, in the order in which they are asked without a choice."""
    return [link.model for link in chains().get(Purpose.WRITING, [])]


def writer_named(name: str) -> AIModel:
    """The offered model of this name. Raises ModelNotOffered, which names those that are."""
    found = offered_writers()
    for model in found:
        if model.name == name:
            return model
    names = ", ".join(dict.fromkeys(model.name for model in found))
    raise ModelNotOffered(_("This model is not offered. These are: %(names)s.") % {"names": names})


def choose_writer(
    *,
    document_id: UUID,
    model: AIModel | None,
    by: "User",
    now: datetime,
    expects: Callable[[Document], None] | None = None,
) -> None:
    """Has the model write the document, or the usual ones. Raises NotEditable once the document is paid for.

    ``expects`` looks at the locked document first and raises where its choice is not as the caller knew it.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if expects:
            expects(document)
        if not document.is_editable:
            raise NotEditable(document.state)
        if model is None:
            WriterChoice.objects.filter(document=document).delete()
        else:
            WriterChoice.objects.update_or_create(document=document, defaults={"model": model, "chosen_at": now})
        audit.record(
            action="document.writer_chosen", subject=document, by=by, details={"model": model.pk if model else None}
        )


def chosen_writer(document_id: UUID) -> int | None:
    """The id of the chosen model; None for the usual ones."""
    return WriterChoice.objects.filter(document_id=document_id).values_list("model_id", flat=True).first()


def writer_of(document_id: UUID) -> AIModel | None:
    """The model that will be asked first: the chosen one while it is offered, else the first of the chain."""
    links = chosen_first(chains().get(Purpose.WRITING, []), chosen_writer(document_id))
    return links[0].model if links else None


def chosen_first(links: list[Link], model_id: int | None) -> list[Link]:
    """The chain with the chosen model at its head; as it is where that is no part of it (any more)."""
    return sorted(links, key=lambda link: link.model.pk != model_id) if model_id is not None else links
