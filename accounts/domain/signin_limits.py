"""How many sign-in mails may be asked for (R-53). Counted in the database: exact, and there when Redis is not.

Only what was not finished counts: a request that ends in a sign-in gives its count back, so that a hundred students
behind one address get in one after the other.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from accounts.addresses import Address
from accounts.errors import TooManySignIns
from accounts.models import SignInRequest

#: Who waits for a lock holds a connection, and a pool has few. Behind the lock is a handful of quick statements.
_LOCK_TIMEOUT: Final = "2s"
_TRY_AGAIN: Final = timedelta(seconds=10)
#: Limits that are about one mailbox: what they answer must not tell how often its owner was written to.
_OF_A_MAILBOX: Final = frozenset({"address", "known_browser"})


@contextmanager
def counting(*, address: Address, ip: str | None, known_browser: bool, now: datetime) -> Iterator[bool]:
    """A transaction in which to add one more request; yields False if the address has reached its limit of mails.

    Raises `TooManySignIns` where too many were asked for from one place or for one domain. Locks on what is counted are
    held until the block ends, so that any number of callers at once stays within the numbers. `ip` is the address to
    count by (`client.counted_address`). A browser that has signed in to this address before is counted apart, so that
    nobody can lock its owner out.
    """
    counted = _counted(address, ip, known_browser)
    with transaction.atomic():
        _lock([_lock_number(limit, what) for limit, what in counted])
        waits = {limit: _wait(limit, known_browser, what, now) for limit, what in counted}
        if told := [wait for limit, wait in waits.items() if wait and limit not in _OF_A_MAILBOX]:
            raise TooManySignIns(retry_after=max(told))
        yield not any(waits.values())


def _counted(address: Address, ip: str | None, known_browser: bool) -> list[tuple[str, dict[str, Any]]]:
    if known_browser:
        return [("known_browser", {"email": address.canonical})]
    domain = "big_domain" if address.domain in settings.SIGNIN_BIG_DOMAINS else "domain"
    return [("ip", {"ip": ip}), ("address", {"email": address.canonical}), (domain, {"domain": address.domain})]


def _wait(limit: str, known_browser: bool, what: dict[str, Any], now: datetime) -> timedelta | None:
    """Until there is room again at the latest; None where there is."""
    allowed, seconds = settings.SIGNIN_LIMITS[limit]
    window = timedelta(seconds=seconds)
    requests = _that_count(limit).filter(known_browser=known_browser, created_at__gt=now - window, **what)
    # The oldest of those that fill the limit: once it is out of the window, there is room again.
    filling = requests.order_by("-created_at").values_list("created_at", flat=True)[allowed - 1 : allowed]
    return next((created + window - now for created in filling), None)


def _that_count(limit: str) -> QuerySet[SignInRequest]:
    unfinished = SignInRequest.objects.filter(redeemed_at=None)
    if limit == "ip":
        return unfinished
    # What was not sent did no harm, and counting it would make a lock-out last for as long as somebody keeps asking.
    sent = unfinished.filter(withheld=False)
    # Who turns a stranger's mail down makes room for one of their own.
    return sent.filter(voided_at=None) if limit in _OF_A_MAILBOX else sent


def _lock(keys: list[int]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
            cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [sorted(keys)])
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise TooManySignIns(retry_after=_TRY_AGAIN) from error
        raise


def _lock_number(limit: str, what: dict[str, Any]) -> int:
    digest = hashlib.blake2b(f"signin\0{limit}\0{what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
