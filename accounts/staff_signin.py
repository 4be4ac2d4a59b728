"""The password door of the administration: how django-axes counts and what it answers (R-55)."""

import math
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.domain import addresses
from accounts.domain.client import client_ip
from accounts.limited import limited

_MOST = 255


def axes_username(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The name to count failures by: as it is looked up, so that other letter case is no other name.

    axes alone would record None, because our user has no field `username`, and never lock anybody out.
    """
    given = credentials or {}
    typed = given.get("username") or given.get("email") or request.POST.get("username") or ""
    return addresses.login_name(str(typed))[:_MOST]


def axes_client_ip(request: HttpRequest) -> str | None:
    """The caller's address; forged proxy headers change nothing."""
    return client_ip(request)


def locked_out(request: HttpRequest, *_details: object) -> HttpResponse:
    """The answer to too many wrong passwords."""
    return limited(request, retry_after=math.ceil(settings.AXES_COOLOFF_TIME.total_seconds()))
