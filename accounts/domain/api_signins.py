"""Programs that are signed in: refresh tokens that rotate, and what happens when one comes twice (R-56).

One row a sign-in, with the hash of its newest token. It is rotated or ended by one conditional UPDATE, so that of any
number of calls at once one gets through. The rest hold a used token, and that ends the sign-in: strictly, since a lost
answer and a stolen token look the same.
"""

import logging
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.domain import access_tokens, signin
from accounts.domain.client import USER_AGENT_LENGTH
from accounts.enums import SignInEnd
from accounts.errors import RefreshReused, TokenExpired, TokenRefused, UnknownLink
from accounts.models import ApiSignIn, User
from privacy.domain import audit
from tesigo.platform.crypto import keyed_hash, keyed_hashes

log = logging.getLogger(__name__)

PREFIX: Final = "tesigo_refresh_"
_FORM: Final = re.compile(rf"{PREFIX}([0-9a-f]{{32}})_([\w-]{{43}})", re.ASCII)
_PURPOSE: Final = "api-refresh"


@dataclass(frozen=True)
class Tokens:
    """What a program gets: an access token to call with, and a refresh token for the next ones."""

    access: str
    refresh: str
    refresh_expires_at: datetime


def sign_in(*, request_id: uuid.UUID, client_secret: str, code: str, user_agent: str, now: datetime) -> Tokens:
    """Signs a program in by the code of the mail that it asked for. Raises a `SignInRefused`.

    What the cookie is for a browser, ``client_secret`` is here: only who asked can use the code.
    """
    asked = signin.waiting_for(browser=client_secret)
    if asked is None or asked.pk != request_id:
        raise UnknownLink
    proven = signin.prove_by_code(browser=client_secret, code=code, now=now)
    return begin(user=proven.user, user_agent=user_agent, now=now)


def begin(*, user: User, user_agent: str, now: datetime) -> Tokens:
    """Signs a program in, for somebody who has just proven their address."""
    sign_in = ApiSignIn(
        user=user, epoch=user.session_epoch, user_agent=user_agent[:USER_AGENT_LENGTH], created_at=now, refreshed_at=now
    )
    token = _new_token(sign_in.pk)
    sign_in.token_hash = keyed_hash(_PURPOSE, token)
    sign_in.expires_at = _ends(sign_in.created_at, now)
    with transaction.atomic():
        sign_in.save(force_insert=True)
        # A sign-in like any other: accounts that nobody uses are told apart by it.
        User.objects.filter(pk=user.pk).update(last_login=now)
        audit.record(action="api.signed_in", subject=sign_in, by=user)
    return _given(sign_in, user, token, now)


def refresh(*, token: str, now: datetime) -> Tokens:
    """New tokens for the newest refresh token. Raises `RefreshReused`, `TokenExpired` or `TokenRefused`."""
    sign_in = _of(token)
    user = sign_in.user
    if not is_alive(sign_in, user, now=now):
        raise TokenExpired if sign_in.ended_at is None and sign_in.expires_at <= now else TokenRefused
    fresh, ends = _new_token(sign_in.pk), _ends(sign_in.created_at, now)
    # Every condition is the row's own: only those are looked at anew when somebody else was faster.
    newest = ApiSignIn.objects.filter(pk=sign_in.pk, ended_at=None, expires_at__gt=now)
    if newest.filter(token_hash__in=keyed_hashes(_PURPOSE, token)).update(
        token_hash=keyed_hash(_PURPOSE, fresh), refreshed_at=now, expires_at=ends
    ):
        sign_in.expires_at = ends
        return _given(sign_in, user, fresh, now)
    with transaction.atomic():
        if ApiSignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(ended_at=now, end=SignInEnd.REUSED):
            audit.record(action="api.refresh_token_reused", subject=sign_in, by=None)
            log.warning("a refresh token was used twice: sign-in %s is ended", sign_in.pk)
    raise RefreshReused


def go_on(*, sign_in_id: uuid.UUID, now: datetime) -> Tokens:
    """New tokens for the one sign-in that goes on after its person's epoch moved by one. Raises `TokenRefused`.

    Called after every token of the person was ended, this program's as well.
    """
    sign_in = ApiSignIn.objects.select_related("user").get(pk=sign_in_id)
    user = sign_in.user
    fresh, ends = _new_token(sign_in.pk), _ends(sign_in.created_at, now)
    # Where the epoch moved twice, somebody has signed out everywhere meanwhile, and that ends this one as well.
    mine = ApiSignIn.objects.filter(
        pk=sign_in.pk, ended_at=None, epoch=user.session_epoch - 1, user__session_epoch=user.session_epoch
    )
    if not mine.update(
        epoch=user.session_epoch, token_hash=keyed_hash(_PURPOSE, fresh), refreshed_at=now, expires_at=ends
    ):
        raise TokenRefused
    sign_in.epoch, sign_in.expires_at = user.session_epoch, ends
    return _given(sign_in, user, fresh, now)


def revoke(*, token: str, now: datetime) -> None:
    """Signs the program out whose newest refresh token this is; says nothing of others (RFC 7009, 2.2)."""
    match = _FORM.fullmatch(token)
    if match is None:
        return
    mine = ApiSignIn.objects.filter(pk=uuid.UUID(match[1]), token_hash__in=keyed_hashes(_PURPOSE, token), ended_at=None)
    with transaction.atomic():
        for sign_in in mine.select_for_update(of=("self",)).select_related("user"):
            end(sign_in=sign_in, by=sign_in.user, now=now)


def sign_out(*, user: User, sign_in_id: uuid.UUID, by: User, now: datetime) -> None:
    """Signs one of a person's programs out. Raises `ApiSignIn.DoesNotExist` for someone else's."""
    end(sign_in=ApiSignIn.objects.get(pk=sign_in_id, user=user), by=by, now=now)


def end(*, sign_in: ApiSignIn, by: User, now: datetime) -> bool:
    """Signs a program out: its tokens are dead at once. False if it was out already."""
    with transaction.atomic():
        mine = ApiSignIn.objects.filter(pk=sign_in.pk, ended_at=None)
        ended = mine.update(ended_at=now, end=SignInEnd.SIGNED_OUT)
        if ended:
            audit.record(action="api.signed_out", subject=sign_in, by=by)
    return bool(ended)


def alive_of(*, user: User, now: datetime) -> list[ApiSignIn]:
    """The person's programs that are signed in, newest first."""
    return list(ApiSignIn.objects.filter(user=user, ended_at=None, expires_at__gt=now, epoch=user.session_epoch))


def by_access_token(token: str, *, now: datetime) -> ApiSignIn:
    """The sign-in that an access token belongs to, with its user. Raises a `TokenRefused`."""
    claims = access_tokens.read(token)
    sign_in = ApiSignIn.objects.select_related("user").filter(pk=claims.sign_in).first()
    if sign_in is None or sign_in.user.public_id != claims.public_id or sign_in.epoch != claims.epoch:
        raise TokenRefused
    if not is_alive(sign_in, sign_in.user, now=now):
        raise TokenRefused
    return sign_in


def is_alive(sign_in: ApiSignIn, user: User, *, now: datetime) -> bool:
    """Whether its tokens may still open something: neither it nor its person has ended. Staff have none (R-55)."""
    if sign_in.ended_at is not None or sign_in.expires_at <= now:
        return False
    return user.is_active and not user.is_staff and sign_in.epoch == user.session_epoch


def _of(token: str) -> ApiSignIn:
    match = _FORM.fullmatch(token)
    sign_in = ApiSignIn.objects.select_related("user").filter(pk=uuid.UUID(match[1])).first() if match else None
    if sign_in is None:
        raise TokenRefused
    return sign_in


def _new_token(sign_in: uuid.UUID) -> str:
    return f"{PREFIX}{sign_in.hex}_{secrets.token_urlsafe(32)}"


def _ends(created: datetime, now: datetime) -> datetime:
    """A week from now, and no later than a browser would have to sign in again."""
    _idle, longest = settings.SESSION_LIVES["student"]
    return min(now + settings.API_REFRESH_LASTS, created + longest)


def _given(sign_in: ApiSignIn, user: User, token: str, now: datetime) -> Tokens:
    access = access_tokens.issue(public_id=user.public_id, sign_in=sign_in.pk, epoch=sign_in.epoch, now=now)
    return Tokens(access=access, refresh=token, refresh_expires_at=sign_in.expires_at)
