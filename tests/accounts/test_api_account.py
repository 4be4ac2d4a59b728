"""One's own account for programs (R-58, ASVS 5.0 V7.5)."""

from tempfile import TemporaryFile
from typing import Any

import pytest
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.domain import devices
from accounts.enums import ApiScope
from accounts.models import ApiSignIn, Device, User
from privacy.models import Consent, DataExport, Erasure
from tests.accounts.journey import DAY, HOUR, MINUTE, back
from tests.api.calling import Program, kind_of, program_of, with_token
from tests.documents.factories import UserFactory
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db
USER = "/api/v1/user"
DEVICES = f"{USER}/devices"


@pytest.fixture
def student() -> User:
    return student_with_consent()


@pytest.fixture
def program(student: User) -> Program:
    return program_of(student)


def browser_of(user: User, user_agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Firefox/153.0") -> Client:
    """A browser that is signed in and listed."""
    browser = Client()
    browser.force_login(user)
    key = str(browser.session.session_key)
    devices.remember(user=user, session_key=key, user_agent=user_agent, now=timezone.now())
    return browser


def signed_in_long_ago(user: User) -> Program:
    program = program_of(user)
    ApiSignIn.objects.filter(user=user).update(created_at=timezone.now() - HOUR)
    return program


def test_who_is_calling_and_how_they_are_called(program: Program, student: User) -> None:
    read = program.get(USER)
    said, seen = read.json(), read.headers["ETag"]
    assert (said["id"], said["email"]) == (str(student.public_id), student.email_as_typed)
    assert kind_of(program("PATCH", USER, {"name": "Ada"})) == "if-match-required"
    wish = {"name": "  Ada\u200b Lovelace ", "email": "eve@example.org", "id": "x"}
    changed = program("PATCH", USER, wish, If_Match=seen)
    assert changed.status_code == 200, changed.content
    assert changed.json()["name"] == "Ada Lovelace"
    assert changed.headers["ETag"] == program.get(USER).headers["ETag"]
    assert kind_of(program("PATCH", USER, {"name": "Eve"}, If_Match=seen)) == "changed-meanwhile"
    student.refresh_from_db()
    assert (student.name, student.language, student.email_as_typed) == ("Ada Lovelace", "en", said["email"])


@pytest.mark.parametrize(
    ("wrong", "pointer"), [({"name": "x" * 121}, "/name"), ({"language": "xx"}, "/language"), ({"name": None}, "/name")]
)
def test_a_profile_that_is_none_says_where(program: Program, wrong: dict[str, Any], pointer: str) -> None:
    answer = program("PATCH", USER, wrong)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_the_notice_of_a_lost_mail_is_read(program: Program, student: User) -> None:
    User.objects.filter(pk=student.pk).update(mail_refused_at=timezone.now())
    assert program.get(USER).json()["mail_refused_at"]
    assert program.post(f"{USER}/mail-notice/read", {}).status_code == 204
    assert program.get(USER).json()["mail_refused_at"] is None


def test_browsers_are_listed_and_signed_out(program: Program, student: User) -> None:
    browser = browser_of(student)
    browser_of(student_with_consent())
    [row] = program.get(DEVICES).json()
    assert "Firefox" in row["name"]
    assert set(row) == {"id", "name", "created_at", "last_seen_at"}
    assert program("DELETE", f"{DEVICES}/{row['id']}").status_code == 204
    assert program("DELETE", f"{DEVICES}/{row['id']}").status_code == 404
    assert browser.get("/documents/").status_code == 302


def test_somebody_elses_browser_is_not_there(program: Program) -> None:
    browser_of(student_with_consent())
    theirs = Device.objects.get()
    assert program("DELETE", f"{DEVICES}/{theirs.pk}").status_code == 404
    assert Device.objects.filter(pk=theirs.pk).exists()


def test_leaving_takes_a_sign_in_of_a_moment_ago(student: User) -> None:
    browser_of(student)
    device = Device.objects.get()
    lasting = with_token(student, ApiScope.ACCOUNT_READ, ApiScope.ACCOUNT_WRITE)
    for program in (signed_in_long_ago(student), lasting):
        assert kind_of(program("DELETE", f"{DEVICES}/{device.pk}")) == "proof-required"
        assert kind_of(program.post(f"{USER}/sign-out-everywhere", {})) == "proof-required"
    assert Device.objects.filter(pk=device.pk).exists()


def test_a_page_proves_by_its_session(student: User) -> None:
    browser = browser_of(student)
    device = Device.objects.get()
    back(browser, idle=MINUTE, since=HOUR)
    assert kind_of(browser.delete(f"{DEVICES}/{device.pk}")) == "proof-required"
    back(browser, idle=MINUTE, since=MINUTE)
    assert browser.delete(f"{DEVICES}/{device.pk}").status_code == 204


def test_signing_out_everywhere_ends_this_program_as_well(program: Program, student: User) -> None:
    browser, other = browser_of(student), program_of(student)
    assert program.post(f"{USER}/sign-out-everywhere", {}).status_code == 204
    assert program.get(USER).status_code == 401
    assert other.get(USER).status_code == 401
    assert browser.get("/documents/").status_code == 302


# --- consent ----------------------------------------------------------------------------------------------------


def test_who_has_not_agreed_takes_their_data_along_and_leaves_by_program(db: None) -> None:
    program = program_of(UserFactory.create())
    assert program.post(f"{USER}/export-data", {}).status_code == 202
    assert program.get(f"{USER}/export-data").json()["state"] == "pending"
    assert program("DELETE", f"{USER}/delete-account").status_code == 202
    assert program.get(f"{USER}/delete-account").json()["state"] == "asked"


def test_a_new_person_agrees_by_program(db: None) -> None:
    program = program_of(UserFactory.create())
    assert kind_of(program.get(USER)) == "consent-required"
    asked = program.get(f"{USER}/consents").json()
    assert asked["is_accepted"] is False
    assert [row["kind"] for row in asked["consents"]] == ["essential"]
    refused = program("PUT", f"{USER}/consents", {"essential": False})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/essential"
    assert program("PUT", f"{USER}/consents", {}).status_code == 400
    agreed = program("PUT", f"{USER}/consents", {"essential": True})
    assert (agreed.status_code, agreed.json()["is_accepted"]) == (200, True)
    assert program.get(USER).status_code == 200
    kept = Consent.objects.get()
    assert (kept.granted, kept.ip) == (True, "127.0.0.1")


def test_agreeing_twice_leaves_one_row(program: Program) -> None:
    before = Consent.objects.count()
    assert program("PUT", f"{USER}/consents", {"essential": True}).status_code == 200
    assert Consent.objects.count() == before
    assert Consent.objects.filter(created_at__gt=timezone.now() - DAY).count() == before


# --- all that is kept ---------------------------------------------------------------------------------------------


def test_all_that_is_kept_is_asked_for_told_and_fetched(program: Program, student: User) -> None:
    path = f"{USER}/export-data"
    assert program.get(path).status_code == 404
    asked = program.post(path, {})
    assert asked.status_code == 202, asked.content
    assert (asked.json()["state"], asked.json()["file_url"]) == ("pending", None)
    assert program.post(path, {}).json()["id"] == asked.json()["id"], "one is under way"
    file = f"{path}/{asked.json()['id']}/file"
    assert kind_of(program.get(file)) == "not-ready"
    with TemporaryFile() as out:
        out.write(b"PK words")
        out.seek(0)
        stored = default_storage.save("data-exports/one.zip", File(out))
    DataExport.objects.update(
        state="ready", stored_as=stored, size=8, progress=100, due_at=None, expires_at=timezone.now() + DAY
    )
    shown = program.get(path).json()
    assert shown["file_url"].endswith(file)
    assert kind_of(signed_in_long_ago(student).get(file)) == "proof-required"
    ApiSignIn.objects.update(created_at=timezone.now())
    fetched = program.get(shown["file_url"], Accept="application/zip")
    assert (fetched.status_code, fetched.headers["Content-Type"]) == (200, "application/zip")
    assert b"".join(fetched) == b"PK words"
    assert program_of(student_with_consent()).get(file).status_code == 404


def test_exports_of_a_day_are_bounded(program: Program, settings: Any) -> None:
    settings.DATA_EXPORTS_PER_DAY = 1
    assert program.post(f"{USER}/export-data", {}).status_code == 202
    DataExport.objects.update(state="failed", due_at=None)
    answer = program.post(f"{USER}/export-data", {})
    assert answer.status_code == 429
    assert kind_of(answer) == "quota-reached"
    assert int(answer.headers["Retry-After"]) > 0


# --- the end of an account ----------------------------------------------------------------------------------------


def test_an_account_is_to_be_erased_and_kept_after_all(program: Program, student: User) -> None:
    path = f"{USER}/delete-account"
    assert program.get(path).status_code == 404
    asked = program("DELETE", path)
    assert asked.status_code == 202, asked.content
    assert asked.json()["state"] == "asked"
    assert asked.json()["begins_at"] > (timezone.now() + 13 * DAY).isoformat()
    assert program("DELETE", path).json() == asked.json() == program.get(path).json()
    assert Erasure.objects.count() == 1
    assert program.post(f"{path}/cancel", {}).json() == {"was_asked": True}
    assert program.post(f"{path}/cancel", {}).json() == {"was_asked": False}
    assert program.get(path).status_code == 404
    assert User.objects.filter(pk=student.pk, is_active=True).exists()


def test_an_account_is_erased_by_nobody_who_has_not_just_signed_in(student: User) -> None:
    lasting = with_token(student, ApiScope.ACCOUNT_WRITE)
    for program in (signed_in_long_ago(student), lasting):
        assert kind_of(program("DELETE", f"{USER}/delete-account")) == "proof-required"
    assert not Erasure.objects.exists()


def test_an_erasure_that_has_begun_is_not_taken_back(program: Program, student: User) -> None:
    program("DELETE", f"{USER}/delete-account")
    Erasure.objects.update(state="working")
    assert kind_of(program.post(f"{USER}/delete-account/cancel", {})) == "being-erased"
    assert kind_of(program("DELETE", f"{USER}/delete-account")) == "being-erased"
