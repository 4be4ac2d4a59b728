"""The month's drill is asked for, its findings become rows, and those of other machines too."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from tesigo.platform.backup import drill, runs, signing, timetable
from tesigo.platform.backup.places import Place
from tesigo.platform.models import BackupKind, BackupRun, BackupState
from tesigo.tasks import ask_drill

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEY = signing.new_key()


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> Path:
    """One destination."""
    settings.BACKUP_PLACES = (Place("local", f"file://{tmp_path}"),)
    settings.BACKUP_SIGNING_KEY = KEY
    settings.BACKUP_RECIPIENTS_FILE = tmp_path / "public.asc"
    return tmp_path


def ended(kind: BackupKind, at: datetime, state: BackupState = BackupState.SUCCEEDED) -> BackupRun:
    return BackupRun.objects.create(kind=kind, state=state, asked_at=at, ended_at=at, due_at=None)


def test_one_is_asked_for_each_month_once_there_is_a_backup() -> None:
    assert timetable.ask_drill(now=NOW) is None
    ended(BackupKind.FULL, NOW)
    row = timetable.ask_drill(now=NOW)
    assert row
    assert row.kind == BackupKind.DRILL
    assert timetable.ask_drill(now=NOW + timedelta(hours=1)) is None
    BackupRun.objects.filter(pk=row.pk).update(state=BackupState.SUCCEEDED, ended_at=NOW, due_at=None)
    assert timetable.ask_drill(now=NOW + timedelta(days=27)) is None
    assert timetable.ask_drill(now=NOW + timedelta(days=29))


def test_one_that_failed_is_asked_for_again_the_next_day() -> None:
    ended(BackupKind.FULL, NOW)
    ended(BackupKind.DRILL, NOW, BackupState.FAILED)
    assert timetable.ask_drill(now=NOW + timedelta(hours=2)) is None
    assert timetable.ask_drill(now=NOW + timedelta(days=1, hours=1))


def test_what_is_found_not_good_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_fault(run: runs.Run) -> None:
        raise runs.NotGood("Backup 20261129T020000Z-full is not good: rows.")

    monkeypatch.setattr(drill, "for_run", find_fault)
    row, _ = runs.ask(kind=BackupKind.DRILL)
    assert not runs.take(run_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries, row.due_at) == (BackupState.FAILED, 1, None)
    assert row.error == "Backup 20261129T020000Z-full is not good: rows."
    assert row.ended_at


def report(folder: Path, at: datetime, *, is_good: bool, key: str = KEY) -> None:
    place = folder / "drills" / f"{at:%Y%m%dT%H%M%SZ}.json"
    place.parent.mkdir(exist_ok=True)
    content = {"backup": "20261128T020000Z-full", "at": at.isoformat(), "is_good": is_good, "format_version": 1}
    place.write_bytes(signing.signed_json(content, key=key))


def test_reports_of_other_machines_become_rows_once(places: Path) -> None:
    report(places, NOW - timedelta(days=3), is_good=True)
    report(places, NOW - timedelta(days=2), is_good=False)
    report(places, NOW - timedelta(days=1), is_good=True, key=signing.new_key())
    report(places, NOW - timedelta(days=90), is_good=True)
    (places / "drills" / f"{NOW:%Y%m%dT%H%M%SZ}.json").write_text(json.dumps({"is_good": True}))
    assert drill.note_reports(now=NOW) == 2
    assert drill.note_reports(now=NOW) == 0
    rows = BackupRun.objects.filter(kind=BackupKind.DRILL).order_by("ended_at")
    assert [row.state for row in rows] == [BackupState.SUCCEEDED, BackupState.FAILED]
    assert "is not good" in rows[1].error


def test_beat_asks_only_where_the_private_key_is(places: Path) -> None:
    ended(BackupKind.FULL, NOW)
    ask_drill()
    assert not BackupRun.objects.filter(kind=BackupKind.DRILL).exists()
    (places / "private.asc").touch()
    ask_drill()
    assert BackupRun.objects.filter(kind=BackupKind.DRILL).count() == 1
