"""Tokens that people make for programs of their own: shown once, kept as a hash, taken back at any time."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.domain import mail
from accounts.enums import ApiScope
from accounts.errors import TokenExpired, TokenRefused, TooManyTokens
from accounts.models import ApiToken, User
from privacy.domain import audit
from tesigo.platform.crypto import keyed_hash, keyed_hashes

PREFIX: Final = "tesigo_token_"
LONGEST: Final = timedelta(days=365)
#: Characters shown of a token; what follows them holds 230 bits.
_SHOWN: Final = len(PREFIX) + 4
_PURPOSE: Final = "api-token"


def make(
    *,
    user: User,
    name: str,
    scopes: Collection[ApiScope],
    lasts: timedelta,
    has_second_factor: bool,
    by: User,
    now: datetime,
) -> tuple[ApiToken, str]:
    """A new token and its row; the token itself cannot be had again. Raises `TooManyTokens`.

    The person is told by mail. Of staff's tokens only those count that were made past a second factor.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        # One after the other, so that many at once stay within the number.
        owner = User.objects.select_for_update().get(pk=user.pk)
        if _alive(owner, now).count() >= settings.API_TOKENS_AT_ONCE:
            raise TooManyTokens
        row = ApiToken.objects.create(
            user=owner,
            name=name,
            scopes=sorted(scope.value for scope in scopes),
            token_hash=keyed_hash(_PURPOSE, token),
            prefix=token[:_SHOWN],
            epoch=owner.session_epoch,
            has_second_factor=has_second_factor,
            created_at=now,
            expires_at=now + min(lasts, LONGEST),
        )
        audit.record(action="api.token_made", subject=row, by=by, details={"scopes": row.scopes})
        page = settings.SITE_URL + reverse("accounts:programs")
        context = {"called": name, "prefix": row.prefix, "programs_link": page}
        mail.send_mail(user=owner, template="api_token", context=context)
    return row, token


def alive_of(*, user: User, now: datetime) -> list[ApiToken]:
    """The tokens of a person that still open something, newest first."""
    return list(_alive(user, now))


def revoke(*, user: User, token_id: UUID, by: User, now: datetime) -> None:
    """Takes a token back; nothing happens if it was already. Raises `ApiToken.DoesNotExist` for someone else's."""
    with transaction.atomic():
        row = ApiToken.objects.select_for_update().get(pk=token_id, user=user)
        if ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now):
            audit.record(action="api.token_revoked", subject=row, by=by)


def by_token(token: str, *, now: datetime) -> ApiToken:
    """The token's row with its user; notes the day it was used. Raises `TokenExpired` or `TokenRefused`."""
    row = ApiToken.objects.select_related("user").filter(token_hash__in=keyed_hashes(_PURPOSE, token)).first()
    if row is None or row.revoked_at is not None:
        raise TokenRefused
    if row.expires_at <= now:
        raise TokenExpired
    if not row.user.is_active or row.epoch != row.user.session_epoch:
        raise TokenRefused
    present = keyed_hash(_PURPOSE, token)
    if row.last_used_on != now.date() or bytes(row.token_hash) != present:
        # Under the present secret: an older one may go once every token that is used was used again.
        ApiToken.objects.filter(pk=row.pk).update(last_used_on=now.date(), token_hash=present)
    return row


def _alive(user: User, now: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now, epoch=user.session_epoch)
