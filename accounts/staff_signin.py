"""The password door of the administration: how django-axes counts wrong tries, and its response (R-55)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import addresses
from accounts.domain import staff_browsers
from accounts.domain.client import client_ip
from tesigo.platform import come_back

#: What axes keeps of a name is 255 letters; a browser's own name takes 17 of them.
_MOST_NAME_LETTERS = 238


def axes_username(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The name to count failures by: as it is looked up, so that other letter case is no other name.

    axes alone would record None, because our user has no field `username`, and never lock anybody out. A browser that
    passed a second factor of the account before is counted by itself: guessing elsewhere does not shut it out.
    """
    given = credentials or {}
    typed = given.get("username") or given.get("email") or request.POST.get("username") or ""
    name = addresses.login_name(str(typed))[:_MOST_NAME_LETTERS]
    browser = staff_browsers.name_of(request.COOKIES.get(staff_browsers.COOKIE, ""), name)
    return f"{name} {browser}" if browser else name


def axes_client_ip(request: HttpRequest) -> str | None:
    """The caller's address; forged proxy headers change nothing."""
    return client_ip(request)


def locked_out(request: HttpRequest, *_details: object) -> HttpResponse:
    """The response after too many wrong passwords."""
    return come_back.later(request, wait=settings.AXES_COOLOFF_TIME)
