import os
import secrets
import shutil
import sys
import time
from argparse import ArgumentParser
from http.client import HTTPConnection, HTTPException
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tesigo.platform.local_env import BACKUP_KEY, PORTS, uses_sandbox
from tesigo.platform.postgres_server import PostgresError
from tesigo.platform.processes import file_lock, port_is_free
from tesigo.platform.redis_server import RedisError
from tesigo.platform.setting_up import telling
from tesigo.platform.stack import VAR, Stack
from tesigo.platform.static_files import collect_if_changed
from tesigo.platform.supervisor import Child, Supervisor

STOP_ORDER = ("web", "worker", "beat", "sandbox", "receivewal")
HEALTH_SECONDS = 60
WORKER_SECONDS = 30


class Command(BaseCommand):
    """Starts everything on this machine and keeps it running until Ctrl-C: what `make run` calls."""

    help = "Starts servers, site, worker, beat and sandbox, and keeps them running."
    # The database is not there yet.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How staff sign in for the first time."""
        parser.add_argument("--staff-email", default=os.environ.get("STAFF_EMAIL", "staff@tesigo.example"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Sets up what is missing, starts the children, looks after them, stops them in order."""
        with file_lock(VAR / "up.lock", wait=False) as is_only_one:
            if not is_only_one:
                raise CommandError(f"TesiGo is already running at {settings.SITE_URL}.", returncode=2)
            self.supervisor = Supervisor(home=VAR, say=self.say)
            self.supervisor.end_orphans()
            self._refuse_taken_ports()
            self.supervisor.take_signals()
            stack = Stack(VAR)
            try:
                self._set_up(stack, staff_email=options["staff_email"])
                self._start_children()
                self._stay(stack)
            except (PostgresError, RedisError) as error:
                raise CommandError(str(error)) from error
            finally:
                self.say("Stopping …")
                self.supervisor.stop(STOP_ORDER)
                stack.stop()
                self.say("Stopped. Everything is kept for the next start.")

    def say(self, text: str) -> None:
        """Prints at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def _refuse_taken_ports(self) -> None:
        names = list(PORTS) if uses_sandbox(os.environ) else ["SITE_PORT"]
        taken = [name for name in names if not port_is_free(int(os.environ[name]))]
        if taken:
            lines = [f"Port {os.environ[name]} is taken by another program ({name})." for name in taken]
            choice = " ".join(f"{name}={int(os.environ[name]) + 1000}" for name in taken)
            lines.append(f"Choose other ports, for instance: {choice} make run")
            raise CommandError("\n".join(lines), returncode=2)

    def _set_up(self, stack: Stack, *, staff_email: str) -> None:
        if not any(stack.pids().values()):
            self.say("Starting PostgreSQL and Redis …")
        stack.start()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
            self.say(f"Setting up the database, {len(steps)} steps: a few minutes the first time …")
            with telling(self.say, total=len(steps)) as output:
                call_command("migrate", interactive=False, stdout=output, no_color=True)
        if collect_if_changed(VAR / "static.stamp"):
            self.say("Collected the static files.")
        self._create_staff(staff_email)
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one

    def _create_staff(self, email: str) -> None:
        from accounts.domain.staff import create_first_staff

        password = secrets.token_urlsafe(12)
        if create_first_staff(email=email, password=password):
            self.say(f"\nFirst staff user: {email}\nPassword, shown this once: {password}")
            self.say(
                "Sign in at /admin/ within three days: it asks for an app with codes and for a password of your own.\n"
            )

    def _start_children(self) -> None:
        python, environ = sys.executable, os.environ
        if uses_sandbox(environ):
            sandbox = {
                "--port": environ["SANDBOX_PORT"],
                "--smtp-port": environ["SANDBOX_SMTP_PORT"],
                "--state": str(VAR / "sandbox.json"),
                "--webhook-url": f"{settings.SITE_URL}/stripe/webhook/",
                "--webhook-secret": environ["STRIPE_WEBHOOK_SECRET"],
            }
            self.supervisor.start(Child("sandbox", [python, "-m", "sandbox", *chain.from_iterable(sandbox.items())]))
        web = [python, "-m", "uvicorn", "tesigo.asgi:application", "--host=127.0.0.1", f"--port={environ['SITE_PORT']}"]
        web += ["--lifespan=off", "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown=5"]
        # Forwarded addresses are judged by the application, which knows how many proxies are ours.
        web += ["--no-proxy-headers"]
        # Static files are plain iterators, which WhiteNoise hands on as they are; they are small.
        calm = {"PYTHONWARNINGS": "ignore:StreamingHttpResponse must consume synchronous iterators:Warning"}
        self.supervisor.start(Child("web", web, environ=calm))
        # The first page matters most: the others share the processors only after it.
        answers = self._wait_for_site()
        celery = [python, "-m", "celery", "--quiet", "-A", "tesigo"]
        worker = Child(
            "worker",
            [
                *celery,
                "worker",
                "--autoscale=10,2",
                "--queues=celery,backup",
                "--loglevel=INFO",
                "--without-gossip",
                "--without-mingle",
            ],
            # On SIGTERM give back within CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT instead of waiting for the whole task.
            environ={
                "REMAP_SIGTERM": "SIGQUIT",
                # In a container everybody is root.
                "PYTHONWARNINGS": "ignore:You're running the worker with superuser:UserWarning",
            },
            ready=" ready.",
            # What the pool does by itself, and what is not so here: a second Ctrl-C reaches us, not the worker.
            unsaid=("Scaling up", "Scaling down", "Hitting Ctrl+C again"),
            stop_seconds=settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT + 10,
        )
        beat = Child("beat", [*celery, "beat", "--loglevel=INFO", "--pidfile="])
        if not self.supervisor.is_stopping:
            self.supervisor.start(worker)
            self.supervisor.start(beat)
        # The addresses come last, where they are seen: what the others say at their start stands above them.
        deadline = time.monotonic() + WORKER_SECONDS
        while not worker.is_ready.is_set() and time.monotonic() < deadline and not self.supervisor.is_stopping:
            self.supervisor.look_after()
            time.sleep(0.1)
        if answers and not self.supervisor.is_stopping:
            self._announce()
        # Only now: the first page and the worker come before it.
        if not self.supervisor.is_stopping:
            self._start_backups()

    def _start_backups(self) -> None:
        """Role and slot, keys, pg_receivewal, and the backup that is due. Without them the site runs all the same."""
        if not settings.BACKUP_PLACES:
            if not any(name.startswith("BACKUP_") for name in os.environ):
                why = "gpg is missing (package gnupg)" if shutil.which("gpg") is None else "DATABASE_URL is your own"
                self.say(f"No backups are taken: {why}, and BACKUP_DESTINATIONS is not set.")
            return
        from tesigo.platform.backup import keys, receiving, server, timetable
        from tesigo.platform.backup.errors import BackupError

        try:
            if keys.public_file(BACKUP_KEY) == settings.BACKUP_RECIPIENTS_FILE:
                keys.make_local_pair(BACKUP_KEY)
                (VAR / "backups").mkdir(mode=0o700, exist_ok=True)
            url = settings.BACKUP_DATABASE_URL
            for left in server.prepare(site_url=os.environ["DATABASE_URL"], backup_url=url):
                self.say(f"For backups PostgreSQL still needs: {left.what} (`manage.py prepare_backups` says how.)")
            words, environ = receiving.command(url=url, spool=settings.BACKUP_SPOOL)
            self.supervisor.start(Child("receivewal", words, environ=environ))
            asked = timetable.ask_due(now=timezone.now())
        except (BackupError, DatabaseError, psycopg.Error, OSError) as error:
            self.say(f"Backups could not be started ({type(error).__name__}): {str(error).strip()[:300]}")
            return
        finally:
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
        names = ", ".join(place.name for place in settings.BACKUP_PLACES)
        where = os.path.relpath(VAR / "backups") if names == "local" else names
        self.say(f"Backups go to {where}." + (f" A {asked.kind} one is being taken." if asked else ""))

    def _wait_for_site(self) -> bool:
        deadline = time.monotonic() + HEALTH_SECONDS
        while time.monotonic() < deadline and not self.supervisor.is_stopping:
            self.supervisor.look_after()
            if _answers(int(os.environ["SITE_PORT"])):
                return True
            time.sleep(0.1)
        if not self.supervisor.is_stopping:
            self.say(f"The site does not answer yet; {VAR / 'log' / 'web.log'} says why.")
        return False

    def _announce(self) -> None:
        lines = ["", f"{settings.SITE_NAME} is running.", f"  Site   {settings.SITE_URL}/"]
        lines.append(f"  Admin  {settings.SITE_URL}/admin/")
        if settings.MAIL_INBOX_URL:
            lines.append(f"  Mails  {settings.MAIL_INBOX_URL}")
        lines += [f"  Logs   {Path(os.path.relpath(VAR / 'log'))}/", "  Ctrl-C stops everything.", ""]
        self.say("\n".join(lines))

    def _stay(self, stack: Stack) -> None:
        next_look = 0.0
        while not self.supervisor.is_stopping:
            self.supervisor.look_after()
            if time.monotonic() > next_look:
                self._look_after_servers(stack)
                next_look = time.monotonic() + 1
            time.sleep(0.1)

    def _look_after_servers(self, stack: Stack) -> None:
        dead = [name for name, pid in stack.pids().items() if pid is None]
        urls = stack.urls({})
        ours = {"postgres": urls["DATABASE_URL"], "redis": urls["REDIS_URL"]}
        if any(ours[name] in os.environ.values() for name in dead):
            self.say(f"{' and '.join(dead)} ended; starting again.")
            try:
                stack.start()
            except (PostgresError, RedisError) as error:
                # The remains of a killed server may need a moment to go; the next look tries again.
                self.say(str(error))


def _answers(port: int) -> bool:
    site = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        # Whatever it says, a redirect to https for instance: it is there.
        site.request("GET", "/health", headers={"Host": settings.SITE_HOST})
        return site.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        site.close()
