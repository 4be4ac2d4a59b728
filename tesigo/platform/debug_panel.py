"""The panel of a developer's machine: who sees it, and that it is nowhere else (R-114)."""

import ipaddress
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.http import HttpRequest


def is_shown(request: HttpRequest) -> bool:
    """Only to a browser on this machine, in development."""
    if settings.ENVIRONMENT != "development" or not settings.DEBUG_PANEL:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@register(Tags.security)
def panel_is_of_development(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Whatever way it was installed by: it shows values of queries, and lets them be run again."""
    if settings.ENVIRONMENT == "development" or not apps.is_installed("debug_toolbar"):
        return []
    return [
        Error(
            "The debug panel is installed outside of development.",
            hint="Take debug_toolbar out of INSTALLED_APPS, and DEBUG_PANEL out of the environment.",
            id="tesigo.E002",
        )
    ]
