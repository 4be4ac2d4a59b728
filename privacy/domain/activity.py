"""What happened with a person's data, out of the audit trail and in words (R-71, R-74)."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from privacy.domain.trail_words import in_words
from privacy.models import AuditEvent

BATCH_ROWS: Final = 500


@dataclass(frozen=True)
class Entry:
    """One line of the log. `about` is what it was done to; `details` are numbers, states and ids."""

    at: datetime
    what: str
    by: str
    about: str
    details: dict[str, Any]


def entries(user: AbstractBaseUser, theirs: Iterable[QuerySet[Any]]) -> Iterator[Entry]:
    """What the person did and what was done to them and to `theirs`, in the order of the trail."""
    of_theirs = _about(user, theirs)
    ids = sorted({*of_theirs, *_ids(Q(actor_id=user.pk))})
    own = set(of_theirs)
    for start in range(0, len(ids), BATCH_ROWS):
        for event in AuditEvent.objects.filter(pk__in=ids[start : start + BATCH_ROWS]).order_by("pk"):
            yield _entry(event, user, is_theirs=event.pk in own)


def _about(user: AbstractBaseUser, theirs: Iterable[QuerySet[Any]]) -> "array[int]":
    found = _ids(Q(object_type=get_user_model()._meta.label_lower, object_id=str(user.pk)))
    for rows in theirs:
        keys = rows.order_by().annotate(as_text=Cast("pk", CharField())).values("as_text")
        found.extend(_ids(Q(object_type=rows.model._meta.label_lower, object_id__in=keys)))
    return found


def _ids(condition: Q) -> "array[int]":
    return array("q", AuditEvent.objects.filter(condition).order_by().values_list("pk", flat=True))


def _entry(event: AuditEvent, user: AbstractBaseUser, *, is_theirs: bool) -> Entry:
    # What a member of staff did to somebody else is in the trail by ids of that somebody: those stay here.
    may_say = is_theirs or not getattr(user, "is_staff", False)
    return Entry(
        at=event.at,
        what=in_words(event.action),
        by=_by(event.actor_id, user),
        about=f"{event.object_type} {event.object_id}".strip() if may_say else event.object_type,
        details=event.details if may_say else {},
    )


def _by(actor_id: int | None, user: AbstractBaseUser) -> str:
    if actor_id is None:
        return _("the site itself")
    return _("you") if actor_id == user.pk else _("our staff")
