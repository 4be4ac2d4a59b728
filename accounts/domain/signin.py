"""Signing in by mail: ask, then prove by link or by code (R-50, R-51).

Asking never looks a user up, so it cannot tell anyone who has an account. The user comes to be on proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import addresses
from accounts.domain import address_change, browsers, client, mail, mail_addresses, proofs, signin_limits
from accounts.errors import (
    AccountClosed,
    AddressMoved,
    CodeNeeded,
    SignInRefused,
    StaffUsePassword,
    UnknownLink,
    UsedElsewhere,
)
from accounts.models import SignInRequest, User
from privacy.domain import audit
from tesigo.platform.crypto import keyed_hashes
from tesigo.platform.redirects import own_path

#: Mails of one browser that are looked through for the code typed there: the number that goes to an address in a day.
_NEWEST_MAILS = 4


@dataclass(frozen=True)
class Proven:
    """Whose address it is, and where they were going (a path of ours, or empty)."""

    user: User
    next_url: str
    is_new: bool


def ask(
    *,
    typed: str,
    browser: str,
    known_cookie: str,
    ip: str | None,
    next_url: str,
    language: str,
    now: datetime,
    user_agent: str = "",
) -> SignInRequest:
    """Sends a link and a code to the address, whether or not it has an account.

    Raises an `AddressRefused` or `TooManySignIns`. `browser` is the random name in the asking browser's cookie. Where
    the address has reached its limit of mails, everything is done as ever but that the mail does not leave.
    """
    address = addresses.parse(typed)
    known = browsers.knows(known_cookie, address.canonical)
    counted_ip = client.counted_address(ip)
    given = proofs.Secrets()
    with signin_limits.counting(address=address, ip=counted_ip, known_browser=known, now=now) as has_room:
        request = proofs.prepare(
            address=address,
            given=given,
            withheld=not has_room,
            now=now,
            known_browser=known,
            language=language,
            browser_hash=browsers.browser_hash(browser),
            next_url=own_path(next_url),
            ip=counted_ip,
            user_agent=user_agent[: client.USER_AGENT_LENGTH],
        )
        request.save(force_insert=True)
        mail.send_signin_mail(request=request, given=given)
    return request


def waiting_for(*, browser: str) -> SignInRequest | None:
    """The newest request of this browser, whatever has become of it."""
    return next(iter(_of_browser(browser)), None)


def end_of(request: SignInRequest, *, now: datetime) -> SignInRefused | None:
    """Why this browser's own request opens nothing any more; None while it waits."""
    # Its own proof takes the browser's cookie away: who is still here sees what happened elsewhere.
    return UsedElsewhere() if request.redeemed_at else proofs.death(request, now)


def open_link(*, token: str, browser: str, now: datetime) -> bool:
    """Looks at a link without using it (mail scanners follow links); True if this browser needs the code as well.

    Raises a `SignInRefused` if the link opens nothing any more.
    """
    request = _by_token(token)
    mail.mark_opened(signin=request, now=now)
    proofs.refuse_dead(request, now)
    return not _asked_by(request, browser)


def prove_by_link(*, token: str, browser: str, code: str = "", now: datetime) -> Proven:
    """Redeems the link; in another browser than the asking one only together with the code.

    Raises a `SignInRefused`: `CodeNeeded`, `WrongCode`, or why the link opens nothing any more.
    """
    request = _by_token(token)
    proofs.refuse_dead(request, now)
    if _asked_by(request, browser):
        return _redeem(request, browsers.browser_hashes(browser), now)
    if not code:
        raise CodeNeeded
    proofs.try_code(request, code, now)
    return _redeem(request, [request.browser_hash], now)


def prove_by_code(*, browser: str, code: str, now: datetime) -> Proven:
    """Redeems the newest request of this browser by its code. Raises a `SignInRefused`.

    Of a withheld one there is no code, but the last mail that was sent to the same address still works.
    """
    mine = _of_browser(browser)
    if not mine:
        raise UnknownLink
    request = mine[0]
    proofs.refuse_dead(request, now)
    sent = next((one for one in mine[1:] if one.email == request.email and proofs.is_open(one, now)), None)
    if request.withheld and sent:
        try:
            proofs.try_code(sent, code, now)
            return _redeem(sent, browsers.browser_hashes(browser), now)
        except SignInRefused:
            pass  # answered as it would be if the newest had been sent
    proofs.try_code(request, code, now)
    return _redeem(request, browsers.browser_hashes(browser), now)


def _of_browser(browser: str) -> list[SignInRequest]:
    if not browser:
        return []
    mine = SignInRequest.objects.filter(browser_hash__in=browsers.browser_hashes(browser), new_address_of=None)
    return list(mine.order_by("-created_at")[:_NEWEST_MAILS])


def _by_token(token: str) -> SignInRequest:
    # Looking up a keyed hash tells nothing about the token by its time.
    known = SignInRequest.objects.filter(token_hash__in=keyed_hashes("signin-link", token), new_address_of=None)
    if (request := known.first()) is None:
        raise UnknownLink
    return request


def _asked_by(request: SignInRequest, browser: str) -> bool:
    return bool(browser) and browsers.is_browser(request.browser_hash, browser)


def _redeem(request: SignInRequest, asked_by: Sequence[bytes | memoryview], now: datetime) -> Proven:
    with transaction.atomic():
        proofs.redeem(request, now)
        # Others to the same address from the same browser have done their work, too, and give their counts back.
        others = SignInRequest.objects.filter(redeemed_at=None, voided_at=None, new_address_of=None)
        others.filter(email=request.email, browser_hash__in=asked_by).update(redeemed_at=now)
        mail_addresses.proven(address=request.email)
        # Else an empty account would take the address, and the change of the full one could not be undone.
        found = None if address_change.can_be_undone_at(email=request.email, now=now) else _user_of(request)
    if found is None:
        raise AddressMoved
    user, is_new = found
    if not user.is_active:
        raise AccountClosed
    if user.is_staff:
        # A mail is one factor: it must not open what asks for a password and a second one.
        raise StaffUsePassword
    return Proven(user=user, next_url=request.next_url, is_new=is_new)


def _user_of(request: SignInRequest) -> tuple[User, bool]:
    """Whoever has the address, and whether they are new."""
    user, is_new = User.objects.get_or_create(
        email=request.email,
        defaults={
            "email_as_typed": request.email_as_typed,
            "language": request.language,
            "password": make_password(None),
        },
    )
    audit.record(action="user.created" if is_new else "user.address_proven", subject=user, by=user)
    return user, is_new
