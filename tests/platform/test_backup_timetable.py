"""Which backup is due when: full on Sundays, incremental else, and what was missed is caught up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from local.local_env import own_backups
from tesigo.platform.backup import runs, timetable
from tesigo.platform.models import BackupKind, BackupRun, BackupState
from tesigo.tasks import ask_backup, ask_file_backup, prune_backups, ship_wal

pytestmark = pytest.mark.django_db

#: A Saturday.
SATURDAY = datetime(2026, 11, 28, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def set_up(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BACKUP_PLACES = (object(),)  # type: ignore[attr-defined]
    monkeypatch.setattr(runs, "_makers", dict.fromkeys(BackupKind, "x"))


def ask(at: datetime) -> str | None:
    """What is asked for at a moment; it succeeds at once."""
    row = timetable.ask_due(now=at)
    BackupRun.objects.filter(due_at__isnull=False).update(state=BackupState.SUCCEEDED, due_at=None, ended_at=at)
    return row.kind if row else None


def test_over_two_weeks_of_hours_each_night_has_its_backup() -> None:
    asked: dict[datetime, str] = {}
    for hour in range(24 * 15):
        at = SATURDAY + timedelta(hours=hour)
        if kind := ask(at):
            asked[at] = kind
    # The first at once, then one each night at two.
    nights = [SATURDAY + timedelta(hours=2) + number * DAY for number in range(15)]
    assert list(asked) == [SATURDAY, *nights]
    kinds = [asked[night] for night in nights]
    assert [number for number, kind in enumerate(kinds) if kind == "full"] == [1, 8]
    assert asked[SATURDAY] == "full"


def test_a_site_that_was_off_catches_up() -> None:
    assert ask(SATURDAY + timedelta(hours=3)) == "full"
    assert ask(SATURDAY + 3 * DAY + timedelta(hours=9)) == "full"  # Sunday's, on Tuesday
    assert ask(SATURDAY + 3 * DAY + timedelta(hours=10)) is None
    assert ask(SATURDAY + 5 * DAY + timedelta(hours=1)) == "incremental"
    assert ask(SATURDAY + 5 * DAY + timedelta(hours=2)) == "incremental"


def test_what_failed_is_asked_for_again_and_what_is_under_way_is_not() -> None:
    row = timetable.ask_due(now=SATURDAY)
    assert row is not None
    assert timetable.ask_due(now=SATURDAY + timedelta(hours=1)) is None
    BackupRun.objects.update(state=BackupState.FAILED, due_at=None, ended_at=SATURDAY)
    again = timetable.ask_due(now=SATURDAY + timedelta(hours=1))
    assert again is not None
    assert again.pk != row.pk


def test_files_are_asked_for_each_hour_and_never_twice_at_once() -> None:
    assert timetable.ask_files(now=SATURDAY) is not None
    assert timetable.ask_files(now=SATURDAY + timedelta(hours=1)) is None


def test_without_destinations_nothing_is_asked_for_and_nothing_fails(settings: object) -> None:
    settings.BACKUP_PLACES = ()  # type: ignore[attr-defined]
    for task in (ask_backup, ask_file_backup, ship_wal, prune_backups):
        task()
    assert not BackupRun.objects.exists()


def test_beat_asks_and_the_tasks_go_to_the_queue_of_backups() -> None:
    from tesigo.celery import app

    ask_backup()
    ask_file_backup()
    assert {row.kind for row in BackupRun.objects.all()} == {BackupKind.FULL, BackupKind.FILES}
    assert BackupRun.objects.filter(asked_at__lte=timezone.now()).count() == 2
    assert app.conf.beat_schedule["ship-wal"]["schedule"] <= 900
    for name in ("take_backup", "ship_wal", "watch_backups", "prune_backups"):
        route = app.amqp.router.route({}, f"tesigo.tasks.{name}")
        assert route["queue"].name == "backup"


def test_own_backups_are_made_up_for_our_own_database_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = own_backups({}, backup_url="postgresql://x", signing_key="k")
    assert made["BACKUP_DESTINATIONS"] == "local"
    assert made["BACKUP_LOCAL_URL"].startswith("file:///")
    assert own_backups({"DATABASE_URL": "postgresql://y"}, backup_url="x", signing_key="k") == {}
    assert own_backups({"BACKUP_SPOOL": "/spool"}, backup_url="x", signing_key="k") == {}
    monkeypatch.setenv("PATH", "/nowhere")
    assert own_backups({}, backup_url="x", signing_key="k") == {}
