"""Who calls the API."""

from datetime import datetime
from typing import Final

from rest_framework.request import Request

from accounts.domain import api_signins, api_tokens
from accounts.errors import TokenRefused
from accounts.models import ApiSignIn, ApiToken, User

#: Longer tokens are none of ours.
_LONGEST_TOKEN_CHARACTERS: Final = 2_000


def caller_of(request: Request) -> User:
    """The person whose token or session the request came with, for routes that nobody else gets to."""
    assert isinstance(request.user, User)  # a route without scopes is shut
    return request.user


def opened_by(token: str, *, now: datetime) -> ApiSignIn | ApiToken:
    """The row that a token belongs to, of either kind, with its user. Raises a `TokenRefused`."""
    if not token or len(token) > _LONGEST_TOKEN_CHARACTERS:
        raise TokenRefused
    if token.startswith(api_tokens.PREFIX):
        return api_tokens.by_token(token, now=now)
    return api_signins.by_access_token(token, now=now)


def opens(token: str, *, now: datetime) -> bool:
    """Whether a token is somebody's and alive. What it may do is another question."""
    try:
        opened_by(token, now=now)
    except TokenRefused:
        return False
    return True
