"""What an upgrade needs, and whether it is so: before it, and after it (R-130). `docs/upgrading.md` says how."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tesigo import waiting
from tesigo.platform import conditions, duty, machine, shared_redis, workers
from tesigo.platform.counted import counted
from tesigo.platform.env import Env
from tesigo.platform.migration_safety import Safety, created_by, judge
from tesigo.version import VERSION

#: What this version is tested with; older ones lack something that it uses.
LEAST_POSTGRESQL: Final = (18, 0)
LEAST_REDIS: Final = (6, 2)
#: A backup to go back to: not older than one night and its morning.
BACKUP_WITHIN: Final = timedelta(hours=26)
#: Age after which a secret that lies in a file is due to be changed.
SECRETS_LAST: Final = timedelta(days=365)

#: As the changelog calls what comes with the next version.
UNRELEASED: Final = "Unreleased"
#: Optional settings by the version that brought them, as the changelog names it, and what is missing without them.
NEW_SETTINGS: Final[dict[str, dict[str, str]]] = {
    "1.0.0": {
        "ALERT_EMAILS": "nobody is told of anything by mail",
        "S3_BUCKET": "files lie on the local disk",
    },
    UNRELEASED: {
        "BACKUP_DESTINATIONS": "nothing is backed up",
        "CDN_URL": "no CDN before the storage",
        "CLAMD_URL": "no virus scanner looks at files",
        "LOG_DIR": "the log goes to standard output alone",
        "METRICS_PORT": "no port of their own for figures",
        "METRICS_TOKEN": "no figures at /metrics of the site",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "no traces, unless OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set",
        "READY_TOKEN": "/ready tells nobody of workers, providers, disk, memory and the version",
        "S3_PUBLIC_URL": "downloads pass through the site, also where files lie in S3",
        "SENTRY_DSN": "errors stand in the log alone",
        "TELEGRAM_BOT_TOKEN": "no alerts by Telegram",
        "VAT_NUMBER": "the imprint names no VAT number",
    },
}
SECRETS: Final = ("SECRET_KEY", "SIGNIN_SECRET", "API_JWT_SECRET", "MAIL_EVENTS_SECRET", "READY_TOKEN")


class State(StrEnum):
    """How a point stands. Only BAD keeps from upgrading."""

    OK = "ok"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True)
class Point:
    """One line of the report."""

    name: str
    state: State
    words: str


def report(*, now: datetime | None = None) -> list[Point]:
    """Every point; what cannot be asked is a point that is bad."""
    now = now or timezone.now()
    points = []
    for name, look in _LOOKS.items():
        try:
            points += [Point(name, state, words) for state, words in look(now)]
        except ProgrammingError:
            # Before an upgrade the tables of this version need not be there.
            points.append(Point(name, State.LOOK, "cannot be asked before the migrations that wait are applied"))
        except Exception as error:
            points.append(Point(name, State.BAD, f"could not be asked ({type(error).__name__})"))
    return points


_Found = Iterator[tuple[State, str]]


def _version(now: datetime) -> _Found:
    yield State.OK, f"this is {VERSION}"


def _settings(now: datetime) -> _Found:
    """Those that must be set were judged at the start of this command already."""
    yield State.OK, "everything that must be set is set"
    env = Env()
    for version, names in NEW_SETTINGS.items():
        for name, without in names.items():
            if not env.str(name, ""):
                since = "new, not released yet" if version == UNRELEASED else f"since {version}"
                yield State.LOOK, f"{name} ({since}) is not set: {without}"


def _postgresql(now: datetime) -> _Found:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        number = int(cursor.fetchone()[0])
    yield _at_least((number // 10_000, number % 10_000), LEAST_POSTGRESQL)


def _redis(now: datetime) -> _Found:
    said: Any = shared_redis.client(settings.REDIS_URL).info("server")
    yield _at_least(tuple(int(part) for part in str(said["redis_version"]).split(".")[:2]), LEAST_REDIS)


def _at_least(found: tuple[int, ...], least: tuple[int, ...]) -> tuple[State, str]:
    words = ".".join(str(part) for part in found)
    if found >= least:
        return State.OK, words
    return State.BAD, f"{words} is too old: {'.'.join(str(part) for part in least)} is needed"


def _migrations(now: datetime) -> _Found:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        yield State.OK, "all are applied"
    if not executor.loader.applied_migrations:
        yield State.LOOK, f"an empty database: {counted(len(plan), 'migration')} to apply for the first time"
        return
    states = {Safety.SAFE: State.OK, Safety.LOOK: State.LOOK, Safety.UNSAFE: State.BAD}
    made = {(migration.app_label, model) for migration, _ in plan for model in created_by(migration)}
    for migration, _is_backwards in plan:
        verdict = judge(migration, new_tables=[model for label, model in made if label == migration.app_label])
        name = f"{migration.app_label}.{migration.name}"
        why = f": {'; '.join(verdict.reasons)}" if verdict.reasons else ""
        yield states[verdict.safety], f"{name} waits, {verdict.safety} while the version before runs{why}"
    unknown = sorted(executor.loader.applied_migrations.keys() - executor.loader.graph.nodes.keys())
    ours = {config.label for config in apps.get_app_configs()}
    for label, name in unknown:
        if label in ours and (label, name) not in executor.loader.disk_migrations:
            yield State.LOOK, f"{label}.{name} was applied by another version, and is not known here"


def _disk(now: datetime) -> _Found:
    for one in machine.disks():
        words = f"{', '.join(one.names)}: {one.free >> 20:,} MiB free ({one.free_percent} %)"
        yield (State.BAD, f"{words}, too little") if one.is_low else (State.OK, words)


def _backup(now: datetime) -> _Found:
    """The newest that was verified, as the runs of backups are kept."""
    try:
        runs = apps.get_model("platform", "BackupRun")._default_manager
    except LookupError:
        yield State.LOOK, "this version keeps no backups: see to one yourself"
        return
    newest = runs.exclude(verified_at=None).exclude(kind="drill").order_by("-verified_at").first()
    if newest is None or newest.verified_at is None:
        yield State.BAD, "none was ever verified"
        return
    hours = int((now - newest.verified_at).total_seconds() // 3600)
    is_fresh = now - newest.verified_at <= BACKUP_WITHIN
    yield (State.OK if is_fresh else State.BAD), f"the last that was verified is {counted(hours, 'hour')} old"


def _work(now: datetime) -> _Found:
    counts = [one for one in waiting.counts(duty.kinds(), now=now) if one.given_up or one.late]
    if not counts:
        yield State.OK, "nothing was given up, nothing is late"
    for one in counts:
        yield State.LOOK, f"{one.kind.name}: {one.given_up} given up, {one.late} late"


def _workers(now: datetime) -> _Found:
    present = workers.present(now=now)
    if not present:
        yield State.LOOK, "none has worked within two minutes"
    for worker in present:
        if worker.version == VERSION:
            yield State.OK, f"{worker.node} runs {worker.version}"
        else:
            yield State.LOOK, f"{worker.node} runs {worker.version}, not {VERSION}"


def _conditions(now: datetime) -> _Found:
    found = conditions.open_conditions()
    if not found:
        yield State.OK, "nothing is wrong"
    for row in found:
        yield State.LOOK, f"since {row.since:%Y-%m-%d %H:%M} UTC: {row.subject}"


def _secrets(now: datetime) -> _Found:
    """By their old values that are still taken, and by the age of files that hold them; never by a value."""
    is_quiet = True
    for name in SECRETS:
        if getattr(settings, f"{name}_FALLBACKS", None):
            is_quiet = False
            yield State.LOOK, f"{name} is being rotated: an old value is still taken ({name}_FALLBACKS)"
        path = os.environ.get(f"{name}_FILE", "")
        if path and Path(path).is_file() and time.time() - Path(path).stat().st_mtime > SECRETS_LAST.total_seconds():
            is_quiet = False
            yield State.LOOK, f"{name} has not been changed for a year"
    if is_quiet:
        yield State.OK, "none is being rotated or known to be old"


_LOOKS: Final[dict[str, Callable[[datetime], _Found]]] = {
    "version": _version,
    "settings": _settings,
    "PostgreSQL": _postgresql,
    "Redis": _redis,
    "migrations": _migrations,
    "disk": _disk,
    "backup": _backup,
    "work": _work,
    "workers": _workers,
    "conditions": _conditions,
    "secrets": _secrets,
}
