"""Signing in by another address from now on: the new one is proven, the old one told and able to undo it (R-59)."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import addresses
from accounts.domain import client, devices, mail, mail_addresses, proofs, signin_limits
from accounts.errors import AddressTaken, SameAddress, UndoTooLate, UnknownLink
from accounts.models import FormerAddress, SignInRequest, User
from privacy.domain import audit
from tesigo.platform.crypto import keyed_hash, keyed_hashes

#: How long who reads the old mailbox can undo it.
UNDO_WITHIN: Final = timedelta(days=3)
_SESSION: Final = "address-change"


def of_program(sign_in: UUID) -> str:
    """What a change is bound to that a signed-in program asks for; no session has such a key."""
    return f"program {sign_in}"


def ask(
    *, user: User, bound_to: str, typed: str, ip: str | None, language: str, user_agent: str, now: datetime
) -> SignInRequest:
    """Sends a code to the new address, good for ``bound_to`` alone: the key of a session, or `of_program`.

    Whether somebody has the address is told to its mailbox only; here all looks the same. Raises an `AddressRefused`
    or `TooManySignIns`.
    """
    address = addresses.parse(typed)
    if address.canonical == user.email:
        raise SameAddress
    counted_ip = client.counted_address(ip)
    given = proofs.Secrets()
    is_taken = User.objects.filter(email=address.canonical).exists()
    with signin_limits.counting(address=address, ip=counted_ip, known_browser=False, now=now) as has_room:
        request = proofs.prepare(
            address=address,
            given=given,
            withheld=not has_room,
            opens=not is_taken,
            now=now,
            language=language,
            browser_hash=keyed_hash(_SESSION, bound_to),
            new_address_of=user,
            ip=counted_ip,
            user_agent=user_agent[: client.USER_AGENT_LENGTH],
        )
        request.save(force_insert=True)
        mail.send_signin_mail(request=request, given=given, template="address_taken" if is_taken else "address_new")
    return request


def waiting_for(*, user: User, bound_to: str) -> SignInRequest | None:
    """The newest request of this session or program, whatever has become of it."""
    mine = SignInRequest.objects.filter(new_address_of=user, browser_hash__in=keyed_hashes(_SESSION, bound_to))
    return mine.order_by("-created_at").first()


def confirm(*, user: User, bound_to: str, code: str, now: datetime) -> None:
    """Changes the address. Every other session and program ends; the caller binds its own to the user as it is then.

    Raises a `SignInRefused`, or `AddressTaken` where somebody has come to sign in with it meanwhile.
    """
    request = waiting_for(user=user, bound_to=bound_to)
    if request is None:
        raise UnknownLink
    proofs.refuse_dead(request, now)
    proofs.try_code(request, code, now)
    undo = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            proofs.redeem(request, now)
            before = User.objects.select_for_update().get(pk=user.pk)
            keys = _move(before, email=request.email, as_typed=request.email_as_typed, now=now, but=bound_to)
            FormerAddress.objects.create(
                user=user,
                email=before.email,
                email_as_typed=before.email_as_typed,
                undo_hash=keyed_hash("address-undo", undo),
                changed_at=now,
            )
            mail_addresses.proven(address=request.email)
            audit.record(action="user.address_changed", subject=user, by=user)
            mail.send_address_mail(user=user, to=before.email_as_typed, template="address_changed", undo=undo)
    except IntegrityError as error:
        raise AddressTaken from error
    devices.end_sessions(keys)


def can_be_undone_at(*, email: str, now: datetime) -> bool:
    """Whether somebody's address was this one until lately, and nobody's is now."""
    lately = FormerAddress.objects.filter(email=email, undone_at=None, changed_at__gt=now - UNDO_WITHIN)
    return lately.exists() and not User.objects.filter(email=email).exists()


def find_undo(*, token: str, now: datetime) -> FormerAddress:
    """What the link of the old mailbox is about, unchanged. Raises `UnknownLink` or `UndoTooLate`."""
    former = FormerAddress.objects.filter(undo_hash__in=keyed_hashes("address-undo", token)).first()
    if former is None:
        raise UnknownLink
    if former.undone_at or former.changed_at + UNDO_WITHIN <= now:
        raise UndoTooLate
    return former


def undo(*, token: str, now: datetime) -> None:
    """Gives the user the old address back and ends every session. Later changes are undone with it.

    Raises `UnknownLink`, `UndoTooLate`, or `AddressTaken` where somebody has come to sign in with it meanwhile.
    """
    former = find_undo(token=token, now=now)
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=former.user_id)
            mine = FormerAddress.objects.filter(user=user, undone_at=None)
            if not mine.filter(pk=former.pk).update(undone_at=now):
                raise UndoTooLate
            # Else whoever changed it twice could take it back with the mail of their own first step.
            mine.filter(changed_at__gte=former.changed_at).update(undone_at=now)
            keys = _move(user, email=former.email, as_typed=former.email_as_typed, now=now)
            audit.record(action="user.address_restored", subject=user, by=None)
            mail.send_address_mail(user=user, to=user.email_as_typed, template="address_restored")
    except IntegrityError as error:
        raise AddressTaken from error
    devices.end_sessions(keys)


def _move(user: User, *, email: str, as_typed: str, now: datetime, but: str = "") -> list[str]:
    """Returns the keys of the sessions that are dead then. ``user`` is as it was read under its lock, and stays so.

    Raises IntegrityError where somebody has the address.
    """
    User.objects.filter(pk=user.pk).update(email=email, email_as_typed=as_typed)
    keys = devices.sign_out_all(user=user, but=but)
    # A mail on its way to the address of before must not make a second account there; nor another change go on.
    pending = SignInRequest.objects.filter(redeemed_at=None, voided_at=None)
    pending.filter(email=user.email).update(voided_at=now)
    pending.filter(new_address_of=user).update(voided_at=now)
    return keys
