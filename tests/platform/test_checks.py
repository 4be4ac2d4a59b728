"""Misconfiguration that only shows when the apps are loaded, and the commands that help out of it."""

import os
import subprocess
import sys
from typing import Any

from tesigo.checks import media_lies_outside_static, production_is_production, the_imprint_names_somebody
from tesigo.platform.own_secrets import OWN_SECRETS
from tesigo.platform.paths import ROOT


def test_a_deployment_that_is_not_production_is_warned(settings: Any) -> None:
    assert [warning.id for warning in production_is_production(None)] == ["tesigo.W001"]
    settings.IS_PRODUCTION = True
    assert production_is_production(None) == []


def test_an_imprint_without_an_address_is_warned_of(settings: Any) -> None:
    for imprint in ("", "A Company Ltd", "A Company Ltd\nSomewhere"):
        settings.IMPRINT = imprint
        assert [warning.id for warning in the_imprint_names_somebody(None)] == ["tesigo.W011"]
    settings.IMPRINT = "A Company Ltd\n1 Example Street\nTown"
    assert the_imprint_names_somebody(None) == []


def test_files_of_people_must_not_lie_among_the_static_files(settings: Any) -> None:
    assert media_lies_outside_static(None) == []
    settings.MEDIA_ROOT = settings.STATIC_ROOT / "media"
    assert [error.id for error in media_lies_outside_static(None)] == ["tesigo.E001"]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.environ["PATH"], "TESIGO_ENV": "production"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=bare | environ, capture_output=True, text=True, check=False, timeout=60
    )


def test_secrets_can_be_made_where_nothing_is_configured_yet() -> None:
    printed = run("generate_secrets").stdout.splitlines()
    assert [line.partition("=")[0] for line in printed] == list(OWN_SECRETS)
    assert all(len(line.partition("=")[2]) >= 64 for line in printed)


def test_production_names_every_mistake_and_does_not_start() -> None:
    ended = run(
        "check",
        SITE_URL="http://127.0.0.1:8000",
        SECRET_KEY="secret-" * 8,
        STRIPE_API_BASE="http://127.0.0.1:8010/stripe",
        NOTICE_BANNER="Sandbox",
        DATABASE_URL="postgres://tesigo:changeme@db/x",  # pragma: allowlist secret
        REDIS_URL="redis://:changeme@cache/0",
        EMAIL_URL="smtp+tls://tesigo:changeme@mail.example",  # pragma: allowlist secret
    )
    assert ended.returncode != 0
    told = ended.stdout + ended.stderr
    for name in (
        "SITE_URL",
        "SECRET_KEY",
        "SIGNIN_SECRET",
        "API_JWT_SECRET",
        "DATABASE_URL",
        "STRIPE_API_BASE",
        "NOTICE_BANNER",
        "REDIS_URL",
        "EMAIL_URL",
        "ALERT_EMAILS",
        "CONTACT_EMAIL",
        "IMPRINT",
    ):
        assert name in told
    assert told.count("holds a password that is easily guessed") == 3
    assert "changeme" not in told
