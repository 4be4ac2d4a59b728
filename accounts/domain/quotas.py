"""How much one person may have made in a day: what costs processor, disk or money (R-85, R-104)."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import QuotaReached

if TYPE_CHECKING:
    from accounts.models import User

#: Counts and limits in one statement: however many come at once, no more than the limit get through.
_SPEND: Final = """
    INSERT INTO accounts_dailyuse (user_id, what, day, times) VALUES (%s, %s, %s, 1)
    ON CONFLICT (user_id, what, day) DO UPDATE SET times = accounts_dailyuse.times + 1
    WHERE accounts_dailyuse.times < %s RETURNING times
"""


def spend(*, user: "User", what: str, limit: int, now: datetime | None = None) -> None:
    """Counts one use of ``what`` on this UTC day. Raises QuotaReached when ``limit`` of them were had.

    Inside a transaction it is given back if that is rolled back, and others of the same person wait for its end.
    """
    now = (now or timezone.now()).astimezone(UTC)
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [user.pk, what, now.date(), limit])
        if cursor.fetchone() is not None:
            return
    ends = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    raise QuotaReached(
        _("That is the limit for today: %(limit)d in a day. You can go on at midnight (UTC).") % {"limit": limit},
        retry_after=ends - now,
    )
