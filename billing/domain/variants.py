"""Who sees which prices while two lists are compared (R-60): kept by person, before that by a signed cookie."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from billing.domain.terms import Terms
from billing.enums import Variant
from billing.models import Assignment

if TYPE_CHECKING:
    from accounts.models import User


def drawn(terms: dict[str, Terms]) -> str:
    """A variant by the weights of the lists in force."""
    place = secrets.randbelow(sum(one.weight for one in terms.values()))
    for variant, one in sorted(terms.items()):
        place -= one.weight
        if place < 0:
            return variant
    raise AssertionError("the weights add up to more than any place")  # pragma: no cover


def of_user(*, user: "User", terms: dict[str, Terms], seen_before: str = "", now: datetime | None = None) -> str:
    """The variant that a person keeps; given now, while a test runs, by what their browser saw before.

    Without a test nobody is given one, and everybody sees A.
    """
    kept = Assignment.objects.filter(user=user).values_list("variant", flat=True).first()
    if kept is not None:
        return kept
    if len(terms) < 2:
        return Variant.A
    variant = seen_before if seen_before in terms else drawn(terms)
    assignment, _created = Assignment.objects.get_or_create(
        user=user, defaults={"variant": variant, "at": now or timezone.now()}
    )
    return assignment.variant


def kept_by(*, user: "User") -> str:
    """The variant that a person has been given, else A; nobody is given one by asking."""
    return Assignment.objects.filter(user=user).values_list("variant", flat=True).first() or Variant.A


def of_visitor(*, terms: dict[str, Terms], seen_before: str = "") -> str:
    """The variant of somebody who has not signed in: as their browser saw it before, else drawn."""
    if len(terms) < 2:
        return Variant.A
    return seen_before if seen_before in terms else drawn(terms)
