"""Whether every migration of this version was applied: by their names, without loading them (R-130)."""

import pkgutil
import threading
from importlib.util import find_spec
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import connection

_lock: Final = threading.Lock()
_known: frozenset[tuple[str, str]] | None = None
_all_applied = False


def missing() -> frozenset[tuple[str, str]]:
    """App and name of the migrations that the database lacks. Once none does, it is not asked again.

    Raises psycopg.Error, within seconds.
    """
    global _all_applied
    if _all_applied:
        return frozenset()
    question = "SELECT app, name FROM django_migrations"
    applied = frozenset(connection.ask(question))  # type: ignore[attr-defined]  # our backend's
    lacking = needed() - applied
    _all_applied = not lacking
    return lacking


def forget() -> None:
    """Has the database asked again."""
    global _all_applied
    _all_applied = False


def needed() -> frozenset[tuple[str, str]]:
    """App and name of every migration that belongs to this version, its libraries' included."""
    global _known
    with _lock:
        if _known is None:
            _known = frozenset(
                (app.label, name) for app in apps.get_app_configs() for name in _names(app.name, app.label)
            )
        return _known


def _names(package: str, label: str) -> list[str]:
    module = settings.MIGRATION_MODULES.get(label, f"{package}.migrations")
    spec = find_spec(module) if module else None
    places = spec.submodule_search_locations if spec else None
    return [one.name for one in pkgutil.iter_modules(places or []) if one.name[0] not in "_~" and not one.ispkg]
