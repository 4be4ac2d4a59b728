"""How many sign-in mails may be asked for (R-53). Counted in the database: exact, and there when Redis is not."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.domain.addresses import Address
from accounts.errors import TooManySignIns
from accounts.models import SignInRequest


def check(*, address: Address, ip: str | None, known_browser: bool, now: datetime) -> None:
    """Raises `TooManySignIns` if one more request would pass a limit.

    Call it in the transaction that adds the request: locks on what is counted are held until it ends, so that any
    number of callers at once stays within the numbers. `ip` is the address to count by (`client.counted_address`).
    A browser that has signed in to this address before is counted apart, so that nobody can lock its owner out.
    """
    counted = _counted(address, ip, known_browser)
    with connection.cursor() as cursor:
        for key in sorted(_lock_number(limit, what) for limit, what in counted):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    waits = []
    for limit, what in counted:
        allowed, seconds = settings.SIGNIN_LIMITS[limit]
        window = timedelta(seconds=seconds)
        requests = SignInRequest.objects.filter(known_browser=known_browser, created_at__gt=now - window, **what)
        # The oldest of those that fill the limit: once it is out of the window, there is room again.
        filling = requests.order_by("-created_at").values_list("created_at", flat=True)[allowed - 1 : allowed]
        waits += [created + window - now for created in filling]
    if waits:
        raise TooManySignIns(retry_after=max(waits))


def _counted(address: Address, ip: str | None, known_browser: bool) -> list[tuple[str, dict[str, Any]]]:
    if known_browser:
        return [("known_browser", {"email": address.canonical})]
    domain = "big_domain" if address.domain in settings.SIGNIN_BIG_DOMAINS else "domain"
    return [("ip", {"ip": ip}), ("address", {"email": address.canonical}), (domain, {"domain": address.domain})]


def _lock_number(limit: str, what: dict[str, Any]) -> int:
    digest = hashlib.blake2b(f"signin\0{limit}\0{what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
