"""Who calls the API, for routes that nobody else gets to."""

from rest_framework.request import Request

from accounts.models import User


def caller_of(request: Request) -> User:
    """The person whose token or session the request came with."""
    assert isinstance(request.user, User)  # a route without scopes is shut
    return request.user
