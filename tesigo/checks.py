"""System checks: misconfiguration that only shows when the apps are loaded."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def production_is_production(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A deployment must run as one: TESIGO_ENV decides what the settings refuse."""
    if settings.IS_PRODUCTION:
        return []
    return [Warning("This is not a production environment.", hint="Set TESIGO_ENV=production.", id="tesigo.W001")]


@register(Tags.security)
def media_lies_outside_static(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """What people hand in must never be served as a file of the site (R-80)."""
    media, static = Path(settings.MEDIA_ROOT).resolve(), Path(settings.STATIC_ROOT).resolve()
    if media == static or static in media.parents or media in static.parents:
        return [Error("MEDIA_ROOT and STATIC_ROOT overlap.", hint="Give each its own folder.", id="tesigo.E001")]
    return []
