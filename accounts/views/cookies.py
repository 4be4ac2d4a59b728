"""Cookies of signing in: out of reach for scripts and other sites."""

from django.conf import settings
from django.http import HttpResponse


def set_cookie(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    """Sets a cookie for this site alone."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=settings.SITE_IS_HTTPS, httponly=True, samesite="Lax"
    )
