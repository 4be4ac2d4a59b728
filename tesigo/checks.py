"""System checks: misconfiguration that only shows when the apps are loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from documents.domain import manifest_keys
from documents.sources.rules import RULES, lacks
from tesigo.platform.urls import IDLE_IN_TRANSACTION_SECONDS


@register(Tags.security, deploy=True)
def production_is_production(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A deployment must run as one: TESIGO_ENV decides what the settings refuse."""
    if settings.IS_PRODUCTION:
        return []
    return [Warning("This is not a production environment.", hint="Set TESIGO_ENV=production.", id="tesigo.W001")]


@register(Tags.security, deploy=True)
def the_imprint_names_somebody(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A name alone is no imprint: it takes an address, which begins on a second line and has a figure in it (R-59)."""
    lines = [line for line in settings.IMPRINT.splitlines() if line.strip()]
    if len(lines) > 1 and any(character.isdigit() for line in lines[1:] for character in line):
        return []
    hint = "Set IMPRINT to the name and the address of who answers for the site, lines separated by \\n."
    return [Warning("The imprint has no address.", hint=hint, id="tesigo.W011")]


@register(Tags.compatibility)
def search_services_have_what_they_need(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A search service that has an address but not what it asks for is never asked: say so at the start (R-95)."""
    return [
        Warning(
            f"{RULES[name].title} has an address but is not asked: it needs {needs}.",
            hint=f"Set it, or take {name.upper()}_URL away.",
            id="tesigo.W002",
        )
        for name, values in settings.SOURCE_SERVICES.items()
        if values["url"] and (needs := lacks(name, key=values["key"], contact=values["contact"]))
    ]


@register(Tags.translation)
def languages_are_compiled(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A language whose catalog was not compiled is chosen, and read in English (R-04)."""
    return [
        Warning(
            f"The catalog of {name} is not compiled.",
            hint="Run `python -m tesigo.platform.catalogs compile`.",
            id="tesigo.W005",
        )
        for code, name in settings.LANGUAGES
        if code != settings.LANGUAGE_CODE
        and not (settings.LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.mo").exists()
    ]


@register(Tags.security)
def media_lies_outside_static(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """What people hand in must never be served as a file of the site (R-80)."""
    media, static = Path(settings.MEDIA_ROOT).resolve(), Path(settings.STATIC_ROOT).resolve()
    if media == static or static in media.parents or media in static.parents:
        return [Error("MEDIA_ROOT and STATIC_ROOT overlap.", hint="Give each its own folder.", id="tesigo.E001")]
    return []


@register(Tags.database)
def sessions_behind_the_pooler_are_bounded(
    app_configs: Any, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """A process that freezes within a transaction keeps its locks: PgBouncer takes no such setting from us (R-12)."""
    if not settings.DATABASE_IS_POOLED or "default" not in (databases or ()):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('idle_in_transaction_session_timeout'), current_user")
        limit, role = cursor.fetchone() or ("0", "")
    if limit != "0":
        return []
    return [
        Warning(
            "Sessions behind PgBouncer may wait within a transaction for ever, and keep what they have locked.",
            hint=f"""ALTER ROLE "{role}" SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS}s';""",
            id="tesigo.W010",
        )
    ]


@register(Tags.security, deploy=True)
def production_has_backups(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A site that keeps other people's work has backups (R-120)."""
    if not settings.IS_PRODUCTION or settings.BACKUP_PLACES:
        return []
    hint = "Set BACKUP_DESTINATIONS; docs/operating.md says what else."
    return [Warning("There are no backups: no destination is set.", hint=hint, id="tesigo.W003")]


@register(Tags.security)
def manifests_can_be_signed(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A key that is none would fail each file (R-18)."""
    try:
        manifest_keys.published()
    except ValueError as error:
        hint = "Set MANIFEST_SIGNING_KEY to what `openssl rand -base64 32` prints."
        return [Error(str(error), hint=hint, id="tesigo.E003")]
    return []


@register(Tags.security, deploy=True)
def production_signs_manifests(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Without a key nobody can tell that a manifest is ours (R-18)."""
    if not settings.IS_PRODUCTION or settings.MANIFEST_SIGNING_KEY:
        return []
    hint = "Set MANIFEST_SIGNING_KEY; docs/operating.md says how."
    return [Warning("What files say of their citations is not signed: there is no key.", hint=hint, id="tesigo.W004")]
