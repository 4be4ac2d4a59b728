"""The ground a benchmark stands on: servers, a database and an outside world of its own below ``var/bench/``.

The servers are started as ``make run`` starts them, with their data safe on disk. One benchmark runs at a time; the
migrated database is kept as a template until a migration changes.
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from local import local_env
from local.stack import Stack
from sandbox.client import Control
from sandbox.testing import run_in_process
from tesigo.platform.own_secrets import new_secrets
from tesigo.platform.paths import ROOT, VAR
from tesigo.platform.processes import file_lock, free_port

HOME: Final = VAR / "bench"
_DATABASE: Final = "benchmark"


@dataclass(frozen=True)
class Site:
    """Where things are. ``sandbox`` orders what the outside world does, ``folder`` holds files and logs of this run."""

    sandbox: Control
    folder: Path


@contextmanager
def site(*, latency: float = 0.0) -> Iterator[Site]:
    """Everything but workers, with Django set up, for the time of the block. ``latency``: seconds an AI call takes."""
    with ExitStack() as stack:
        if not stack.enter_context(file_lock(HOME / "run.lock", wait=False)):
            raise SystemExit("Another benchmark is running.")
        servers = Stack(HOME)
        servers.settle_ports()
        urls = servers.start({})
        stack.callback(servers.stop)
        folder = HOME / "files"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "static").mkdir(parents=True)
        _settle_environment(urls, folder)
        _make_database(urls["DATABASE_URL"])
        outside = ("--port", os.environ["SANDBOX_PORT"], "--smtp-port", os.environ["SANDBOX_SMTP_PORT"])
        running = stack.enter_context(run_in_process(options=(*outside, "--latency", str(latency))))
        _set_django_up()
        stack.callback(_leave_database)
        lift_limits()
        yield Site(running.control, folder)


def _settle_environment(urls: dict[str, str], folder: Path) -> None:
    """What the settings read, whatever is set outside: a benchmark never meets real keys."""
    prefixes = {
        "OPENAI_API_KEYS": "sk-",
        "ANTHROPIC_API_KEYS": "sk-ant-",
        "SEARCH_API_KEY": "",
        "STRIPE_SECRET_KEY": "sk_test_",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_",
        "STRIPE_WEBHOOK_SECRET": "whsec_",
        "TELEGRAM_BOT_TOKEN": "123456789:",
    }
    # Letters and digits only, as Stripe's keys are.
    keys = {name: prefix + secrets.token_hex(20) for name, prefix in prefixes.items()}
    ports = {name: str(free_port()) for name in local_env.PORTS}
    made = local_env.complete(
        {**ports, "DATABASE_URL": _in(urls["DATABASE_URL"], _DATABASE), "REDIS_URL": urls["REDIS_URL"]},
        kept={**new_secrets(), **keys, "MANIFEST_SIGNING_KEY": b64encode(secrets.token_bytes(32)).decode()},
        servers={},
    )
    os.environ.update(
        {
            **made,
            "DJANGO_SETTINGS_MODULE": "tesigo.settings",
            "TESIGO_ENV": "development",
            "DEBUG": "false",
            "LOG_LEVEL": "INFO",
            "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"),
        }
    )


def _make_database(server_url: str) -> None:
    """A copy of the migrated template, which is made anew when migrations changed."""
    template = f"template_{_fingerprint()}"
    with psycopg.connect(_in(server_url, "postgres"), autocommit=True) as server:
        names = {str(name) for (name,) in server.execute("SELECT datname FROM pg_database")}
        if template not in names:
            for name in names:
                if name.startswith("template_"):
                    _drop(server, name)
            _migrate(server, server_url, template)
        _drop(server, _DATABASE)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(_DATABASE), sql.Identifier(template)))


def _migrate(server: psycopg.Connection[tuple[object, ...]], server_url: str, template: str) -> None:
    draft = f"{template}_draft"
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
    print("setting up the database, once …", flush=True)
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": _in(server_url, draft)},
        check=True,
        timeout=600,
    )
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(template)))


def _drop(server: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _fingerprint() -> str:
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("tesigo/*/migrations/*.py")]):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _in(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _set_django_up() -> None:
    import django
    import redis

    with redis.Redis.from_url(os.environ["REDIS_URL"]) as store:
        store.flushall()
    django.setup()


def _leave_database() -> None:
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one


def lift_limits() -> None:
    """Limits of keys and budgets are data; what is measured here is how fast work goes that they let pass."""
    from generation.models import Budget, KeyLimit

    KeyLimit.objects.update(requests_per_minute=1_000_000, tokens_per_minute=2_000_000_000)
    Budget.objects.filter(euros__isnull=False).update(euros=1_000_000)
    Budget.objects.filter(tokens__isnull=False).update(tokens=10**12)
