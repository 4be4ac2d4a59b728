"""Signing in by mail: ask, then prove by link or by code (R-50, R-51).

Asking never looks a user up, so it cannot tell anyone who has an account. The user comes to be on proof.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from accounts.domain import addresses, browsers, client, mail, mail_addresses, signin_limits
from accounts.errors import (
    AccountClosed,
    CodeNeeded,
    LinkExpired,
    LinkUsed,
    SignInRefused,
    StaffUsePassword,
    TooManyWrongCodes,
    UnknownLink,
    WrongCode,
)
from accounts.models import SignInRequest, User
from privacy.domain import audit
from tesigo.platform.crypto import is_hash_of, keyed_hash, keyed_hashes
from tesigo.platform.redirects import own_path

LIFETIME = timedelta(minutes=15)
MAX_WRONG_CODES = 5


@dataclass(frozen=True)
class Proven:
    """Whose address it is, and where they were going (a path of ours, or empty)."""

    user: User
    next_url: str
    is_new: bool


def ask(
    *, typed: str, browser: str, known_cookie: str, ip: str | None, next_url: str, language: str, now: datetime
) -> SignInRequest:
    """Sends a link and a code to the address, whether or not it has an account.

    Raises an `AddressRefused` or `TooManySignIns`. `browser` is the random name in the asking browser's cookie.
    """
    address = addresses.parse(typed)
    known = browsers.knows(known_cookie, address.canonical)
    counted_ip = client.counted_address(ip)
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06d}"
    request = SignInRequest(
        email=address.canonical,
        email_as_typed=address.as_typed,
        domain=address.domain,
        known_browser=known,
        language=language,
        token_hash=keyed_hash("signin-link", token),
        browser_hash=browsers.browser_hash(browser),
        next_url=own_path(next_url),
        ip=counted_ip,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    request.code_hash = _code_hash(request, code)
    with transaction.atomic():
        signin_limits.check(address=address, ip=counted_ip, known_browser=known, now=now)
        request.save(force_insert=True)
        mail.send_signin_mail(request=request, token=token, code=code)
    return request


def waiting_for(*, browser: str) -> SignInRequest | None:
    """The newest request of this browser, whatever has become of it."""
    if not browser:
        return None
    mine = SignInRequest.objects.filter(browser_hash__in=browsers.browser_hashes(browser))
    return mine.order_by("-created_at").first()


def open_link(*, token: str, browser: str, now: datetime) -> bool:
    """Looks at a link without using it (mail scanners follow links); True if this browser needs the code as well.

    Raises a `SignInRefused` if the link opens nothing any more.
    """
    request = _by_token(token)
    mail.mark_opened(signin=request, now=now)
    _refuse_dead(request, now)
    return not _asked_by(request, browser)


def prove_by_link(*, token: str, browser: str, code: str = "", now: datetime) -> Proven:
    """Redeems the link; in another browser than the asking one only together with the code.

    Raises a `SignInRefused`: `CodeNeeded`, `WrongCode`, or why the link opens nothing any more.
    """
    request = _by_token(token)
    _refuse_dead(request, now)
    if _asked_by(request, browser):
        return _redeem(request, browsers.browser_hashes(browser), now)
    if not code:
        raise CodeNeeded
    _try_code(request, code, now)
    return _redeem(request, [request.browser_hash], now)


def prove_by_code(*, browser: str, code: str, now: datetime) -> Proven:
    """Redeems the newest request of this browser by its code. Raises a `SignInRefused`."""
    request = waiting_for(browser=browser)
    if request is None:
        raise UnknownLink
    _refuse_dead(request, now)
    _try_code(request, code, now)
    return _redeem(request, browsers.browser_hashes(browser), now)


def _by_token(token: str) -> SignInRequest:
    # Looking up a keyed hash tells nothing about the token by its time.
    request = SignInRequest.objects.filter(token_hash__in=keyed_hashes("signin-link", token)).first()
    if request is None:
        raise UnknownLink
    return request


def _asked_by(request: SignInRequest, browser: str) -> bool:
    return bool(browser) and browsers.is_browser(request.browser_hash, browser)


def _code_hash(request: SignInRequest, code: str) -> bytes:
    # Bound to its request, so that equal codes have different hashes.
    return keyed_hash("signin-code", _bound(request, code))


def _bound(request: SignInRequest, code: str) -> str:
    return f"{request.pk}:{code}"


def _refuse_dead(request: SignInRequest, now: datetime) -> None:
    if death := _death(request, now):
        raise death


def _death(request: SignInRequest, now: datetime) -> SignInRefused | None:
    if request.redeemed_at:
        return LinkUsed()
    if request.wrong_codes >= MAX_WRONG_CODES:
        return TooManyWrongCodes()
    return LinkExpired() if request.expires_at <= now else None


def _try_code(request: SignInRequest, code: str, now: datetime) -> None:
    # The try is paid for before the code is looked at: many guesses at once cannot pass five.
    open_requests = SignInRequest.objects.filter(pk=request.pk, redeemed_at=None, expires_at__gt=now)
    if not open_requests.filter(wrong_codes__lt=MAX_WRONG_CODES).update(wrong_codes=F("wrong_codes") + 1):
        # Somebody was faster since the request was read.
        request.refresh_from_db()
        raise _death(request, now) or LinkUsed
    if is_hash_of(request.code_hash, "signin-code", _bound(request, re.sub(r"[\s-]", "", code))):
        open_requests.update(wrong_codes=F("wrong_codes") - 1)
        return
    request.refresh_from_db(fields=["wrong_codes"])
    if request.wrong_codes >= MAX_WRONG_CODES:
        raise TooManyWrongCodes
    raise WrongCode(tries_left=MAX_WRONG_CODES - request.wrong_codes)


def _redeem(request: SignInRequest, asked_by: Sequence[bytes | memoryview], now: datetime) -> Proven:
    with transaction.atomic():
        alive = SignInRequest.objects.filter(redeemed_at=None)
        mine = alive.filter(pk=request.pk, expires_at__gt=now, wrong_codes__lt=MAX_WRONG_CODES)
        if not mine.update(redeemed_at=now):
            request.refresh_from_db()
            raise _death(request, now) or LinkUsed
        # Earlier mails to the same address from the same browser have done their work, too.
        alive.filter(email=request.email, browser_hash__in=asked_by).update(redeemed_at=now)
        user, is_new = User.objects.get_or_create(
            email=request.email,
            defaults={
                "email_as_typed": request.email_as_typed,
                "language": request.language,
                "password": make_password(None),
            },
        )
        mail_addresses.proven(address=request.email)
        audit.record(action="user.created" if is_new else "user.address_proven", subject=user, by=user)
    if not user.is_active:
        raise AccountClosed
    if user.is_staff:
        # A mail is one factor: it must not open what asks for a password and a second one.
        raise StaffUsePassword
    return Proven(user=user, next_url=request.next_url, is_new=is_new)
