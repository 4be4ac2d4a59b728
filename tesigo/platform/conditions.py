"""What is wrong for as long as it lasts: told once at its begin, again after a cool-down, and once at its end (R-113).

Code that sees for itself calls ``raise_condition`` and ``resolve``. What has to be looked for is a ``Check``, which an
app registers in its ``AppConfig.ready()``; beat looks each minute (``evaluate``).
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tesigo.platform.alerts import keep_alert
from tesigo.platform.log_values import word
from tesigo.platform.models import Condition

logger = logging.getLogger(__name__)

#: How long until staff are told again of what lasts; also how long one that comes back is not told of anew.
REPEAT_AFTER: Final = timedelta(hours=6)
#: How long a check must find nothing before a condition counts as over: figures about a limit come and go.
SETTLE: Final = timedelta(minutes=3)


@dataclass(frozen=True)
class Trouble:
    """One thing that a check finds wrong. ``of`` tells several of one check apart, by ids and words of the code."""

    subject: str
    text: str
    of: str = ""
    #: Staff are told of its begin by an alert of its own; only what lasts and its end are told here.
    is_told: bool = False


@dataclass(frozen=True)
class Check:
    """Looks for troubles of one kind; what it does not find any more is over."""

    name: str
    look: Callable[[datetime], Iterable[Trouble]]
    repeat_after: timedelta = REPEAT_AFTER
    settle: timedelta = SETTLE


_checks: dict[str, Check] = {}


def register(check: Check) -> None:
    """Takes a check in. Registering a name again replaces it."""
    _checks[check.name] = check


def checks() -> list[Check]:
    """All checks, by name."""
    return [_checks[name] for name in sorted(_checks)]


def raise_condition(
    *,
    key: str,
    subject: str,
    text: str,
    repeat_after: timedelta = REPEAT_AFTER,
    is_told: bool = False,
    now: datetime | None = None,
) -> bool:
    """Notes that something is wrong, or still is; true when it has just begun. May be called as often as one likes.

    ``subject`` and ``text`` name things by their ids: no addresses, names or secrets (R-75).
    """
    now = now or timezone.now()
    seen = {"subject": subject[:200], "text": text, "cool_down": repeat_after, "seen_at": now}
    told = {"told_at": now, "told_count": 1} if is_told else {}
    with transaction.atomic():
        row, is_new = Condition.objects.get_or_create(
            key=key[:200], resolved_at=None, defaults={**seen, **told, "since": now}
        )
        if not is_new:
            Condition.objects.filter(pk=row.pk, resolved_at=None).update(**seen, clear_since=None)
        _tell(row, subject=subject, text=text, repeat_after=repeat_after, now=now)
    return is_new


def resolve(*, key: str, text: str = "", settle: timedelta = timedelta(0), now: datetime | None = None) -> bool:
    """Notes that it is over, once that has been so for ``settle``; true when it ended with this call.

    Nothing happens where there is no such condition.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = Condition.objects.select_for_update().filter(key=key[:200], resolved_at=None).first()
        if row is None:
            return False
        if settle and (row.clear_since is None or now - row.clear_since < settle):
            if row.clear_since is None:
                Condition.objects.filter(pk=row.pk).update(clear_since=now)
            return False
        ended = max(now, row.since)
        Condition.objects.filter(pk=row.pk).update(resolved_at=ended)
        # Of what nobody was told the end is no news either.
        if row.told_count:
            keep_alert(
                key=_key(row, "end"),
                subject=f"Over: {row.subject}",
                text=f"{text or 'This is over:'}\n{row.text}\n\nIt began {_moment(row.since)}"
                f" and was over {_moment(row.clear_since or ended)}.",
                cool_down=timedelta(0),
            )
    return True


def evaluate(*, now: datetime | None = None) -> None:
    """Looks at everything that is registered. A check that cannot be made leaves its conditions as they are."""
    now = now or timezone.now()
    for check in checks():
        failed_key = f"check-failed:{check.name}"
        try:
            found = {_name(check, trouble): trouble for trouble in check.look(now)}
        except Exception as error:
            logger.exception("a condition could not be looked at", extra={"check": word(check.name)})
            raise_condition(
                key=failed_key,
                subject=f"Nobody knows whether all is well: {check.name}",
                text=f"The check {check.name} fails ({type(error).__name__}). The log of beat says where.",
                now=now,
            )
            continue
        resolve(key=failed_key, now=now)
        _apply(check, found, now)


def open_conditions() -> list[Condition]:
    """What is wrong now, the longest first."""
    return list(Condition.objects.filter(resolved_at=None).order_by("since"))


def _apply(check: Check, found: dict[str, Trouble], now: datetime) -> None:
    for key, trouble in found.items():
        raise_condition(
            key=key,
            subject=trouble.subject,
            text=trouble.text,
            repeat_after=check.repeat_after,
            is_told=trouble.is_told,
            now=now,
        )
    of_check = Q(key=check.name) | Q(key__startswith=f"{check.name}:")
    for key in Condition.objects.filter(of_check, resolved_at=None).values_list("key", flat=True):
        if key not in found:
            resolve(key=key, settle=check.settle, now=now)


def _name(check: Check, trouble: Trouble) -> str:
    return f"{check.name}:{trouble.of}"[:200] if trouble.of else check.name


def _tell(row: Condition, *, subject: str, text: str, repeat_after: timedelta, now: datetime) -> None:
    """Once at its begin and after each cool-down; of several who see it at once, one tells."""
    recently = now - repeat_after
    if row.told_at is None:
        earlier = Condition.objects.filter(key=row.key, resolved_at__gt=recently, told_count__gt=0)
        if earlier.exclude(pk=row.pk).exists():
            return
    is_due = Q(told_at=None) | Q(told_at__lte=recently)
    mine = Condition.objects.filter(is_due, pk=row.pk, resolved_at=None)
    if not mine.update(told_at=now, told_count=F("told_count") + 1):
        return
    count = row.told_count + 1
    words = f"Since {_moment(row.since)}." if count == 1 else f"Still so, since {_moment(row.since)}."
    keep_alert(
        key=_key(row, f"told {count}"),
        subject=subject if count == 1 else f"Still: {subject}",
        text=f"{text}\n\n{words} You are told when it is over.",
        cool_down=timedelta(0),
    )


def _key(row: Condition, what: str) -> str:
    return f"{row.key[:160]}#{row.pk} {what}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
