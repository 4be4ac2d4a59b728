"""All that is kept about a person, in one archive, and nothing of anybody else's (R-71)."""

import csv
import io
import json
import re
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.domain import people
from accounts.models import Mail, SignInRequest, User
from billing.domain import payers
from documents.enums import UploadState
from documents.models import Document, Section, Upload
from privacy import registry
from privacy.domain import archive, archive_tables, audit, exports, retention, table_words, trail_words
from privacy.domain.archive_file import Archive, check
from privacy.enums import ExportState
from privacy.errors import ArchiveNotWhole, TooManyExports
from privacy.models import AuditEvent, DataExport
from privacy.registry import SHOWN, WORDS, Rows
from tesigo.platform import duty, storage
from tesigo.platform.log_values import OURS
from tesigo.platform.models import Removal
from tesigo.platform.stack import ROOT
from tests.billing.concurrently import at_once
from tests.documents import elsewhere
from tests.documents.factories import UserFactory
from tests.documents.removing import remove_what_is_due
from tests.privacy.everything import person_with_everything

pytestmark = pytest.mark.django_db


def archive_of(user: User) -> ZipFile:
    out = io.BytesIO()
    archive.write(user, out, now=timezone.now())
    return ZipFile(out)


def words_of(found: ZipFile) -> str:
    return "\n".join(found.read(name).decode() for name in found.namelist())


def rows_of(found: ZipFile, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(found.read(f"data/{name}.json"))
    return rows


def made(user: User, by: User | None = None) -> DataExport:
    row = exports.ask(user=user, by=by or user, now=timezone.now())
    exports.make(export_id=row.pk)
    row.refresh_from_db()
    return row


# --- what is in it -----------------------------------------------------------------------------------------------


def test_every_table_with_something_to_say_is_in_it_as_json_and_csv_with_the_same_rows() -> None:
    found = archive_of(person_with_everything("Ada"))
    names = set(found.namelist())
    missing = [table.path for table in archive_tables.tables() if f"{table.path}.json" not in names]
    assert missing == [], "give tests/privacy/everything.py a row of it"
    for table in archive_tables.tables():
        as_json = json.loads(found.read(f"{table.path}.json"))
        as_csv = list(csv.DictReader(io.StringIO(found.read(f"{table.path}.csv").decode("utf-8-sig"))))
        assert len(as_json) == len(as_csv) >= 1
        assert list(as_json[0]) == list(as_csv[0]), "the same fields in the same order"
        assert {field.name for field in table.fields} <= set(as_json[0])


def test_what_others_have_is_not_in_it_although_it_looks_the_same() -> None:
    ada, bo = person_with_everything("Ada"), person_with_everything("Bodil")
    for one, other, name in ((ada, bo, "Bodil"), (bo, ada, "Ada")):
        found = archive_of(one)
        said = words_of(found)
        assert name not in said
        assert name.lower() + "@" not in said
        theirs = {str(pk) for pk in Document.objects.filter(owner=other).values_list("pk", flat=True)}
        assert not [pk for pk in theirs if pk in said]
        assert [row["id"] for row in rows_of(found, "accounts-user")] == [one.pk]


def test_what_belongs_to_who_has_an_address_after_me_or_had_it_before_is_not_in_it() -> None:
    ada = person_with_everything("Ada")
    heir = UserFactory.create(email="old-ada@university.example", name="Heir")
    Mail.objects.create(user=heir, to=heir.email, template="ready", context={"title": "the heir's own work"})
    SignInRequest.objects.create(
        email=heir.email, email_as_typed=heir.email, domain="university.example", user_agent="the heir's browser",
        token_hash=b"t", code_hash=b"c", browser_hash=b"b", expires_at=timezone.now() + timedelta(minutes=15),
    )  # fmt: skip
    assert "the heir's" not in words_of(archive_of(ada))
    before = SignInRequest.objects.create(
        email=heir.email, email_as_typed=heir.email, domain="university.example", user_agent="Ada's browser",
        token_hash=b"u", code_hash=b"c", browser_hash=b"b", expires_at=timezone.now() + timedelta(minutes=15),
        created_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    assert "Ada's" not in words_of(archive_of(heir))
    assert str(before.pk) in words_of(archive_of(ada))


def test_secrets_are_never_in_it() -> None:
    said = words_of(archive_of(person_with_everything("Ada")))
    readme_apart = said.replace("Keys, codes and hashes", "")
    assert "secret" not in readme_apart.replace("mfa-authenticator", "").replace(".secret", "")
    assert "session_data" not in said.split("What is left out")[0]


def test_of_stripes_copies_it_has_what_a_payer_knows_and_nothing_else() -> None:
    found = archive_of(person_with_everything("Ada"))
    card = {
        "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2031, "country": "NO", "funding": "credit"
    }  # fmt: skip
    who = {
        "name": "Ada Byron", "email": "ada@university.example",
        "address": {"line1": "Way 1", "postal_code": "1", "city": "Ada's harbour", "country": "NO"},
    }  # fmt: skip
    told = {name: rows_of(found, f"djstripe-{name}") for name in ("customer", "paymentmethod", "charge")}
    assert {name: [row["stripe_data"] for row in rows] for name, rows in told.items()} == {
        "customer": [who],
        "paymentmethod": [{"billing_details": who, "type": "card", "card": card}],
        "charge": [
            {
                "billing_details": who, "receipt_email": "ada@university.example",
                "payment_method_details": {"type": "card", "card": card},
            }
        ],
    }  # fmt: skip
    assert all(set(row) == {"id", "created", "stripe_data"} for rows in told.values() for row in rows)
    assert "print of Ada" not in words_of(found)
    assert "secret-" not in words_of(found)


@pytest.mark.parametrize(
    "odd", [None, "x", [], {"card": "x", "billing_details": [1], "type": {"secret": 1}}, {"card": 7}]
)
def test_an_odd_object_of_stripes_lets_nothing_through(odd: Any) -> None:
    assert payers.said_by("PaymentMethod", odd) == {}


def test_files_are_in_it_and_each_row_says_which_is_its() -> None:
    found = archive_of(person_with_everything("Ada"))
    (upload,) = rows_of(found, "documents-upload")
    assert upload["file"] == f"files/upload/{upload['id']}-notes-of-ada.txt"
    assert found.read(upload["file"]) == b"what Ada handed in"
    (export,) = rows_of(found, "documents-export")
    assert found.read(export["file"]) == b"%PDF for Ada"
    assert len([name for name in found.namelist() if name.startswith("files/")]) == 3, "and the receipt"


def test_a_row_whose_file_is_gone_names_none() -> None:
    ada = person_with_everything("Ada")
    Upload.objects.update(state=UploadState.REJECTED, stored_as="")
    found = archive_of(ada)
    (upload,) = rows_of(found, "documents-upload")
    assert upload["file"] == ""
    assert not [name for name in found.namelist() if name.startswith("files/upload/")]
    assert "Files that we no longer have" not in found.read("README.txt").decode()


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


def test_an_earlier_export_is_not_packed_into_the_next() -> None:
    found = archive_of(person_with_everything("Ada"))
    assert "file" not in rows_of(found, "privacy-dataexport")[0]
    assert "older archive" not in words_of(found)


def test_a_file_that_storage_has_lost_is_named_and_the_rest_is_there() -> None:
    ada = person_with_everything("Ada")
    default_storage.delete(Upload.objects.get().stored_as)
    found = archive_of(ada)
    (upload,) = rows_of(found, "documents-upload")
    assert upload["file"] not in found.namelist()
    readme = found.read("README.txt").decode()
    assert upload["file"] in readme.split("Files that we no longer have")[1]
    assert found.read(rows_of(found, "documents-export")[0]["file"]) == b"%PDF for Ada"


def test_a_spreadsheet_runs_nothing_of_it() -> None:
    found = archive_of(person_with_everything("Ada"))
    (text,) = [row["text"] for row in rows_of(found, "documents-section") if row["text"].startswith("=SUM(")]
    rows = csv.DictReader(io.StringIO(found.read("data/documents-section.csv").decode("utf-8-sig")))
    assert f"'{text}" in [row["text"] for row in rows]


def test_more_rows_than_are_read_at_once_are_all_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = person_with_everything("Ada")
    monkeypatch.setattr(archive_tables, "BATCH", 2)
    found = archive_of(ada)
    sections = [row["id"] for row in rows_of(found, "documents-section")]
    assert sorted(sections) == sorted(str(pk) for pk in Section.objects.values_list("pk", flat=True))
    passages = [row["id"] for row in rows_of(found, "documents-passage")]
    assert len(passages) == len(set(passages)) == Document.objects.get().sources.get().passages.count() > 4


def test_a_row_that_is_found_by_two_ways_is_there_once() -> None:
    ada = person_with_everything("Ada")
    both = Rows({"topic": WORDS}, of=lambda user: Document.objects.filter(owner=user.pk, sections__isnull=False))
    assert registry.of_person(Document, both, ada).count() == 2, "once for each section"
    table, out = archive_tables.Table(Document, both), io.BytesIO()
    with Archive(out, now=timezone.now()) as one:
        archive_tables.write(one, table, ada)
    assert rows_of(ZipFile(out), "documents-document") == [{"topic": "What Ada asked for"}]
    assert table.count == 1


def test_bytes_are_in_base64_and_what_json_has_no_form_for_is_text() -> None:
    ada = person_with_everything("Ada")
    asked = Rows({"browser_hash": SHOWN}, of=lambda user: SignInRequest.objects.filter(email=ada.email))
    out = io.BytesIO()
    with Archive(out, now=timezone.now()) as one:
        archive_tables.write(one, archive_tables.Table(SignInRequest, asked), ada)
    found = ZipFile(out)
    assert rows_of(found, "accounts-signinrequest") == [{"browser_hash": "Yg=="}]
    as_csv = found.read("data/accounts-signinrequest.csv").decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(as_csv))) == [{"browser_hash": "Yg=="}]
    assert json.dumps([ip_address("203.0.113.9")], cls=archive_tables.Encoder) == '["203.0.113.9"]'


def test_it_tells_in_words_what_was_done_and_by_whom_but_not_which_colleague() -> None:
    ada, clerk = person_with_everything("Ada"), UserFactory.create(is_staff=True)
    people.change_profile(user=ada, name="Ada Byron", language="en", by=ada)
    audit.record(action="staff.looked", subject=ada, by=clerk, details={"at": "person"})
    audit.record(action="upload.accepted", subject=Upload.objects.get(), by=None)
    audit.record(action="staff.looked", subject=clerk, by=UserFactory.create(), details={"at": "other"})
    found = archive_of(ada)
    lines = [(one["by"], one["what"]) for one in json.loads(found.read("activity.json"))]
    assert lines == [
        ("you", "changed the profile"), ("our staff", "looked at it"), ("the site itself", "took in a file"),
    ]  # fmt: skip
    rows = list(csv.reader(io.StringIO(found.read("activity.csv").decode("utf-8-sig"))))
    assert len(rows) == 4
    assert str(clerk.pk) not in [cell for row in rows for cell in row]


def test_of_what_staff_did_to_others_their_own_export_has_no_ids() -> None:
    clerk, ada = UserFactory.create(is_staff=True), UserFactory.create()
    audit.record(action="staff.looked", subject=ada, by=clerk, details={"at": "person"})
    (line,) = json.loads(archive_of(clerk).read("activity.json"))
    assert (line["by"], line["about"], line["details"]) == ("you", "accounts.user", {})


def test_every_table_has_words() -> None:
    tables = {table.model._meta.label_lower for table in archive_tables.tables()}
    assert tables - set(table_words.WORDS) == set()


def test_every_action_that_code_notes_has_words() -> None:
    noted = {
        action
        for path in ROOT.rglob("*.py")
        if path.relative_to(ROOT).parts[0] in OURS
        for action in re.findall(
            r'(?:action=|_record\((?:request, )?|_factor\()"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8")
        )
    }
    of_the_house = {
        "audit.cut", "mail_event.refused", "reconciliation.done", "retention.applied", "secrets.forgotten",
        "webhook.refused", "test.done",
    }  # fmt: skip
    assert noted - set(trail_words.WORDS) - of_the_house == set()
    assert trail_words.in_words("job.put_off") == "job: put off"


def test_the_readme_says_what_is_where_what_is_left_out_and_how_long_it_is_kept() -> None:
    found = archive_of(person_with_everything("Ada"))
    readme = " ".join(found.read("README.txt").decode().split())
    assert "data/documents-section (2 rows)" in readme
    assert "Kept: Mails sent to you: 90 days" in readme
    assert "device.session_key" in readme.split("What is left out, and why")[1]
    assert "as long as the law of taxes asks" in readme


def test_the_readme_says_at_its_top_whether_the_site_is_for_trying_out(settings: Settings) -> None:
    ada = person_with_everything("Ada")
    settings.NOTICE_BANNER = "Nothing here is real."
    assert "Nothing here is real." in archive_of(ada).read("README.txt").decode().split("What is where")[0]
    settings.NOTICE_BANNER = ""
    head = archive_of(ada).read("README.txt").decode().split("What is where")[0]
    assert "Nothing here is real." not in head
    assert "\n\n\n" not in head


# --- how it is made ----------------------------------------------------------------------------------------------


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
    with pytest.raises(duty.Lost):
        exports._make(held)
    row.refresh_from_db()
    assert (row.stored_as, row.due_at) == ("", other.due_at)
    assert set(default_storage.listdir("data-exports")[1]) == before


def test_a_lost_file_is_not_made_anew_beside_an_export_under_way() -> None:
    ada = UserFactory.create()
    row = made(ada)
    under_way = exports.ask(user=ada, by=ada, now=timezone.now())
    default_storage.delete(row.stored_as)
    with pytest.raises(FileNotFoundError):
        exports.open_file(export=row, by=ada, now=timezone.now())
    row.refresh_from_db()
    assert row.state == ExportState.READY
    assert list(DataExport.objects.filter(state=ExportState.PENDING)) == [under_way]
    assert not AuditEvent.objects.filter(action="user.export_downloaded").exists()


def test_with_a_bucket_an_archive_is_built_where_temporary_files_lie(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.S3_BUCKET = tmp_path, "files"
    row = made(UserFactory.create())
    assert row.state == ExportState.READY
    assert not (tmp_path / "data-exports").exists()
