"""Calls that are made once, however often they are sent: Idempotency-Key for POSTs that cost money (R-58).

The first call with a key takes it by an INSERT, does its work, and leaves its answer for the others. What was refused
leaves nothing and may be tried anew with the same key. A call whose process died is taken over after a while; what it
does must then hold by itself (R-12), as everything that costs money does.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.errors import KeyReused, StillRunning
from accounts.models import ApiCall, User

#: How long a call may be at it before another with the same key takes over.
LEASE: Final = timedelta(minutes=2)
LONGEST_KEY_CHARACTERS: Final = 200


@dataclass(frozen=True)
class Answer:
    """What the caller gets; ``is_replay`` for every call after the first."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    is_replay: bool = False


def once(*, user: User, key: str, fingerprint: bytes, act: Callable[[], Answer], now: datetime) -> Answer:
    """What ``act`` returns, which is called for the first of any number of calls with this key.

    Raises `KeyReused` for another call under the same key, `StillRunning` while the first is at it, and what ``act``
    raises.
    """
    turn = uuid.uuid4()
    fresh = {"fingerprint": fingerprint, "turn": turn, "running_until": now + LEASE, "created_at": now}
    call, is_first = ApiCall.objects.get_or_create(user=user, key=key, defaults=fresh)
    if bytes(call.fingerprint) != fingerprint:
        raise KeyReused
    if not is_first:
        if call.status is not None:
            return Answer(call.status, call.body, call.headers, is_replay=True)
        dead = ApiCall.objects.filter(pk=call.pk, status=None, running_until__lte=now)
        if not dead.update(turn=turn, running_until=now + LEASE):
            raise StillRunning
    mine = ApiCall.objects.filter(pk=call.pk, turn=turn, status=None)
    try:
        answer = act()
    except BaseException:
        mine.delete()
        raise
    mine.update(status=answer.status, body=answer.body, headers=answer.headers)
    return answer


def fingerprint_of(*, method: str, path: str, body: bytes) -> bytes:
    """What makes two calls the same one."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()
