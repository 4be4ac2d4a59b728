"""Rows that must be worked on at least once: mails, alerts, exports, refunds and their like (R-116).

One column says when: ``due_at`` is when the next try is due, or until when the present one may take; where it is empty
there is nothing to do. A try is claimed by one conditional update, so that two workers never hold the same row, and
what a worker writes at its end counts only while ``due_at`` is still what its claim made it. A worker that dies leaves
a row that is due again when its lease runs out.
"""

import logging
import threading
import traceback as tracebacks
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tesigo.platform import alerts
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.log import mask
from tesigo.platform.log_values import OURS, word
from tesigo.platform.measuring import OPERATION, measured

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)

#: Characters of a traceback that are kept: its end says where it happened.
TRACEBACK_LENGTH: Final = 2_000
ERROR_LENGTH: Final = 300
#: Rows of one kind that one sweep hands out.
_BATCH_ROWS: Final = 200
_PUT_AWAY_ROWS: Final = 1_000
_STOPPED: Final = Q(due_at=None, given_up_at__isnull=False)
_PROJECT: Final = Path(__file__).resolve().parents[2]


class LostDuty(Exception):
    """The lease ran out, and the row is in other hands or settled: what was made for it must not be kept."""


class PutOff(Exception):
    """Raised by work that cannot be done yet through no fault of its own: it is tried again after ``wait``."""

    def __init__(self, why: str, *, wait: timedelta) -> None:
        super().__init__(why)
        self.wait = wait


class Failed(Exception):
    """Raised by work whose failure has words of its own, to be kept as they are."""


class Duty(models.Model):
    """What each row of this kind carries. ``tries`` counts claims; ``traceback`` holds no values, only places."""

    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now, db_default=Now(), editable=False)
    #: When a worker was last told of it; told once, it is not told again at each sweep.
    nudged_at = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    given_up_at = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.CharField(max_length=ERROR_LENGTH, blank=True, default="", db_default="", editable=False)
    traceback = models.TextField(blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="%(class)s_due"),
            models.Index(fields=["given_up_at"], condition=Q(given_up_at__isnull=False), name="%(class)s_given_up"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(given_up_at=None) | Q(due_at=None), name="%(class)s_given_up_is_over")
        ]


D = TypeVar("D", bound=Duty)


@dataclass(frozen=True)
class Kind(Generic[D]):
    """How rows of one model are worked on.

    ``is_open`` says which rows still need work, whatever ``due_at`` says: others may settle them. It names columns of
    the row itself only: of a joined table a claim would believe what was true before. ``task`` takes a row's key.
    Without ``most_tries`` a row is never given up; staff are told after ``told_after`` tries.
    """

    name: str
    label: "StrOrPromise"
    model: type[D]
    task: str
    lease: timedelta
    #: The field that says of a row what it is, to staff: words of ours, of nobody else's.
    about: str = ""
    is_open: Q = field(default_factory=Q)
    #: Whether the lease is renewed for as long as the worker lives; else it is longer than any try takes.
    is_renewed: bool = False
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(hours=1)
    most_tries: int | None = None
    told_after: int | None = None
    #: Failures of somebody else's: they delay, and never lead to giving up.
    outages: tuple[type[Exception], ...] = ()
    #: How long a nudge is taken to be on its way before another is sent.
    nudge_lasts: timedelta = timedelta(minutes=10)
    #: Waiting longer than this is late.
    late_after: timedelta = timedelta(minutes=5)
    #: What else is written when a row is given up, and when staff want it tried again.
    given_up: Mapping[str, Any] = field(default_factory=dict)
    reopened: Mapping[str, Any] = field(default_factory=dict)
    may_reopen: Q = field(default_factory=Q)
    #: What else is done with a row that was given up, in the same transaction.
    after_giving_up: Callable[[D], None] | None = None
    #: Whether staff are told of rows that were given up.
    is_told: bool = True


_kinds: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    """Takes a kind in; apps do so in their ``AppConfig.ready()``. Registering a name again replaces its kind."""
    _kinds[kind.name] = kind


def kinds() -> list[Kind[Any]]:
    """All kinds, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def due_now(now: datetime) -> dict[str, Any]:
    """Values of a row that is due, and of which a worker is told in the same transaction."""
    return {"due_at": now, "nudged_at": now}


def afresh(now: datetime) -> dict[str, Any]:
    """The same for a row that was settled or given up: nothing of earlier tries counts."""
    return {**due_now(now), "tries": 0, "given_up_at": None, "error": "", "traceback": ""}


def claim(kind: Kind[D], pk: object, *, now: datetime | None = None) -> D | None:
    """The row, held until its lease runs out; None where it is not due, settled, or somebody else's.

    A row whose tries all ended without a word, as when each killed its worker, is given up here.
    """
    now = now or timezone.now()
    until = now + kind.lease
    # Whom a nudge was sent for is due, whatever this machine's clock says: it may be behind the sender's.
    is_due = Q(due_at__lte=now) | Q(nudged_at__gte=F("due_at"))
    due = kind.model._default_manager.filter(kind.is_open, is_due, pk=pk)
    if not due.update(due_at=until, tries=F("tries") + 1, error="", traceback=""):
        return None
    row = kind.model._default_manager.filter(pk=pk, due_at=until).first()
    if row is None:
        return None
    if kind.most_tries is not None and row.tries > kind.most_tries:
        give_up(kind, row, str(_("No try came to an end.")), now=now)
        return None
    return row


def done(kind: Kind[D], row: D, **fields: Any) -> None:
    """Nothing is left to do; ``fields`` are written with it. Inside a transaction it also fences what else is written.

    Raises LostDuty, and has written nothing then.
    """
    over: dict[str, Any] = {"due_at": None, "given_up_at": None, "error": "", "traceback": ""}
    _write(kind, row, **over | fields)


def later(
    kind: Kind[D],
    row: D,
    why: BaseException | str,
    *,
    now: datetime | None = None,
    wait: timedelta | None = None,
    is_outage: bool = False,
) -> None:
    """Puts the row off: each time twice as long, up to a limit; after the last try it is given up. Raises LostDuty.

    In an outage tries count no further than half of them, so that none is given up for it.
    """
    now = now or timezone.now()
    tries = row.tries
    if is_outage and kind.most_tries is not None:
        tries = min(tries, kind.most_tries // 2)
    elif kind.most_tries is not None and tries >= kind.most_tries:
        give_up(kind, row, why, now=now)
        return
    with transaction.atomic():
        due_at = now + (wait if wait is not None else back_off(kind, row.tries))
        _write(kind, row, due_at=due_at, tries=tries, **_told(why))
        if row.tries == kind.told_after:
            _tell(kind, row, "late", f"failed {row.tries} times and is tried again")


def put_off(kind: Kind[D], row: D, *, wait: timedelta, why: str = "", now: datetime | None = None) -> None:
    """The row is due again after ``wait``; this was no try. Raises LostDuty."""
    due_at = (now or timezone.now()) + wait
    _write(kind, row, due_at=due_at, tries=max(0, row.tries - 1), **_told(why))


def give_up(kind: Kind[D], row: D, why: BaseException | str, *, now: datetime | None = None) -> None:
    """The row is tried no more, and staff are told. Raises LostDuty."""
    with transaction.atomic():
        _write(kind, row, due_at=None, given_up_at=now or timezone.now(), **_told(why), **kind.given_up)
        if kind.after_giving_up is not None:
            kind.after_giving_up(row)
        if kind.is_told:
            _tell(kind, row, "given-up", f"was given up after {row.tries} tries")


def back_off(kind: Kind[D], tries: int) -> timedelta:
    """The wait before the next try, which grows with each."""
    doubled: int = 2 ** min(max(tries, 1) - 1, 30)
    return min(kind.first_wait * doubled, kind.longest_wait)


#: The slow part of a piece of work. Returns a function that writes the result at the end and calls ``done``.
Work = Callable[[D], Callable[[], None]]


def attempt(kind: Kind[D], pk: object, work: Work[D], *, now: datetime | None = None) -> bool:
    """Claims the row and works on it; true once it is done. What goes wrong puts the row off, and stays on it."""
    row = claim(kind, pk, now=now)
    return row is not None and carry_out(kind, row, work, now=now)


def carry_out(kind: Kind[D], row: D, work: Work[D], *, now: datetime | None = None) -> bool:
    """Works on a row that was claimed; as ``attempt``."""
    facts = {"duty": word(kind.name), "row": str(row.pk)}
    try:
        try:
            with measured(OPERATION, "duty", duty=facts["duty"], row=facts["row"]), _renewed(kind, row):
                finish = work(row)
            held_until = row.due_at
            try:
                finish()
            except BaseException:
                row.due_at = held_until  # its transaction was rolled back, and the row is held as before
                raise
        except PutOff as error:
            put_off(kind, row, wait=error.wait, why=str(error), now=now)
            return False
        except LostDuty:
            raise
        except Exception as error:
            is_outage = isinstance(error, kind.outages)
            is_known = is_outage or isinstance(error, Failed)
            logger.warning("a duty failed: %s", type(error), extra=facts, exc_info=not is_known)
            later(kind, row, error, now=now, is_outage=is_outage)
            return False
    except LostDuty:
        logger.warning("a duty is in other hands now", extra=facts)
        return False
    return True


def nudge_due(*, now: datetime | None = None) -> int:
    """Sends a nudge for each due row that no worker was told of; returns their number."""
    now = now or timezone.now()
    return sum(_nudge(kind, now) for kind in kinds())


def due(kind: Kind[D], *, now: datetime) -> "models.QuerySet[D]":
    """The rows that may be claimed now, the longest due first."""
    return kind.model._default_manager.filter(kind.is_open, due_at__lte=now).order_by("due_at")


def may_try_again(kind: Kind[Any], *, now: datetime) -> Q:
    """Which rows ``try_again`` takes: those given up, and those put off after a failure."""
    return kind.may_reopen & (_STOPPED | kind.is_open & _put_aside(now))


def _put_aside(now: datetime) -> Q:
    # One without an error is in somebody's hands; one that is due needs no push, nor one that was just pushed by
    # somebody whose clock, or whose click, came a moment after ours.
    return Q(due_at__gt=now) & (Q(nudged_at=None) | Q(nudged_at__lt=F("due_at"))) & ~Q(error="")


def try_again(kind: Kind[D], pk: object, *, now: datetime | None = None) -> bool:
    """Makes a row that was given up, or put off after a failure, due at once; false where there is none (any more)."""
    now = now or timezone.now()
    rows = kind.model._default_manager.filter(kind.may_reopen, pk=pk)
    stopped = rows.filter(_STOPPED)
    fresh = {**due_now(now), "tries": 0, "given_up_at": None}  # why it stopped stays to be read
    waiting = rows.filter(kind.is_open & _put_aside(now))
    if not (stopped.update(**fresh, **kind.reopened) or waiting.update(**due_now(now))):
        return False
    enqueue_on_commit(kind.task, str(pk))
    return True


def _nudge(kind: Kind[Any], now: datetime) -> int:
    rows = kind.model._default_manager
    with transaction.atomic():
        if kind.is_open:
            # Settled by somebody who knows nothing of duties: out of the index, some at a time.
            settled = rows.filter(due_at__lte=now).exclude(kind.is_open).values_list("pk", flat=True)
            rows.filter(pk__in=list(settled[:_PUT_AWAY_ROWS])).update(due_at=None)
        untold = Q(nudged_at=None) | Q(nudged_at__lt=F("due_at")) | Q(nudged_at__lte=now - kind.nudge_lasts)
        free = due(kind, now=now).filter(untold).select_for_update(skip_locked=True, of=("self",))
        keys = list(free.values_list("pk", flat=True)[:_BATCH_ROWS])
        rows.filter(pk__in=keys).update(nudged_at=now)
    for pk in keys:
        enqueue_on_commit(kind.task, str(pk))
    return len(keys)


def _write(kind: Kind[D], row: D, **fields: Any) -> None:
    if not kind.model._default_manager.filter(pk=row.pk, due_at=row.due_at).update(**fields):
        raise LostDuty(f"{kind.name} {row.pk}")
    for name, value in fields.items():
        setattr(row, name, value)


def _told(why: BaseException | str) -> dict[str, str]:
    """Why it failed, and where, without a word of anybody's: a foreign error's message may hold what was written."""
    if isinstance(why, str):
        return {"error": mask(why[:ERROR_LENGTH])[:ERROR_LENGTH], "traceback": ""}
    name = type(why).__name__
    is_ours = type(why).__module__.partition(".")[0] in OURS
    said = f"{name}: {why}" if is_ours and str(why) else name
    if isinstance(why, Failed):
        said = str(why)
    lines = [_place(frame) for frame in tracebacks.extract_tb(why.__traceback__)]
    told = "\n".join([*lines, mask(said[:ERROR_LENGTH])[:ERROR_LENGTH], *getattr(why, "__notes__", ())])
    return {"error": mask(said[:ERROR_LENGTH])[:ERROR_LENGTH], "traceback": told[-TRACEBACK_LENGTH:]}


def _place(frame: tracebacks.FrameSummary) -> str:
    path = Path(frame.filename)
    shown = path.relative_to(_PROJECT) if path.is_relative_to(_PROJECT) else path.name
    return f"{shown}:{frame.lineno} in {frame.name}"


def _tell(kind: Kind[D], row: D, what: str, words: str) -> None:
    """Once for a kind within the cool-down: when one fails, many mostly do."""
    with_why = f" Last error: {row.error}" if row.error else ""
    page = settings.SITE_URL + reverse("admin:waiting_kind", args=[kind.name])
    alerts.keep_alert(
        key=f"{what}:{kind.name}",
        subject=f"{kind.name} {words.partition(' and')[0]}",
        text=f"{kind.name} {row.pk} {words}.{with_why}\n"
        f"“Work that waits” shows it, with any others, and lets you try them again:\n{page}",
    )


@contextmanager
def _renewed(kind: Kind[D], row: D) -> Iterator[None]:
    """Renews the lease from a thread of its own while the block works, for kinds that ask for it."""
    if not kind.is_renewed:
        yield
        return
    ended = threading.Event()

    def renew() -> None:
        try:
            while not ended.wait(kind.lease.total_seconds() / 3):
                try:
                    _write(kind, row, due_at=timezone.now() + kind.lease)
                except DatabaseError:
                    logger.warning("a lease was not renewed", extra={"duty": word(kind.name)}, exc_info=True)
                finally:
                    connection.close()
        except LostDuty:
            logger.warning("a lease is lost", extra={"duty": word(kind.name), "row": str(row.pk)})

    thread = threading.Thread(target=renew, name=f"lease of {kind.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
