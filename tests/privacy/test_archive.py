"""All that is kept about a person, in one archive, and nothing of anybody else's (R-71)."""

import csv
import io
import json
import re
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.domain import people
from accounts.models import Mail, SignInRequest, User
from billing.domain import payers
from documents.enums import UploadState
from documents.models import Document, Section, Upload
from privacy import registry
from privacy.domain import archive, archive_tables, audit, table_words, trail_words
from privacy.domain.archive_file import Archive
from privacy.registry import SHOWN, WORDS, Rows
from tesigo.platform.log_values import OURS
from tesigo.platform.paths import ROOT
from tests.documents.factories import UserFactory
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


@pytest.fixture(scope="module")
def ada(shared_rows: None) -> User:
    return person_with_everything("Ada")


@pytest.fixture(scope="module")
def found(ada: User) -> ZipFile:
    """Her archive, as it is."""
    return archive_of(ada)


def test_every_table_with_something_to_say_is_in_it_as_json_and_csv_with_the_same_rows(found: ZipFile) -> None:
    names = set(found.namelist())
    missing = [table.path for table in archive_tables.tables() if f"{table.path}.json" not in names]
    assert missing == [], "give tests/privacy/everything.py a row of it"
    for table in archive_tables.tables():
        as_json = json.loads(found.read(f"{table.path}.json"))
        as_csv = list(csv.DictReader(io.StringIO(found.read(f"{table.path}.csv").decode("utf-8-sig"))))
        assert len(as_json) == len(as_csv) >= 1
        assert list(as_json[0]) == list(as_csv[0]), "the same fields in the same order"
        assert {field.name for field in table.fields} <= set(as_json[0])


def test_what_others_have_is_not_in_it_although_it_looks_the_same(ada: User) -> None:
    bo = person_with_everything("Bodil")
    for one, other, name in ((ada, bo, "Bodil"), (bo, ada, "Ada")):
        found = archive_of(one)
        said = words_of(found)
        assert name not in said
        assert name.lower() + "@" not in said
        theirs = {str(pk) for pk in Document.objects.filter(owner=other).values_list("pk", flat=True)}
        assert not [pk for pk in theirs if pk in said]
        assert [row["id"] for row in rows_of(found, "accounts-user")] == [one.pk]


def test_what_belongs_to_who_has_an_address_after_me_or_had_it_before_is_not_in_it(ada: User) -> None:
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


def test_secrets_are_never_in_it(found: ZipFile) -> None:
    said = words_of(found)
    readme_apart = said.replace("Keys, codes and hashes", "")
    assert "secret" not in readme_apart.replace("mfa-authenticator", "").replace(".secret", "")
    assert "session_data" not in said.split("What is left out")[0]


def test_of_stripes_copies_it_has_what_a_payer_knows_and_nothing_else(found: ZipFile) -> None:
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


def test_files_are_in_it_and_each_row_says_which_is_its(found: ZipFile) -> None:
    (upload,) = rows_of(found, "documents-upload")
    assert upload["file"] == f"files/upload/{upload['id']}-notes-of-ada.txt"
    assert found.read(upload["file"]) == b"what Ada handed in"
    (export,) = rows_of(found, "documents-export")
    assert found.read(export["file"]) == b"%PDF for Ada"
    assert len([name for name in found.namelist() if name.startswith("files/")]) == 4, "and a part, and the receipt"


def test_a_row_whose_file_is_gone_names_none(ada: User) -> None:
    Upload.objects.update(state=UploadState.REJECTED, stored_as="")
    found = archive_of(ada)
    (upload,) = rows_of(found, "documents-upload")
    assert upload["file"] == ""
    assert not [name for name in found.namelist() if name.startswith("files/upload/")]
    assert "Files that we no longer have" not in found.read("README.txt").decode()


def test_an_earlier_export_is_not_packed_into_the_next(found: ZipFile) -> None:
    assert "file" not in rows_of(found, "privacy-dataexport")[0]
    assert "older archive" not in words_of(found)


def test_a_file_that_storage_has_lost_is_named_and_the_rest_is_there(ada: User) -> None:
    Upload.objects.update(stored_as="uploads/no-such-file")
    found = archive_of(ada)
    (upload,) = rows_of(found, "documents-upload")
    assert upload["file"] not in found.namelist()
    readme = found.read("README.txt").decode()
    assert upload["file"] in readme.split("Files that we no longer have")[1]
    assert found.read(rows_of(found, "documents-export")[0]["file"]) == b"%PDF for Ada"


def test_a_spreadsheet_runs_nothing_of_it(found: ZipFile) -> None:
    (text,) = [row["text"] for row in rows_of(found, "documents-section") if row["text"].startswith("=SUM(")]
    rows = csv.DictReader(io.StringIO(found.read("data/documents-section.csv").decode("utf-8-sig")))
    assert f"'{text}" in [row["text"] for row in rows]


def test_more_rows_than_are_read_at_once_are_all_there_once(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_tables, "BATCH_ROWS", 2)
    found = archive_of(ada)
    sections = [row["id"] for row in rows_of(found, "documents-section")]
    assert sorted(sections) == sorted(str(pk) for pk in Section.objects.values_list("pk", flat=True))
    passages = [row["id"] for row in rows_of(found, "documents-passage")]
    assert len(passages) == len(set(passages)) == Document.objects.get().sources.get().passages.count() > 4


def test_a_row_that_is_found_by_two_ways_is_there_once(ada: User) -> None:
    both = Rows({"topic": WORDS}, of=lambda user: Document.objects.filter(owner=user.pk, sections__isnull=False))
    assert registry.of_person(Document, both, ada).count() == 2, "once for each section"
    table, out = archive_tables.Table(Document, both), io.BytesIO()
    with Archive(out, now=timezone.now()) as one:
        archive_tables.write(one, table, ada)
    assert rows_of(ZipFile(out), "documents-document") == [{"topic": "What Ada asked for"}]
    assert table.count == 1


def test_bytes_are_in_base64_and_what_json_has_no_form_for_is_text(ada: User) -> None:
    asked = Rows({"browser_hash": SHOWN}, of=lambda user: SignInRequest.objects.filter(email=ada.email))
    out = io.BytesIO()
    with Archive(out, now=timezone.now()) as one:
        archive_tables.write(one, archive_tables.Table(SignInRequest, asked), ada)
    found = ZipFile(out)
    assert rows_of(found, "accounts-signinrequest") == [{"browser_hash": "Yg=="}]
    as_csv = found.read("data/accounts-signinrequest.csv").decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(as_csv))) == [{"browser_hash": "Yg=="}]
    assert json.dumps([ip_address("203.0.113.9")], cls=archive_tables.Encoder) == '["203.0.113.9"]'


def test_it_tells_in_words_what_was_done_and_by_whom_but_not_which_colleague(ada: User) -> None:
    clerk = UserFactory.create(is_staff=True)
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


def test_the_readme_says_what_is_where_what_is_left_out_and_how_long_it_is_kept(found: ZipFile) -> None:
    readme = " ".join(found.read("README.txt").decode().split())
    assert "data/documents-section (2 rows)" in readme
    assert "Kept: Mails sent to you: 90 days" in readme
    assert "device.session_key" in readme.split("What is left out, and why")[1]
    assert "as long as the law of taxes asks" in readme


def test_the_readme_says_at_its_top_whether_the_site_is_for_trying_out(ada: User, settings: Settings) -> None:
    settings.NOTICE_BANNER = "Nothing here is real."
    assert "Nothing here is real." in archive_of(ada).read("README.txt").decode().split("What is where")[0]
    settings.NOTICE_BANNER = ""
    head = archive_of(ada).read("README.txt").decode().split("What is where")[0]
    assert "Nothing here is real." not in head
    assert "\n\n\n" not in head
