"""How much one person may have made in a day: what costs processor, disk or money (R-85, R-104)."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import QuotaReached
from accounts.models import DailyUse, User

#: Counts and limits in one statement: however many come at once, no more than the limit get through.
_SPEND: Final = """
    INSERT INTO accounts_dailyuse (user_id, what, day, times) SELECT %(user)s, %(what)s, %(day)s, %(count)s
    WHERE %(count)s <= %(limit)s
    ON CONFLICT (user_id, what, day) DO UPDATE SET times = accounts_dailyuse.times + %(count)s
    WHERE accounts_dailyuse.times + %(count)s <= %(limit)s RETURNING times
"""


def spend(*, user: User, what: str, limit: int, count: int = 1, now: datetime | None = None) -> None:
    """Counts uses of ``what`` on this UTC day. Raises QuotaReached, and counts none, where they pass ``limit``.

    Inside a transaction it is given back if that is rolled back, and others of the same person wait for its end.
    """
    now = (now or timezone.now()).astimezone(UTC)
    with connection.cursor() as cursor:
        said: dict[str, Any] = {"user": user.pk, "what": what, "day": now.date(), "count": count, "limit": limit}
        cursor.execute(_SPEND, said)
        if cursor.fetchone() is not None:
            return
    ends = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    raise QuotaReached(
        _("That is the limit for today: %(limit)d in a day. You can go on at midnight (UTC).") % {"limit": limit},
        retry_after=ends - now,
    )


def one_after_another(person: User) -> None:
    """Locks the person until the transaction ends: what they do at one moment is counted one after the other."""
    User.objects.select_for_update(no_key=True).values_list("pk").get(pk=person.pk)


def give_back(*, user_id: int, what: str, spent_at: datetime) -> None:
    """Takes back a use of ``what`` that was counted on a day, as for work that came to nothing."""
    day = spent_at.astimezone(UTC).date()
    DailyUse.objects.filter(user_id=user_id, what=what, day=day, times__gt=0).update(times=F("times") - 1)
