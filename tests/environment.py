"""The environment of one test process: its own database, Redis number, folders and ports.

Several test runs share one PostgreSQL and one Redis below `var/test/`, which the last of them stops; what they do
there never meets, because names carry the process id. `TEST_DATABASE_URL` and `TEST_REDIS_URL` choose other servers
(the database user must be a superuser; every numbered database of that Redis is emptied).
"""

import atexit
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from local.stack import Stack
from tesigo.platform.paths import ROOT, VAR
from tesigo.platform.processes import file_lock, free_port, is_alive

HOME = VAR / "test"
REDIS_NUMBERS = 64
APPS = ("tesigo", "tesigo/platform", "privacy", "accounts", "documents", "billing", "generation")
#: What lets a test that commits leave the database as the migrations made it.
PRISTINE = Path(__file__).parent / "pristine.sql"
#: Where the first process of a run tells its xdist workers which servers it found.
_FOUND = "TESIGO_TEST_SERVERS"

#: Held until the process ends.
_locks = ExitStack()


def worker_name() -> str:
    """`main`, or the name of the xdist worker this process is."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def database_name() -> str:
    """The database of this process alone; it is made when the first test asks for it."""
    return f"test_{os.getpid()}_{worker_name()}"


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@cache
def servers() -> dict[str, str]:
    """`DATABASE_URL` and `REDIS_URL` of the test servers, started when they are ours."""
    _share_servers()
    if found := os.environ.get(_FOUND):
        urls: dict[str, str] = json.loads(found)
        return urls
    chosen = {name: os.environ.get(f"TEST_{name}", "") for name in ("DATABASE_URL", "REDIS_URL")}
    stack = Stack(HOME, durable=False)
    stack.settle_ports()
    urls = stack.start(chosen)
    os.environ[_FOUND] = json.dumps(urls)
    return urls


def _share_servers() -> None:
    """Keeps the servers up as long as this process lives; the last one to leave stops them."""
    HOME.mkdir(parents=True, exist_ok=True)
    users = (HOME / "users.lock").open("a")
    fcntl.flock(users, fcntl.LOCK_SH)

    def leave() -> None:
        with users, suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Stack(HOME, durable=False).stop()

    atexit.register(leave)


def _redis_number() -> int:
    for number in range(REDIS_NUMBERS):
        attempt = ExitStack()
        if attempt.enter_context(file_lock(HOME / "redis-numbers" / str(number), wait=False)):
            _locks.push(attempt.pop_all().__exit__)
            return number
        attempt.close()
    raise RuntimeError(f"{REDIS_NUMBERS} test processes are running already.")


def prepare() -> None:
    """Sets every variable that the settings read; called before Django is loaded."""
    found = servers()
    site, sandbox, smtp = (free_port() for _ in range(3))
    here = f"http://127.0.0.1:{sandbox}"
    folder = HOME / "files" / database_name()
    # WhiteNoise warns of a folder that is not there.
    (folder / "static").mkdir(parents=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "tesigo.settings",
            "TESIGO_ENV": "test",
            "DEBUG": "false",
            "LOG_LEVEL": "INFO",
            "SITE_URL": f"http://127.0.0.1:{site}",
            "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
            "CONTACT_EMAIL": "contact@tesigo.example",
            "IMPRINT": "TesiGo Tests\\n1 Example Street",
            "SITE_PORT": str(site),
            "SANDBOX_PORT": str(sandbox),
            "SANDBOX_SMTP_PORT": str(smtp),
            "DATABASE_URL": with_database(found["DATABASE_URL"], database_name()),
            "REDIS_URL": with_database(found["REDIS_URL"], str(_redis_number())),
            "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"),
            # Tests of it name a program themselves: on no machine does it depend on what is installed.
            "OCR_PROGRAM": "none",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "SIGNIN_SECRET": secrets.token_urlsafe(48),
            "API_JWT_SECRET": secrets.token_urlsafe(48),
            "OPENAI_API_KEYS": "sk-" + secrets.token_hex(24),
            "OPENAI_BASE_URL": f"{here}/openai/v1",
            "ANTHROPIC_API_KEYS": "sk-ant-" + secrets.token_hex(24),
            "ANTHROPIC_BASE_URL": f"{here}/anthropic",
            "STRIPE_SECRET_KEY": "sk_test_" + secrets.token_hex(16),
            "STRIPE_PUBLISHABLE_KEY": "pk_test_" + secrets.token_hex(16),
            "STRIPE_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(16),
            "STRIPE_API_BASE": f"{here}/stripe",
            "STRIPE_CHECKOUT_ORIGIN": here,
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
            "MAIL_INBOX_URL": f"{here}/inbox/",
            "TELEGRAM_BASE_URL": f"{here}/telegram",
            # How full this machine is says nothing of the tests.
            "MEMORY_MOST_PERCENT": "100",
            "DISK_FREE_LEAST_BYTES": "0",
            "NOTICE_BANNER": "Sandbox: nothing here is real.",
            "AI_BACKOFF_BASE": "0.05",
            "AI_BREAKER_SECONDS": "0.2",
            "LONGEST_OUTAGE_MINUTES": "0",
            "AI_RULES_SECONDS": "0",
        }
    )
    os.environ["ZOTERO_URL"] = f"{here}/zotero"
    for service in ("OPENALEX", "CROSSREF", "DATACITE", "SEMANTIC_SCHOLAR", "TAVILY", "PERPLEXITY"):
        os.environ[f"{service}_URL"] = f"{here}/{service.lower().replace('_', '')}"
        if service != "DATACITE":  # which gives none
            os.environ[f"{service}_API_KEY"] = secrets.token_hex(16)
        # Nobody waits for turns but where they are what is tested.
        os.environ[f"{service}_CALLS_PER_SECOND"] = "10000"


def create_database() -> None:
    """Makes this process's database as a copy of the migrated template, which is made when migrations changed."""
    contents = _template_contents()
    template = _template_name(contents)
    with file_lock(HOME / "template.lock"), _administration() as server:
        existing = {name for (name,) in server.execute("SELECT datname FROM pg_database")}
        for name in existing:
            owner = re.fullmatch(r"test_(\d+)_\w+", name)
            if owner and not is_alive(int(owner[1])):
                _drop(server, name)
        if template not in existing:
            _make_template(server, template, contents, earlier=_earlier_template(server, contents))
            for name in existing:
                if name.startswith("template_"):
                    _drop(server, name)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database_name()), sql.Identifier(template))
        )


def restore_database() -> None:
    """Leaves this process's database as the migrations made it, after a test that committed."""
    from django.db import connection  # not before the environment is prepared

    with connection.cursor() as cursor:
        cursor.execute("SELECT pristine.restore()")


def drop_database() -> None:
    """Removes this process's database, even if others are still connected; we ourselves leave before."""
    from django.db import connections  # not before the environment is prepared

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
    with _administration() as server:
        _drop(server, database_name())


def _administration() -> psycopg.Connection[tuple[str, ...]]:
    return psycopg.connect(with_database(servers()["DATABASE_URL"], "postgres"), autocommit=True)


def _drop(server: psycopg.Connection[tuple[str, ...]], name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _template_contents() -> dict[str, str]:
    """What a template is made of, each file with its hash: migrations of ours, the versions of packages, the reset."""
    # The roles of staff are written by a migration, from a module of their own.
    files = [ROOT / "requirements" / "base.txt", PRISTINE, ROOT / "tesigo" / "roles.py"]
    for app in APPS:
        files += sorted((ROOT / app / "migrations").glob("*.py"))
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _template_name(contents: dict[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
    return f"template_{digest[:16]}"


def _earlier_template(server: psycopg.Connection[tuple[str, ...]], contents: dict[str, str]) -> str | None:
    """The template that lacks fewest migrations and holds none that is not ours: most of a minute is saved by it."""
    rows = server.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
        " WHERE datname ~ '^template_[0-9a-f]{16}$'"
    )
    known = {name: set(json.loads(made_of).items()) for name, made_of in rows if made_of}
    fitting = {name: made_of for name, made_of in known.items() if made_of <= set(contents.items())}
    return max(fitting, key=lambda name: len(fitting[name]), default=None)


def _make_template(
    server: psycopg.Connection[tuple[str, ...]], name: str, contents: dict[str, str], *, earlier: str | None
) -> None:
    draft = f"{name}_draft"
    _drop(server, draft)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    server.execute(create.format(sql.Identifier(draft), sql.Identifier(earlier or "template1")))
    environ = os.environ | {"DATABASE_URL": with_database(servers()["DATABASE_URL"], draft)}
    with psycopg.connect(environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS pristine CASCADE")
    result = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"The migrations failed:\n{result.stdout}{result.stderr}")
    with psycopg.connect(environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(PRISTINE.read_bytes())
    made_of = sql.Literal(json.dumps(contents))
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(draft), made_of))
    # Only a finished one bears the name: an interrupted run leaves none behind.
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name)))
