"""The whole site as processes of their own, on the test environment: sandbox, web, worker and beat."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from django.core.management import call_command

from local.supervisor import Child, Supervisor
from tesigo.celery import app
from tests import environment

STOP_ORDER = ("web", "worker", "beat", "sandbox")
START_SECONDS = 180


@contextmanager
def running_site(home: Path) -> Iterator[str]:
    """Runs the site on this process's own database, ports and Redis number; gives its address.

    The database is made anew before and after, so that neither side sees the other's rows. What the processes say is
    in ``home/log``.
    """
    environment.drop_database()
    environment.create_database()
    lines: list[str] = []
    supervisor = Supervisor(home=home, say=lines.append)
    call_command("collectstatic", interactive=False, verbosity=0)
    site = os.environ["SITE_URL"]
    try:
        for child in children(home):
            supervisor.start(child)
        wait_for(f"{site}/health", supervisor, lines)
        wait_for(os.environ["MAIL_INBOX_URL"], supervisor, lines)
        wait_for_worker(supervisor, lines)
        yield site
    finally:
        supervisor.stop(STOP_ORDER)
        environment.drop_database()
        environment.create_database()


def children(home: Path) -> list[Child]:
    """The programs of a site; one drain of eight steps is plenty for a test."""
    python, environ = sys.executable, os.environ
    celery = [python, "-m", "celery", "--quiet", "-A", "tesigo"]
    worker = [*celery, "worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    web = [python, "-m", "uvicorn", "tesigo.asgi:application", "--host", "127.0.0.1", "--port", environ["SITE_PORT"]]
    sandbox = [python, "-m", "sandbox", "--port", environ["SANDBOX_PORT"], "--smtp-port", environ["SANDBOX_SMTP_PORT"]]
    webhooks = ["--webhook-url", f"{environ['SITE_URL']}/stripe/webhook/"]
    return [
        Child("sandbox", [*sandbox, *webhooks, "--webhook-secret", environ["STRIPE_WEBHOOK_SECRET"]]),
        Child("web", [*web, "--lifespan", "off", "--no-access-log", "--no-proxy-headers"]),
        Child("worker", worker),
        Child("beat", [*celery, "beat", "--loglevel=INFO", "--pidfile="]),
    ]


def wait_for(url: str, supervisor: Supervisor, lines: list[str]) -> None:
    """Returns once the address answers."""

    def answers() -> bool:
        try:
            return httpx.get(url, timeout=2, follow_redirects=True).status_code < 500
        except httpx.HTTPError:
            return False

    _wait(url, answers, supervisor, lines)


def wait_for_worker(supervisor: Supervisor, lines: list[str]) -> None:
    """Returns once a worker takes jobs: a page may be there long before, and the first mail would be late."""
    _wait("the worker", lambda: bool(app.control.ping(timeout=1)), supervisor, lines)


def _wait(what: str, answers: Callable[[], bool], supervisor: Supervisor, lines: list[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        supervisor.look_after()
        if answers():
            return
        time.sleep(0.1)
    raise RuntimeError(f"{what} does not answer:\n" + "\n".join(lines[-60:]))
