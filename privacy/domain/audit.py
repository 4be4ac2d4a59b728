"""The audit trail: rows are added, numbered and linked by hash, never changed (R-74)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.utils.timezone import now as utc_now

from privacy.models import CUT, AuditEvent
from tesigo.platform.correlation import correlation_id
from tesigo.platform.in_pages import in_pages

#: Rows linked in one transaction.
BATCH_ROWS = 1000
#: Parts of a file that are asked for within it belong to one download.
ONE_DOWNLOAD = timedelta(hours=1)
_LOCK = 7_406_011
_START = bytes(32)


def record(
    *, action: str, subject: Model | None, by: AbstractBaseUser | None, details: Mapping[str, Any] | None = None
) -> None:
    """Adds one row about `subject` (None: the whole house); call it inside the transaction of what it records.

    `details` holds ids, numbers and states, never personal data: erasure leaves the trail whole.
    """
    AuditEvent.objects.create(
        at=utc_now(),
        actor_id=by.pk if by is not None else None,
        action=action,
        object_type=subject._meta.label_lower if subject is not None else "",
        object_id=str(subject.pk) if subject is not None else "",
        details=dict(details or {}),
        correlation_id=correlation_id(),
    )


def record_taken(
    *, action: str, subject: Model, by: AbstractBaseUser, details: Mapping[str, Any], is_part: bool
) -> None:
    """As `record`, of a file that somebody takes away (R-76): the parts of one download are one row.

    Parts that are asked for at the same moment wait for each other on the subject's row.
    """
    with transaction.atomic():
        type(subject)._default_manager.select_for_update(no_key=True).filter(pk=subject.pk).first()
        same = AuditEvent.objects.filter(
            object_type=subject._meta.label_lower, object_id=str(subject.pk), action=action, actor_id=by.pk
        )
        if is_part and same.filter(details=dict(details), at__gt=utc_now() - ONE_DOWNLOAD).exists():
            return
        record(action=action, subject=subject, by=by, details=details)


def seal_new() -> int:
    """Links the rows that no seal has yet to the chain and returns how many; one process at a time.

    Seals number the rows in the order of sealing, not of ids: a transaction may commit after one with a greater id.
    """
    sealed = 0
    while True:
        with transaction.atomic():
            _lock()
            new = _seal_some()
        sealed += new
        if new < BATCH_ROWS:
            return sealed


def cut(rows: QuerySet[AuditEvent]) -> int:
    """Lets the oldest rows of the chain go, up to the last of `rows`, and returns how many went (decision 0007).

    A new row says up to which seal and with which digest; it is sealed before anything goes, so that what is left
    begins where the trail itself says that it does. The database refuses to let younger rows go than it should.
    """
    seal_new()
    with transaction.atomic():
        _lock()
        last = rows.exclude(seal=None).order_by("-seal").first()
        if last is None:
            return 0
        details = {"up_to": last.seal, "digest": bytes(last.digest or b"").hex()}
        record(action=CUT, subject=None, by=None, details=details)
        while _seal_some() == BATCH_ROWS:
            pass
        gone, _by_model = AuditEvent.objects.filter(seal__lte=last.seal).order_by().delete()
    return gone


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _seal_some() -> int:
    last = AuditEvent.objects.exclude(seal=None).order_by("-seal").first()
    number, digest = (last.seal or 0, bytes(last.digest or b"")) if last else (0, _START)
    new = list(AuditEvent.objects.filter(seal=None).order_by("id")[:BATCH_ROWS])
    for event in new:
        number += 1
        digest = _link(digest, number, event)
        AuditEvent.objects.filter(pk=event.pk, seal=None).update(seal=number, digest=digest)
    return len(new)


@dataclass(frozen=True)
class ChainVerdict:
    """What checking the chain found: `broken_at` is the first seal that does not fit, None if all do.

    `cut` is the last seal that was let go by the rules of retention; the chain begins after it.
    """

    checked: int
    unsealed: int
    broken_at: int | None
    head: str
    cut: int = 0


def verify() -> ChainVerdict:
    """Recomputes every link of the chain in constant memory, from where the trail says that it was cut."""
    anchor = AuditEvent.objects.filter(action=CUT).exclude(seal=None).order_by("-seal").first()
    start, digest = (anchor.details["up_to"], bytes.fromhex(anchor.details["digest"])) if anchor else (0, _START)
    expected = start
    broken: int | None = None
    for event in in_pages(AuditEvent.objects.exclude(seal=None), key="seal", page=BATCH_ROWS):
        expected += 1
        digest = _link(digest, expected, event)
        if event.seal != expected or bytes(event.digest or b"") != digest:
            broken = expected
            break
    unsealed = AuditEvent.objects.filter(seal=None).count()
    return ChainVerdict(checked=expected - start, unsealed=unsealed, broken_at=broken, head=digest.hex(), cut=start)


def inspect() -> tuple[str, list[str]]:
    """What `verify` finds, for the checks of a restored copy."""
    verdict = verify()
    said = f"{verdict.checked} sealed rows read, {verdict.unsealed} not sealed yet"
    broken = verdict.broken_at
    return said, [] if broken is None else [f"the chain of the audit trail is broken at seal {broken}"]


def _link(before: bytes, number: int, event: AuditEvent) -> bytes:
    row = [
        number,
        event.pk,
        event.at.isoformat(),
        event.actor_id,
        event.action,
        event.object_type,
        event.object_id,
        event.details,
        event.correlation_id,
    ]
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(before + text.encode()).digest()
