"""How the archive of all that is kept about a person is made, told of, kept and removed (R-71)."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Mail, User
from privacy.domain import archive, exports, retention
from privacy.domain.archive_file import Archive, check
from privacy.enums import ExportState
from privacy.errors import ArchiveNotWhole, TooManyExports
from privacy.models import AuditEvent, DataExport
from tesigo.platform import duty, ranges, storage
from tesigo.platform.models import Removal
from tests.billing.concurrently import at_once
from tests.documents import elsewhere
from tests.documents.factories import UserFactory
from tests.documents.removing import remove_what_is_due
from tests.privacy.everything import person_with_everything

pytestmark = pytest.mark.django_db


def made(user: User, by: User | None = None) -> DataExport:
    row = exports.ask(user=user, by=by or user, now=timezone.now())
    exports.make(export_id=row.pk)
    row.refresh_from_db()
    return row


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_a_file_is_copied() -> None:
    class Watched(io.BytesIO):
        held: ClassVar[list[bool]] = []

        def write(self, data: Any) -> int:
            if b"what Ada handed in" in bytes(data):
                self.held.append(connection.connection is not None)
            return super().write(data)

    out = Watched()
    archive.write(person_with_everything("Ada"), out, now=timezone.now())
    assert out.held == [False]


def test_one_that_is_asked_for_is_made_told_of_by_mail_and_can_be_had_for_seven_days() -> None:
    ada = person_with_everything("Ada")
    before = DataExport.objects.get()
    row = made(ada)
    assert (row.state, row.progress, row.due_at) == (ExportState.READY, 100, None)
    assert row.size == default_storage.size(row.stored_as)
    with default_storage.open(row.stored_as) as file:
        assert "README.txt" in ZipFile(file).namelist()
    mail = Mail.objects.get(template="data_export_ready")
    assert (mail.user, mail.context) == (ada, {"by_staff": False, "days": 7})
    assert row.finished_at
    assert exports.can_be_had(row, now=row.finished_at + timedelta(days=7) - timedelta(seconds=1))
    assert not exports.can_be_had(row, now=row.finished_at + timedelta(days=7))
    assert [one.action for one in AuditEvent.objects.filter(object_id=str(ada.pk))] == [
        "user.export_asked", "user.exported",
    ]  # fmt: skip
    before.refresh_from_db()
    assert (before.state, before.stored_as) == (ExportState.REPLACED, "")
    assert remove_what_is_due() == 1, "a newer one takes the place of the older"


def test_asking_twice_makes_one() -> None:
    ada = UserFactory.create()
    assert exports.ask(user=ada, by=ada, now=timezone.now()) == exports.ask(user=ada, by=ada, now=timezone.now())
    with pytest.raises(IntegrityError, match="data_export_one_open"), transaction.atomic():
        DataExport.objects.create(user=ada)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_the_same_one() -> None:
    ada = UserFactory.create()
    rows = at_once(4, lambda: exports.ask(user=ada, by=ada, now=timezone.now()).pk)
    assert len(set(rows)) == 1
    assert DataExport.objects.count() == 1


def test_three_a_day_and_what_staff_ask_for_is_not_counted(settings: Settings) -> None:
    ada, clerk = UserFactory.create(), UserFactory.create(is_staff=True)
    now = timezone.now().replace(hour=9)
    for _ in range(3):
        DataExport.objects.filter(pk=exports.ask(user=ada, by=ada, now=now).pk).update(state=ExportState.FAILED)
    with pytest.raises(TooManyExports, match="3 in a day") as refusal:
        exports.ask(user=ada, by=ada, now=now)
    assert refusal.value.retry_after == now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now
    assert exports.ask(user=ada, by=clerk, now=now).actor_id == clerk.pk
    DataExport.objects.update(state=ExportState.FAILED)
    assert exports.ask(user=ada, by=ada, now=now + timedelta(days=1)).state == ExportState.PENDING


def test_a_try_that_died_midway_leaves_nothing_once_the_next_is_through() -> None:
    ada = UserFactory.create()
    row = exports.ask(user=ada, by=ada, now=timezone.now())
    before = set(default_storage.listdir("data-exports")[1])
    half = default_storage.save("data-exports/half.zip", io.BytesIO(b"PK half"))
    DataExport.objects.update(stored_as=half)
    assert exports.make(export_id=row.pk)
    assert not default_storage.exists(half)
    row.refresh_from_db()
    assert row.state == ExportState.READY
    assert set(default_storage.listdir("data-exports")[1]) - before == {row.stored_as.rpartition("/")[2]}


def test_while_the_storage_is_away_it_waits_and_is_made_later(settings: Settings) -> None:
    ada = person_with_everything("Ada")
    row = exports.ask(user=ada, by=ada, now=timezone.now())
    here = settings.STORAGES
    settings.STORAGES = elsewhere.away()
    assert not exports.make(export_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.given_up_at) == (ExportState.PENDING, None)
    settings.STORAGES = here
    storage.breaker.succeeded()
    DataExport.objects.filter(pk=row.pk).update(due_at=timezone.now())
    assert exports.make(export_id=row.pk)


def test_a_full_disk_is_said_so_tried_again_and_told_to_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    ada = UserFactory.create()
    row = exports.ask(user=ada, by=ada, now=timezone.now())
    monkeypatch.setattr(archive, "write", full)
    for _ in range(5):
        DataExport.objects.update(due_at=timezone.now())
        assert not exports.make(export_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.stored_as) == (ExportState.FAILED, "")
    assert row.error == "There is no room on the disk for this export."
    assert Mail.objects.get().template == "data_export_failed"
    assert Removal.objects.count() == 1, "what the last try may have begun"
    assert AuditEvent.objects.filter(action="user.export_failed").count() == 1
    monkeypatch.undo()
    assert duty.try_again(exports.EXPORTS, row.pk)
    assert exports.make(export_id=row.pk)


def test_one_that_was_given_up_is_not_tried_again_beside_another(settings: Settings) -> None:
    ada = UserFactory.create()
    old = exports.ask(user=ada, by=ada, now=timezone.now())
    DataExport.objects.update(state=ExportState.FAILED, due_at=None, given_up_at=timezone.now())
    exports.ask(user=ada, by=ada, now=timezone.now())
    assert not duty.try_again(exports.EXPORTS, old.pk)


def test_an_archive_that_does_not_read_back_is_not_handed_out() -> None:
    out = io.BytesIO()
    with Archive(out, now=timezone.now()) as one:
        one.add("a.txt", io.BytesIO(b"words" * 1000), packed=False)
    check(out, one.sizes)
    with pytest.raises(ArchiveNotWhole):
        check(out, {**one.sizes, "b.txt": 1})
    out.getbuffer()[100] ^= 1
    with pytest.raises(ArchiveNotWhole):
        check(out, one.sizes)
    with pytest.raises(ArchiveNotWhole):
        check(io.BytesIO(out.getvalue()[:-10]), one.sizes)


def test_one_whose_row_goes_while_it_is_made_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = UserFactory.create()
    row = exports.ask(user=ada, by=ada, now=timezone.now())
    before, write = set(default_storage.listdir("data-exports")[1]), archive.write

    def erased_meanwhile(*args: Any, **kwargs: Any) -> None:
        write(*args, **kwargs)
        exports.forget(DataExport.objects.all())

    monkeypatch.setattr(archive, "write", erased_meanwhile)
    assert not exports.make(export_id=row.pk)
    remove_what_is_due()
    assert set(default_storage.listdir("data-exports")[1]) == before
    assert not Mail.objects.exists()


def test_after_its_days_row_and_file_go_at_night() -> None:
    row = made(UserFactory.create())
    retention.apply(now=timezone.now() + timedelta(days=6))
    assert DataExport.objects.exists()
    retention.apply(now=timezone.now() + timedelta(days=8))
    assert not DataExport.objects.exists()
    assert remove_what_is_due() == 1
    assert not default_storage.exists(row.stored_as)


def test_a_try_whose_lease_was_lost_makes_no_file() -> None:
    ada = UserFactory.create()
    row = exports.ask(user=ada, by=ada, now=timezone.now())
    held = duty.claim(exports.EXPORTS, row.pk)
    assert held
    before = set(default_storage.listdir("data-exports")[1])
    later = timezone.now() + exports.EXPORTS.lease * 2
    other = duty.claim(exports.EXPORTS, row.pk, now=later)
    assert other
    with pytest.raises(duty.LostDuty):
        exports._make(held)
    row.refresh_from_db()
    assert (row.stored_as, row.due_at) == ("", other.due_at)
    assert set(default_storage.listdir("data-exports")[1]) == before


def test_a_lost_file_is_not_made_anew_beside_an_export_under_way() -> None:
    ada = UserFactory.create()
    row = made(ada)
    under_way = exports.ask(user=ada, by=ada, now=timezone.now())
    default_storage.delete(row.stored_as)
    whole = ranges.asked(RequestFactory().get("/"), stored_as=row.stored_as, size=row.size)
    with pytest.raises(FileNotFoundError):
        exports.open_file(export=row, asked=whole, by=ada, now=timezone.now())
    row.refresh_from_db()
    assert row.state == ExportState.READY
    assert list(DataExport.objects.filter(state=ExportState.PENDING)) == [under_way]
    assert not AuditEvent.objects.filter(action="user.export_downloaded").exists()


def test_with_a_bucket_an_archive_is_built_where_temporary_files_lie(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.S3_BUCKET = tmp_path, "files"
    row = made(UserFactory.create())
    assert row.state == ExportState.READY
    assert not (tmp_path / "data-exports").exists()
