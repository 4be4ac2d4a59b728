"""Requests of people who are signed in."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that `login_required` let through. A name for the type checker; no such object is ever made."""

    user: User
