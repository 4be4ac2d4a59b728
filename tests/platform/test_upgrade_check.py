"""What an upgrade needs is named, and whether it is so (R-130)."""

import json
import os
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from tesigo import upgrading
from tesigo.platform import conditions, workers
from tesigo.platform.models import Alert, Worker
from tesigo.platform.paths import ROOT
from tesigo.upgrading import State
from tesigo.version import VERSION

NOW = timezone.now()


def points(name: str) -> list[tuple[State, str]]:
    return [(point.state, point.words) for point in upgrading.report(now=NOW) if point.name == name]


@pytest.mark.django_db(transaction=True)
class TestPoints:
    def test_versions_of_servers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert [state for name in ("PostgreSQL", "Redis") for state, _ in points(name)] == [State.OK, State.OK]
        monkeypatch.setattr(upgrading, "LEAST_POSTGRESQL", (99, 0))
        monkeypatch.setattr(upgrading, "LEAST_REDIS", (99, 0))
        for name in ("PostgreSQL", "Redis"):
            [(state, words)] = points(name)
            assert state == State.BAD
            assert "99.0 is needed" in words

    def test_a_migration_that_waits_is_named_with_its_verdict(self) -> None:
        assert points("migrations") == [(State.OK, "all are applied")]
        newest = MigrationRecorder.Migration.objects.filter(app="platform").latest("name")
        newest.delete()
        try:
            [(_, words)] = [found for found in points("migrations") if newest.name in found[1]]
        finally:
            MigrationRecorder.Migration.objects.create(app="platform", name=newest.name)
        assert words.startswith(f"platform.{newest.name} waits, ")

    def test_a_migration_of_another_version_is_named(self) -> None:
        other = MigrationRecorder.Migration.objects.create(app="platform", name="9999_of_tomorrow")
        try:
            found = points("migrations")
        finally:
            other.delete()
        assert (State.LOOK, "platform.9999_of_tomorrow was applied by another version, and is not known here") in found

    def test_workers_by_their_version(self) -> None:
        assert points("workers") == [(State.LOOK, "none has worked within two minutes")]
        workers.note(node="celery@new", now=NOW)
        workers.note(node="celery@old", now=NOW)
        Worker.objects.filter(node="celery@old").update(version="0.9.0")
        assert points("workers") == [
            (State.OK, f"celery@new runs {VERSION}"),
            (State.LOOK, f"celery@old runs 0.9.0, not {VERSION}"),
        ]

    def test_work_that_was_given_up_and_what_is_wrong(self) -> None:
        assert points("work") == [(State.OK, "nothing was given up, nothing is late")]
        assert points("conditions") == [(State.OK, "nothing is wrong")]
        Alert.objects.create(key="k", subject="s", text="t", due_at=None, given_up_at=NOW)
        conditions.raise_condition(key="disk", subject="The disk is full", text="t", now=NOW)
        assert (State.LOOK, "alert: 1 given up, 0 late") in points("work")
        assert [words.endswith(": The disk is full") for _, words in points("conditions")] == [True]

    def test_a_disk_that_is_full_keeps_from_upgrading(self, settings: Any) -> None:
        settings.DISK_FREE_LEAST_PERCENT, settings.DISK_FREE_LEAST_BYTES = 90, 1 << 62
        assert State.BAD in {state for state, _ in points("disk")}

    def test_secrets_by_their_old_values_and_the_age_of_their_files(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        assert points("secrets") == [(State.OK, "none is being rotated or known to be old")]
        settings.SIGNIN_SECRET_FALLBACKS = ["an-old-value"]
        file = tmp_path / "key"
        file.write_text("a-value")
        os.utime(file, (0, 0))
        monkeypatch.setenv("SECRET_KEY_FILE", str(file))
        found = points("secrets")
        assert len(found) == 2
        assert "SECRET_KEY has not been changed for a year" in found[0][1]
        assert not any("value" in words.replace("old value", "") for _, words in found)

    def test_what_cannot_be_asked_is_bad_and_hides_nothing_else(self, settings: Any) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        [(state, words)] = points("Redis")
        assert state == State.BAD
        assert "could not be asked" in words
        assert points("PostgreSQL")[0][0] == State.OK

    def test_tables_that_come_with_the_version_do_not_keep_from_upgrading_to_it(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE platform_worker RENAME TO away")
        try:
            [(state, words)] = points("workers")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE away RENAME TO platform_worker")
        assert state == State.LOOK
        assert "before the migrations" in words

    def test_the_command_prints_all_of_it_and_its_exit_code_says_whether_it_is_well(self, settings: Any) -> None:
        out = StringIO()
        settings.DISK_FREE_LEAST_PERCENT, settings.DISK_FREE_LEAST_BYTES = 90, 1 << 62
        with pytest.raises(CommandError, match="keeps from upgrading") as stopped:
            call_command("upgrade_check", "--json", stdout=out)
        assert stopped.value.returncode == 1
        said = json.loads(out.getvalue())
        assert said["version"] == VERSION
        assert {point["name"] for point in said["points"]} == set(upgrading._LOOKS)
        table = StringIO()
        with pytest.raises(CommandError):
            call_command("upgrade_check", stdout=table)
        assert f"ok    version     this is {VERSION}" in table.getvalue()


#: Settings that came after 1.0.0 and that nobody misses: a default does, or they belong to another one.
SERVED_BY_A_DEFAULT = {
    "BACKUP_DATABASE_URL",
    "BACKUP_EARLIER_PUBLIC_KEYS",
    "BACKUP_RECIPIENTS_FILE",
    "BACKUP_SIGNING_KEY",
    "BACKUP_SPOOL",
    "BACKUP_SPOOL_MAX_BYTES",
    "CDN_KEY_ID",
    "CDN_PRIVATE_KEY",
    "S3_REGION",
    "CHECKS_PER_MINUTE",
    "COMMENTS_PER_DOCUMENT",
    "COMMENTS_PER_LINK_AND_DAY",
    "COMMENT_ANSWERS_PER_DAY",
    "COMMENT_FILES_PER_DAY",
    "DATABASE_IS_POOLED",
    "DEBUG_PANEL",
    "DISCLOSURES_PER_DAY",
    "DISCLOSURE_DAYS",
    "DISK_FREE_LEAST_BYTES",
    "DISK_FREE_LEAST_PERCENT",
    "FULL_TEXTS_PER_DOCUMENT",
    "LOG_FILE_BYTES",
    "OCR_AT_ONCE",
    "OCR_PROGRAM",
    "OCR_SECONDS",
    "OWN_STYLES_PER_DAY",
    "OWN_STYLES_PER_PERSON",
    "WORD_TEMPLATES_PER_DAY",
    "WORD_TEMPLATES_PER_PERSON",
    "EDITOR_CALLS_PER_MINUTE",
    "LOOKUPS_PER_DAY",
    "MANIFEST_EARLIER_PUBLIC_KEYS",
    "MANIFEST_SIGNING_KEY",
    "MEMORY_MOST_PERCENT",
    "METRICS_DIR",
    "METRICS_HOST",
    "METRICS_WORKER_PORT",
    "ORDERS_STOPPED_PER_DAY",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_PROPAGATORS",
    "OTEL_SDK_DISABLED",
    "OTEL_TRACES_EXPORTER",
    "REVIEW_LINKS_PER_DAY",
    "REVIEW_REQUESTS_PER_MINUTE",
    "REWRITINGS_PER_DAY",
    "REWRITINGS_PER_PAGE",
    "SLOW_SECONDS",
    "TELEGRAM_BASE_URL",
    "TELEGRAM_CHAT_IDS",
    "TESIGO_PROGRAM",
    "TRACE_QUERIES",
    "ZOTERO_URL",
}


def read_names() -> set[str]:
    text = (ROOT / "tesigo" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r'env\.\w+\(\s*"([A-Z][A-Z0-9_]*)"', text))


def test_a_setting_that_is_new_is_listed_or_served_by_a_default() -> None:
    first = set((Path(__file__).parent / "settings_of_1_0_0.txt").read_text(encoding="utf-8").split())
    listed = {name for version, names in upgrading.NEW_SETTINGS.items() if version != "1.0.0" for name in names}
    assert upgrading.NEW_SETTINGS["1.0.0"].keys() <= first
    assert listed | SERVED_BY_A_DEFAULT == read_names() - first
    assert listed.isdisjoint(SERVED_BY_A_DEFAULT)


def test_a_setting_that_is_missing_is_told_with_what_that_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_DESTINATIONS", "")
    words = "BACKUP_DESTINATIONS (new, not released yet) is not set: nothing is backed up"
    assert (State.LOOK, words) in points("settings")
    of_then = upgrading.NEW_SETTINGS[upgrading.UNRELEASED]
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "NEW_SETTINGS", {"1.1.0": of_then})
        assert (State.LOOK, words.replace("new, not released yet", "since 1.1.0")) in points("settings")
    monkeypatch.setenv("BACKUP_DESTINATIONS", "offsite")
    assert not any("BACKUP_DESTINATIONS" in words for _, words in points("settings"))


def test_settings_that_came_with_a_version_are_settings_and_stand_in_the_docs() -> None:
    docs = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    for names in upgrading.NEW_SETTINGS.values():
        assert names.keys() <= read_names()
        for name in names:
            assert f"`{name}`" in docs or name in docs
