"""Rows of backups: one of a kind at a time, taken by a worker or by hand, tried again, and told when given up."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from privacy.models import AuditEvent
from tesigo.platform import duty
from tesigo.platform.backup import runs
from tesigo.platform.backup.errors import AlreadyRunning
from tesigo.platform.models import Alert, BackupKind, BackupRun, BackupState
from tesigo.tasks import take_backup
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


def succeeds(run: runs.Run) -> None:
    run.note(backup_id="20261129T020000Z-full", size_bytes=7, parts=1, destinations={"local": "sent"})


def fails(run: runs.Run) -> None:
    run.note(backup_id="20261129T020000Z-full", destinations={"local": "no room"})
    raise OSError(28, "No space left on device")


def waits(run: runs.Run) -> None:
    raise AlreadyRunning("Another backup is under way.")


@pytest.fixture(autouse=True)
def makers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_makers", {BackupKind.FULL: f"{__name__}.succeeds"})


def use(maker: str) -> None:
    runs.register(BackupKind.FULL, f"{__name__}.{maker}")


def test_what_is_asked_for_twice_is_one_backup() -> None:
    first, is_new = runs.ask(kind=BackupKind.FULL)
    second, is_new_again = runs.ask(kind=BackupKind.FULL)
    assert (first.pk, is_new, is_new_again) == (second.pk, True, False)
    runs.ask(kind=BackupKind.INCREMENTAL)
    assert BackupRun.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        BackupRun.objects.create(kind=BackupKind.FULL)


def test_a_worker_takes_it_and_says_what_it_took() -> None:
    row, _ = runs.ask(kind=BackupKind.FULL)
    assert runs.is_open()
    take_backup(str(row.pk))
    row.refresh_from_db()
    assert (row.state, row.backup_id, row.size_bytes, row.parts) == ("succeeded", "20261129T020000Z-full", 7, 1)
    assert row.destinations == {"local": "sent"}
    assert row.due_at is None
    assert row.started_at is not None
    assert row.ended_at is not None
    assert not runs.is_open()
    take_backup(str(row.pk))
    assert BackupRun.objects.get().tries == 1


def test_what_failed_is_tried_again_with_what_it_knew_and_goes_through() -> None:
    use("fails")
    row, _ = runs.ask(kind=BackupKind.FULL)
    assert not runs.take(run_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.error, row.backup_id) == ("waiting", "OSError", "20261129T020000Z-full")
    assert row.destinations == {"local": "no room"}
    assert row.ended_at is None
    use("succeeds")
    assert runs.take(run_id=row.pk, now=timezone.now() + timedelta(hours=3))
    row.refresh_from_db()
    assert (row.state, row.error) == ("succeeded", "")


def test_one_that_fails_for_good_is_told_and_makes_room_for_the_next() -> None:
    use("fails")
    row, _ = runs.ask(kind=BackupKind.FULL)
    now = timezone.now()
    for number in range(runs.BACKUPS.most_tries or 0):
        runs.take(run_id=row.pk, now=now + timedelta(hours=3 * number))
    row.refresh_from_db()
    assert row.state == BackupState.FAILED
    assert row.ended_at == row.given_up_at is not None
    assert Alert.objects.get().key == "given-up:backup"
    assert not duty.try_again(runs.BACKUPS, row.pk)
    other, is_new = runs.ask(kind=BackupKind.FULL)
    assert is_new
    assert other.pk != row.pk


def test_one_that_waits_for_another_loses_no_try() -> None:
    use("waits")
    row, _ = runs.ask(kind=BackupKind.FULL)
    assert not runs.take(run_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("waiting", 0)


def test_by_hand_it_is_taken_here_and_a_second_one_is_refused() -> None:
    row = runs.take_by_hand(kind=BackupKind.FULL)
    assert row.state == BackupState.SUCCEEDED
    use("fails")
    assert runs.take_by_hand(kind=BackupKind.FULL).error == "OSError"
    use("succeeds")
    assert runs.take_by_hand(kind=BackupKind.FULL).state == BackupState.SUCCEEDED  # what was put off goes on
    assert BackupRun.objects.count() == 2
    held, _ = runs.ask(kind=BackupKind.FULL)
    assert duty.claim(runs.BACKUPS, held.pk) is not None
    with pytest.raises(AlreadyRunning, match="already"):
        runs.take_by_hand(kind=BackupKind.FULL)


def test_one_whose_process_was_killed_is_taken_up_by_a_worker() -> None:
    row, _ = runs.ask(kind=BackupKind.FULL)
    assert duty.claim(runs.BACKUPS, row.pk) is not None
    BackupRun.objects.update(state=BackupState.RUNNING)
    assert not runs.take(run_id=row.pk)
    assert runs.take(run_id=row.pk, now=timezone.now() + runs.BACKUPS.lease + timedelta(seconds=1))


@pytest.mark.parametrize("state", [BackupState.WAITING, BackupState.SUCCEEDED])
def test_the_database_refuses_rows_that_contradict_themselves(state: BackupState) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BackupRun.objects.create(kind=BackupKind.FULL, state=state, ended_at=timezone.now(), due_at=timezone.now())


def test_staff_ask_for_one_once_and_see_it(client: Client, settings: object) -> None:
    settings.BACKUP_PLACES = (object(),)  # type: ignore[attr-defined]
    sign_in(client, User.objects.create_superuser("boss@tesigo.example"))
    for words in ("as soon as a worker is free", "Nothing to do"):
        page = client.post("/admin/backups/take/", {"kind": "full"}, follow=True).content.decode()
        assert words in page
        assert "Take a full backup now" in page
    assert BackupRun.objects.get().kind == BackupKind.FULL
    assert AuditEvent.objects.filter(action="backup.asked_for").count() == 1
    assert client.post("/admin/backups/take/", {"kind": "drill"}).status_code == 404
    runs.take(run_id=BackupRun.objects.get().pk)
    page = client.get(f"/admin/platform/backuprun/{BackupRun.objects.get().pk}/change/").content.decode()
    assert "20261129T020000Z-full" in page
    assert "local: sent" in page


def test_the_list_tells_drills_from_backups_and_says_what_failed_beside_the_state(client: Client) -> None:
    sign_in(client, User.objects.create_superuser("boss@tesigo.example"))
    ended = {
        "asked_at": timezone.now(),
        "ended_at": timezone.now(),
        "due_at": None,
        "backup_id": "20261129T020000Z-full",
    }
    BackupRun.objects.create(
        kind="drill", state=BackupState.SUCCEEDED, destinations={"offsite": "drills/20261129T030000Z.json"}, **ended
    )
    BackupRun.objects.create(kind="full", state=BackupState.FAILED, error="The disk " + "is full " * 30, **ended)
    page = client.get("/admin/platform/backuprun/").content.decode()
    assert "drill of 20261129T020000Z-full" in page
    assert ">20261129T020000Z-full<" in page
    assert "drills/" not in page
    assert "failed: The disk is full" in page
    assert "is full " * 20 not in page


def test_nothing_is_asked_for_where_nothing_is_set_up(client: Client, settings: object) -> None:
    settings.BACKUP_PLACES = ()  # type: ignore[attr-defined]
    sign_in(client, User.objects.create_superuser("boss@tesigo.example"))
    assert "not set up" in client.post("/admin/backups/take/", follow=True).content.decode()
    assert not BackupRun.objects.exists()
