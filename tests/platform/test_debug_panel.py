"""The panel is on a developer's machine alone (R-114)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.test import RequestFactory

from tesigo.platform.debug_panel import is_shown, panel_is_of_development
from tesigo.platform.paths import ROOT


@contextmanager
def installed() -> Iterator[None]:
    """With the panel among the apps, as somebody could bring it there."""
    asked = apps.is_installed
    apps.is_installed = lambda app_name: app_name == "debug_toolbar" or asked(app_name)  # type: ignore[method-assign]  # for a moment
    try:
        yield
    finally:
        apps.is_installed = asked  # type: ignore[method-assign]  # as above


@pytest.mark.parametrize("environment", ["production", "test"])
def test_elsewhere_it_is_refused_at_the_start(environment: str) -> None:
    environ = os.environ | {"TESIGO_ENV": environment, "DEBUG_PANEL": "true"}
    ran = subprocess.run(
        [sys.executable, "-c", "from tesigo import settings"], cwd=ROOT, env=environ, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ran.returncode != 0
    assert b"DEBUG_PANEL is for development only." in ran.stderr


def test_brought_in_by_another_way_it_fails_the_check(settings: Any) -> None:
    assert not configured.DEBUG_PANEL
    assert "debug_toolbar" not in configured.INSTALLED_APPS
    assert panel_is_of_development(None) == []
    with installed():
        assert [one.id for one in panel_is_of_development(None)] == ["tesigo.E002"]
        settings.ENVIRONMENT = "development"
        assert panel_is_of_development(None) == []


@pytest.mark.parametrize(
    ("environment", "panel", "address", "expected"),
    [
        ("development", True, "127.0.0.1", True),
        ("development", True, "::1", True),
        ("development", True, "192.0.2.7", False),
        ("development", True, "", False),
        ("development", False, "127.0.0.1", False),
        ("production", True, "127.0.0.1", False),
        ("test", True, "127.0.0.1", False),
    ],
)
def test_it_is_shown_to_a_browser_on_the_same_machine(
    settings: Any, environment: str, panel: bool, address: str, expected: bool
) -> None:
    settings.ENVIRONMENT, settings.DEBUG_PANEL = environment, panel
    assert is_shown(RequestFactory().get("/", REMOTE_ADDR=address)) is expected


def test_what_one_web_process_noted_another_shows() -> None:
    development = {"TESIGO_ENV": "development", "DJANGO_SETTINGS_MODULE": "tesigo.settings"}
    environ = os.environ | development | {"DEBUG_PANEL": "true"}
    begin = "import django; django.setup(); from debug_toolbar.store import get_store; store = get_store(); "
    for program in ("store.set('of-one-page')", "assert store.exists('of-one-page'); store.clear()"):
        ran = subprocess.run(
            [sys.executable, "-c", begin + program], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
