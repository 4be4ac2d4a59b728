"""The audit trail: rows are added, numbered and linked by hash, never changed (R-74)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Model
from django.utils.timezone import now as utc_now

from privacy.models import AuditEvent
from tesigo.platform.correlation import correlation_id

#: Rows linked in one transaction.
BATCH = 1000
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


def seal_new() -> int:
    """Links the rows that no seal has yet to the chain and returns how many; one process at a time.

    Seals number the rows in the order of sealing, not of ids: a transaction may commit after one with a greater id.
    """
    sealed = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            last = AuditEvent.objects.exclude(seal=None).order_by("-seal").first()
            number, digest = (last.seal or 0, bytes(last.digest or b"")) if last else (0, _START)
            new = list(AuditEvent.objects.filter(seal=None).order_by("id")[:BATCH])
            for event in new:
                number += 1
                digest = _link(digest, number, event)
                AuditEvent.objects.filter(pk=event.pk, seal=None).update(seal=number, digest=digest)
        sealed += len(new)
        if len(new) < BATCH:
            return sealed


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found: `broken_at` is the first seal that does not fit, None if all do."""

    checked: int
    unsealed: int
    broken_at: int | None
    head: str


def verify() -> Verdict:
    """Recomputes every link of the chain in constant memory."""
    expected, digest = 0, _START
    broken: int | None = None
    for event in AuditEvent.objects.exclude(seal=None).order_by("seal").iterator(chunk_size=BATCH):
        expected += 1
        digest = _link(digest, expected, event)
        if event.seal != expected or bytes(event.digest or b"") != digest:
            broken = expected
            break
    unsealed = AuditEvent.objects.filter(seal=None).count()
    return Verdict(checked=expected, unsealed=unsealed, broken_at=broken, head=digest.hex())


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
