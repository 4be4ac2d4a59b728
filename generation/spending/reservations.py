"""Reservations for documents being paid: a place in the queue and a share of the budgets (R-21, R-42).

All callers take the same lock, so the limits hold with any number of them at once. A reservation ends when it expires,
when the payment is given up, or when its job starts. Paid work always starts: the limits are for unpaid orders.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.domain import outline
from documents.enums import DocumentState
from documents.gates import NotNow
from documents.models import Document
from generation.enums import OPEN_JOB_STATES, JobKind, Scope
from generation.models import Budget, Job, Reservation
from generation.spending import budgets, estimates
from generation.spending.budgets import Amount
from generation.spending.estimates import Estimate
from generation.spending.periods import next_day, next_month
from privacy.models import AuditEvent
from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)

BEING_WRITTEN: Final = (DocumentState.QUEUED, DocumentState.WRITING)
#: When to come back: about when a document is finished, or a place was not taken.
COME_BACK: Final = timedelta(minutes=10)
#: PostgreSQL's advisory locks have no names; these are ours. Only numbers of 32 bits go in pairs.
_EVERYBODY: Final = (0x7E51, 0)
_PERSON: Final = 0x7E52


@dataclass(frozen=True)
class _Asked:
    """Who asks for how much, and when."""

    document: Document
    estimate: Estimate
    now: datetime
    kind: JobKind = JobKind.DOCUMENT


def ask(document: Document) -> NotNow | None:
    """Holds a place for the document, or says why there is none. Asked again, its own place lasts longer.

    Inside the caller's transaction, at whose end the next one is let in.
    """
    with transaction.atomic():
        _take_turn(*_EVERYBODY)
        asked = _Asked(document, estimates.estimate(document, kind=JobKind.DOCUMENT), timezone.now())
        for is_room in (_model_to_write, _place_in_queue, _hand_of_owner, _allowance_of_owner, _means_of_house):
            if refusal := is_room(asked):
                return refusal
        Reservation.objects.update_or_create(
            document=document,
            defaults={
                "tokens": asked.estimate.tokens,
                "cost": asked.estimate.cost,
                "created_at": asked.now,
                "expires_at": asked.now + settings.RESERVATION_LASTS,
            },
        )
    return None


def look(document: Document) -> NotNow | None:
    """What bars an order whatever it is: its owner's day is used up, or the queue is full. Nothing is held.

    Cheap, for the pages that lead to an order; whether this one fits is judged when it is made.
    """
    asked = _Asked(document, Estimate(), timezone.now())
    limit = budgets.tokens_of_day(document.owner_id)
    if limit is not None and budgets.used(Scope.USER_DAY, str(document.owner_id), asked.now).tokens >= limit:
        return _day_used_up(asked)
    return _place_in_queue(asked)


def ask_for_outline(document: Document) -> NotNow | None:
    """Whether the owner's allowance of the day has room for an outline; nothing is held, it begins at once.

    Inside the caller's transaction: the next outline of the same person is judged after it.
    """
    _take_turn(_PERSON, document.owner_id % 2**31)
    asked = _Asked(document, estimates.estimate(document, kind=JobKind.OUTLINE), timezone.now(), JobKind.OUTLINE)
    return _model_to_write(asked) or _outlines_of_day(asked) or _allowance_of_owner(asked)


def ask_for_rewriting(document: Document, *, pages: Decimal) -> NotNow | None:
    """Whether the owner's allowance of the day has room to write a section of ``pages`` anew; nothing is held.

    Inside the caller's transaction: the next one of the same person is judged after it.
    """
    _take_turn(_PERSON, document.owner_id % 2**31)
    estimate = estimates.of_rewriting(document, pages=pages)
    asked = _Asked(document, estimate, timezone.now(), JobKind.REWRITING)
    return _model_to_write(asked) or _allowance_of_owner(asked) or _means_of_house(asked)


def look_for_rewriting(document: Document) -> NotNow | None:
    """Whether anything of the document could be written anew, before pages of that are sold; nothing is held (R-21).

    A day that its owner has used up bars none: they stay for the next one. A day that never has room does.
    """
    asked = _Asked(document, estimates.of_rewriting(document, pages=Decimal(1)), timezone.now(), JobKind.REWRITING)
    return _model_to_write(asked) or _day_with_room(asked) or _means_of_house(asked)


def outlines_asked(*, owner_id: int, now: datetime) -> QuerySet[AuditEvent]:
    """What a person asked for within a day, by the audit trail: jobs go with their draft, what they cost does not."""
    events = AuditEvent.objects.filter(actor_id=owner_id, action=outline.REQUESTED, at__gt=now - timedelta(days=1))
    return events.order_by("-at")


def release(document_id: UUID) -> None:
    """Nobody pays for the document any more, or its job begins: its place is free."""
    Reservation.objects.filter(document_id=document_id).delete()


def drop_expired(*, now: datetime) -> int:
    """Deletes places that were not taken in time; they count for nothing already. Returns how many."""
    return Reservation.objects.filter(expires_at__lte=now).delete()[0]


def _take_turn(first: int, second: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [first, second])


def _model_to_write(asked: _Asked) -> NotNow | None:
    if estimates.first_model() is not None:
        return None
    logger.error("turned away: no model is on and has a key")
    return NotNow(_("No writing model can be asked at the moment."), COME_BACK)


def _outlines_of_day(asked: _Asked) -> NotNow | None:
    """Outlines cost money before anything is paid (R-104)."""
    newest = list(outlines_asked(owner_id=asked.document.owner_id, now=asked.now)[: settings.OUTLINES_PER_DAY])
    if len(newest) < settings.OUTLINES_PER_DAY:
        return None
    free_again = newest[-1].at + timedelta(days=1)
    reason = ngettext(
        "You have had %(count)d outline made within a day. The next one can be made from %(time)s UTC.",
        "You have had %(count)d outlines made within a day. The next one can be made from %(time)s UTC.",
        settings.OUTLINES_PER_DAY,
    )
    values = {"count": settings.OUTLINES_PER_DAY, "time": f"{free_again:%H:%M}"}
    return NotNow(reason % values, free_again - asked.now, is_personal=True)


# A place becomes a job in one transaction. Places are counted before jobs: one that moves in between is seen twice and
# may turn somebody away for a moment, rather than not at all and let one in too many.


def _place_in_queue(asked: _Asked) -> NotNow | None:
    taken = _held_by_others(asked).count()
    taken += Job.objects.filter(kind=JobKind.DOCUMENT, state__in=OPEN_JOB_STATES).count()
    if taken < settings.QUEUE_LIMIT:
        return None
    return NotNow(_("So many documents are being written that yours would wait too long."), COME_BACK)


def _hand_of_owner(asked: _Asked) -> NotNow | None:
    owner = asked.document.owner_id
    mine = _held_by_others(asked).filter(document__owner=owner).count()
    mine += Document.objects.filter(owner=owner, state__in=BEING_WRITTEN).count()
    if mine < settings.DOCUMENTS_AT_ONCE:
        return None
    reason = ngettext(
        "You already have %(count)d document being paid for or written. Order this one when it is finished.",
        "You already have %(count)d documents being paid for or written. Order this one when one of them is finished.",
        mine,
    )
    return NotNow(reason % {"count": mine}, COME_BACK, is_personal=True)


def _allowance_of_owner(asked: _Asked) -> NotNow | None:
    """The owner's tokens of the day: used, held by calls, and still to be used by what was admitted (R-21, R-27)."""
    owner = asked.document.owner_id
    limit = budgets.tokens_of_day(owner)
    if limit is None:
        return None
    used = budgets.used(Scope.USER_DAY, str(owner), asked.now).tokens
    if used >= limit:
        return _day_used_up(asked)
    if asked.estimate.tokens > limit:
        reason = (
            _("This outline takes more than you may have written in a whole day. Fewer pages and files take less.")
            if asked.kind == JobKind.OUTLINE
            else _("This takes more than you may have written in a whole day. Make it shorter.")
        )
        return NotNow(reason, next_day(asked.now) - asked.now, is_personal=True, waits_in_vain=True)
    held = _held_by_others(asked).filter(document__owner=owner).aggregate(sum=Sum("tokens", default=0))["sum"]
    held += _still_to_come(Q(document__owner=owner)).tokens
    if used + held + asked.estimate.tokens <= limit:
        return None
    if used + asked.estimate.tokens <= limit:
        reason = _("What is being written for you takes up what you may have written in a day. Wait until it is done.")
        return NotNow(reason, COME_BACK, is_personal=True)
    return _day_used_up(asked)


def _day_with_room(asked: _Asked) -> NotNow | None:
    """Whether the owner's day, as long as nothing of it is used, has room for a rewriting."""
    limit = budgets.tokens_of_day(asked.document.owner_id)
    if settings.REWRITINGS_PER_DAY and (limit is None or asked.estimate.tokens <= limit):
        return None
    reason = _("Nothing can be written anew for you at present, so no pages of it are sold to you.")
    return NotNow(reason, next_day(asked.now) - asked.now, is_personal=True, waits_in_vain=True)


def _day_used_up(asked: _Asked) -> NotNow:
    reason = _("What you may have written in a day is used up. A new day begins at 00:00 UTC.")
    return NotNow(reason, next_day(asked.now) - asked.now, is_personal=True)


def _means_of_house(asked: _Asked) -> NotNow | None:
    """Room in the house's budgets beside all that was admitted and is not yet spent."""
    held = _held_by_others(asked).aggregate(sum=Sum("cost", default=Decimal(0)))["sum"]
    held += _still_to_come(Q(kind=JobKind.DOCUMENT)).euros
    for scope, resets_at in (
        (Scope.HOUSE_MONTH, next_month(asked.now)),
        (Scope.HOUSE_DAY, next_day(asked.now)),
    ):
        limit = Budget.objects.filter(scope=scope).values_list("euros", flat=True).first()
        used = budgets.used(scope, "", asked.now).euros
        if limit is None or used + held + asked.estimate.cost <= limit:
            continue
        facts = {"scope": word(scope), "used": str(used), "held": str(held)}
        logger.error("turned away: no room in a budget", extra=facts)
        # Of what is only held, some may be free before: places are given up, and estimates are often too high.
        is_used_up = used + asked.estimate.cost > limit
        return NotNow(
            _("We are writing as much as we can just now."), resets_at - asked.now if is_used_up else COME_BACK
        )
    return None


def _held_by_others(asked: _Asked) -> QuerySet[Reservation]:
    return Reservation.objects.filter(expires_at__gt=asked.now).exclude(document=asked.document.pk)


def _still_to_come(which: Q) -> Amount:
    """What open jobs are expected to use beyond what they have."""
    used = F("input_tokens") + F("output_tokens")
    sums = Job.objects.filter(which, state__in=OPEN_JOB_STATES).aggregate(
        tokens=Sum(Greatest(F("estimated_tokens") - used, 0), default=0),
        euros=Sum(Greatest(F("estimated_cost") - F("cost"), Decimal(0)), default=Decimal(0)),
    )
    return Amount(sums["euros"], sums["tokens"])
