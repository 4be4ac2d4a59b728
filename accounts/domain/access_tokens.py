"""Access tokens of the API: JWT signed by HS256 and nothing else, good for an hour (R-56, RFC 9068).

They hold ids alone: of the person (``sub``, the public one), of the sign-in (``sid``) and of the token (``jti``).
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from django.conf import settings

from accounts.errors import TokenExpired, TokenRefused

ALGORITHM: Final = "HS256"
TYPE: Final = "at+jwt"
_REQUIRED: Final = ("iss", "aud", "exp", "iat", "jti", "sub", "sid", "epoch")


@dataclass(frozen=True)
class Claims:
    """Whose token it is: the person's public id, their sign-in, and the epoch it was made in."""

    public_id: uuid.UUID
    sign_in: uuid.UUID
    epoch: int


def issue(*, public_id: uuid.UUID, sign_in: uuid.UUID, epoch: int, now: datetime) -> str:
    """A token that works from now on for `API_ACCESS_LASTS`."""
    secret: str = settings.API_JWT_SECRET
    claims = {
        "iss": settings.SITE_URL,
        "aud": audience(),
        "iat": int(now.timestamp()),
        "exp": int((now + settings.API_ACCESS_LASTS).timestamp()),
        "jti": uuid.uuid4().hex,
        "sub": str(public_id),
        "sid": str(sign_in),
        "epoch": epoch,
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": key_id(secret)})


def read(token: str) -> Claims:
    """What a token says, once it is known to be ours. Raises `TokenExpired` or `TokenRefused`."""
    try:
        header = jwt.get_unverified_header(token)
        # Nothing of the header is followed: it must say what ours say.
        secret = _keys().get(str(header.get("kid")))
        if header.get("alg") != ALGORITHM or header.get("typ") != TYPE or secret is None or "crit" in header:
            raise TokenRefused
        claims: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=audience(),
            issuer=settings.SITE_URL,
            options={"require": list(_REQUIRED), "strict_aud": True},
        )
        return Claims(uuid.UUID(claims["sub"]), uuid.UUID(claims["sid"]), int(claims["epoch"]))
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        raise TokenRefused from None


def audience() -> str:
    """For whom tokens are: this API."""
    return f"{settings.SITE_URL}/api/v1"


def key_id(secret: str) -> str:
    """The name of a key, which says nothing about it; it tells old and new apart while they rotate (R-103)."""
    return hashlib.blake2b(secret.encode(), digest_size=8, person=b"tesigo-kid").hexdigest()


def _keys() -> dict[str, str]:
    return {key_id(secret): secret for secret in (settings.API_JWT_SECRET, *settings.API_JWT_SECRET_FALLBACKS)}
