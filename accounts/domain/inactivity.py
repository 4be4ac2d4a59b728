"""Accounts that nobody uses: their owner is told a month before, then they are erased (R-73)."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Greatest
from django.utils import translation

from accounts.api_models import ApiSignIn, ApiToken
from accounts.domain import mail
from accounts.models import Device, User
from privacy.domain import audit, erasure
from privacy.errors import ErasureError
from privacy.models import Erasure
from tesigo.platform import locales

logger = logging.getLogger(__name__)

#: From the last use of an account to its erasure, and how long before that its owner is told.
KEPT: Final = timedelta(days=730)
TOLD_BEFORE: Final = timedelta(days=30)
_BATCH_PEOPLE: Final = 200
#: What says that a browser or a program of theirs was used, besides signing in.
_SIGNS: Final = ((Device, "last_seen_at"), (ApiSignIn, "refreshed_at"), (ApiToken, "last_used_on"))


def unused(*, since: datetime) -> QuerySet[User]:
    """People that have neither signed in nor used a browser or a program since then, the longest away first.

    Staff are none of them, nor is who has been erased.
    """
    signs = [F("created_at"), F("last_login"), F("last_used_at"), *_newest_signs()]
    used = User.objects.annotate(used_at=ExpressionWrapper(Greatest(*signs), output_field=DateTimeField()))
    people = used.filter(is_staff=False, used_at__lte=since).exclude(email__endswith="@deleted.invalid")
    return people.order_by("used_at", "pk")


def note_use() -> int:
    """Keeps when each account was used by a browser or a program, for whose rows go sooner (beat, daily).

    Returns how many accounts were used since the last note.
    """
    newest = ExpressionWrapper(Greatest(*_newest_signs()), output_field=DateTimeField())
    noted = User.objects.annotate(newest=newest).filter(Q(last_used_at=None) | Q(last_used_at__lt=F("newest")))
    return noted.filter(is_staff=False, newest__isnull=False).update(last_used_at=newest)


def to_erase(*, now: datetime) -> QuerySet[User]:
    """Those whose time is over: told a month ago or longer, and away ever since."""
    told = Q(inactive_told_at__lte=now - TOLD_BEFORE, inactive_told_at__gte=F("used_at"))
    asked = Erasure.objects.filter(user=OuterRef("pk"), state__in=erasure.OPEN)
    return unused(since=now - KEPT).filter(~Exists(asked), told)


def erase(*, people: QuerySet[User]) -> int:
    """Has them erased at once, in the background; returns how many. Who has something to end first waits for it."""
    begun = 0
    for user in people:
        try:
            erasure.ask(user=user, by=None, at_once=True)
        except ErasureError as error:
            # A payment on its way, say: asked again the next night.
            logger.info("an unused account is not erased yet: %s", type(error), extra={"user": user.pk})
        else:
            begun += 1
    return begun


def tell(*, now: datetime) -> int:
    """Writes to those who are erased in a month unless they sign in (beat, daily); returns to how many."""
    # Told before, but used again since: told anew.
    untold = Q(inactive_told_at=None) | Q(inactive_told_at__lt=F("used_at"))
    told = 0
    while batch := list(unused(since=now - (KEPT - TOLD_BEFORE)).filter(untold)[:_BATCH_PEOPLE]):
        told += sum(_tell(user, now) for user in batch)
    return told


def _tell(user: User, now: datetime) -> bool:
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, inactive_told_at=user.inactive_told_at).update(inactive_told_at=now):
            return False
        with translation.override(user.language):
            on = locales.day(now + TOLD_BEFORE)
        context = {"on": on, "days": TOLD_BEFORE.days}
        mail.send_mail(user=user, template="inactive", context=context)
        audit.record(action="user.told_of_erasure", subject=user, by=None, details={"days": TOLD_BEFORE.days})
    return True


def _newest_signs() -> list[Subquery]:
    return [_newest(model, name) for model, name in _SIGNS]


def _newest(model: type[Device | ApiSignIn | ApiToken], name: str) -> Subquery:
    mine = model._default_manager.filter(user=OuterRef("pk")).order_by().values("user")
    return Subquery(mine.annotate(newest=Cast(Max(name), DateTimeField())).values("newest"))
