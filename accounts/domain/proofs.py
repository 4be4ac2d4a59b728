"""What proves an address: a request with a link and a code, kept as hashes, good once and for ten minutes (R-51)."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.addresses import Address
from accounts.errors import LinkExpired, LinkUsed, RequestDenied, SignInRefused, TooManyWrongCodes, WrongCode
from accounts.models import SignInRequest
from tesigo.platform.crypto import is_hash_of, keyed_hash

#: ASVS 5.0, V6.5.5: at most ten minutes for what is sent by another way.
LIFETIME = timedelta(minutes=10)
MAX_WRONG_CODES = 5


@dataclass(frozen=True)
class Secrets:
    """What the mail holds: the ways in, and the token of "this wasn't me", which opens nothing."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    code: str = field(default_factory=lambda: f"{secrets.randbelow(10**6):06d}")
    deny: str = field(default_factory=lambda: secrets.token_urlsafe(32))


def prepare(
    *, address: Address, given: Secrets, withheld: bool, now: datetime, opens: bool = True, **fields: Any
) -> SignInRequest:
    """A request to be saved. One that is withheld or ``opens`` nothing gets a code that nobody can type or guess."""
    request = SignInRequest(
        email=address.canonical,
        email_as_typed=address.as_typed,
        domain=address.domain,
        token_hash=keyed_hash("signin-link", given.token),
        deny_hash=keyed_hash("signin-deny", given.deny),
        withheld=withheld,
        created_at=now,
        expires_at=now + LIFETIME,
        **fields,
    )
    code = given.code if opens and not withheld else secrets.token_urlsafe(32)
    # Bound to its request, so that equal codes have different hashes.
    request.code_hash = keyed_hash("signin-code", _bound(request, code))
    return request


def open_ones(now: datetime) -> QuerySet[SignInRequest]:
    """Requests that a proof may still redeem."""
    return SignInRequest.objects.filter(_is_open(now))


def is_open(request: SignInRequest, now: datetime) -> bool:
    """Whether a proof may still redeem it."""
    return not request.withheld and death(request, now) is None


def refuse_dead(request: SignInRequest, now: datetime) -> None:
    """Raises why the request opens nothing any more, if it does not."""
    if refusal := death(request, now):
        raise refusal


def death(request: SignInRequest, now: datetime) -> SignInRefused | None:
    """Why the request opens nothing any more; None while it may."""
    if request.redeemed_at:
        return LinkUsed()
    if request.voided_at:
        return RequestDenied()
    if request.wrong_codes >= MAX_WRONG_CODES:
        return TooManyWrongCodes()
    return LinkExpired() if request.expires_at <= now else None


def try_code(request: SignInRequest, code: str, now: datetime) -> None:
    """Raises `WrongCode`, or why the request opens nothing. The fifth wrong code voids it."""
    # The try is paid for before the code is looked at: many guesses at once cannot pass five.
    mine = SignInRequest.objects.filter(pk=request.pk, redeemed_at=None, voided_at=None, expires_at__gt=now)
    if not mine.filter(wrong_codes__lt=MAX_WRONG_CODES).update(wrong_codes=F("wrong_codes") + 1):
        # Somebody was faster since the request was read.
        request.refresh_from_db()
        raise death(request, now) or LinkUsed
    if is_hash_of(request.code_hash, "signin-code", _bound(request, re.sub(r"[\s-]", "", code))):
        mine.update(wrong_codes=F("wrong_codes") - 1)
        return
    request.refresh_from_db(fields=["wrong_codes"])
    if request.wrong_codes >= MAX_WRONG_CODES:
        raise TooManyWrongCodes
    raise WrongCode(tries_left=MAX_WRONG_CODES - request.wrong_codes)


def redeem(request: SignInRequest, now: datetime) -> None:
    """Uses it up: of any number of proofs at once, one gets through. Raises why it opens nothing."""
    if not open_ones(now).filter(pk=request.pk).update(redeemed_at=now):
        request.refresh_from_db()
        raise death(request, now) or LinkUsed


def _bound(request: SignInRequest, code: str) -> str:
    return f"{request.pk}:{code}"


def _is_open(now: datetime) -> Q:
    is_young = Q(expires_at__gt=now, wrong_codes__lt=MAX_WRONG_CODES)
    return is_young & Q(redeemed_at=None, voided_at=None, withheld=False)
