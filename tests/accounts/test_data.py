"""The page with one's own data, the command and the staff's door to the same (R-71)."""

import re
import stat
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import Group
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Mail, User
from privacy.domain import archive, erasure, exports
from privacy.enums import ErasureState, ExportState
from privacy.errors import BeingErased, Gone
from privacy.models import AuditEvent, DataExport, Erasure
from tests.documents import elsewhere
from tests.documents.factories import UserFactory
from tests.documents.test_views import student_with_consent, words
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

PAGE = "/account/data/"


@pytest.fixture
def ada(client: Client) -> User:
    user = student_with_consent()
    client.force_login(user)
    return user


def made(user: User, by: User | None = None) -> DataExport:
    row = exports.ask(user=user, by=by or user, now=timezone.now())
    assert exports.make(export_id=row.pk)
    row.refresh_from_db()
    return row


def download_of(row: DataExport) -> str:
    return f"{PAGE}export/{row.pk}/download/"


def received(response: Any) -> bytes:
    async def gather() -> list[bytes]:
        return [chunk async for chunk in response.streaming_content]

    return b"".join(async_to_sync(gather)())


# --- the page ----------------------------------------------------------------------------------------------------


def test_a_student_asks_sees_how_far_it_is_and_takes_it_away(client: Client, ada: User) -> None:
    assert "Make the file" in words(client.get(PAGE))
    assert PAGE in words(client.get("/account/"))
    assert client.post(PAGE).status_code == 302
    row = DataExport.objects.get()
    DataExport.objects.update(progress=42)
    page = words(client.get(PAGE))
    assert "42 %" in page
    assert 'data-hx-get="/account/data/export/"' in page
    assert "Download" not in page
    assert client.get(download_of(row)).headers["Location"] == PAGE
    exports.make(export_id=row.pk)
    part = words(client.get(f"{PAGE}export/"))
    assert "data-hx-get" not in part
    assert download_of(row) in part
    answer = client.get(download_of(row))
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    assert re.search(r'attachment; filename="[a-z]+-data-[\d-]+\.zip"', answer["Content-Disposition"])
    content = received(answer)
    assert len(content) == int(answer["Content-Length"])
    assert "README.txt" in ZipFile(BytesIO(content)).namelist()
    event = AuditEvent.objects.get(action="user.export_downloaded")
    assert (event.actor_id, event.details) == (ada.pk, {"export": str(row.pk)})
    rest = client.get(download_of(row), headers={"Range": "bytes=10-"})
    assert (rest.status_code, received(rest)) == (206, content[10:])
    assert client.head(download_of(row)).status_code == 200
    assert AuditEvent.objects.filter(action="user.export_downloaded").count() == 1, "gone on with"


def test_the_mail_leads_to_the_page_and_holds_no_way_in(client: Client, ada: User) -> None:
    row = made(ada)
    from accounts.domain import mail

    message = mail._render(Mail.objects.get(template="data_export_ready"))
    assert f"{PAGE}\n" in message.body
    assert str(row.pk) not in message.body + str(message.alternatives)
    assert row.stored_as not in message.body
    assert "You can download it for 7 days" in message.body
    assert "You asked for" in message.body


def test_who_signed_in_long_ago_proves_it_first(client: Client, ada: User, settings: Settings) -> None:
    row = made(ada)
    settings.PROOF_IS_FRESH = timedelta(0)
    assert client.get(download_of(row))["Location"] == "/account/prove/?next=%2Faccount%2Fdata%2F"
    assert not AuditEvent.objects.filter(action="user.export_downloaded").exists()


def test_the_fourth_in_a_day_is_refused_with_the_time_to_wait(client: Client, ada: User) -> None:
    for _ in range(3):
        client.post(PAGE)
        DataExport.objects.update(state=ExportState.FAILED, due_at=None)
    answer = client.post(PAGE)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 86_400
    assert "3 in a day" in words(answer)


def test_after_its_days_it_is_not_handed_out(client: Client, ada: User) -> None:
    row = made(ada)
    DataExport.objects.update(expires_at=timezone.now())
    assert client.get(download_of(row))["Location"] == PAGE
    page = words(client.get(PAGE))
    assert "was deleted when its time was over" in page
    assert download_of(row) not in page


def test_one_that_failed_says_what_to_do(client: Client, ada: User) -> None:
    exports.ask(user=ada, by=ada, now=timezone.now())
    DataExport.objects.update(state=ExportState.FAILED, due_at=None)
    page = words(client.get(PAGE))
    assert "We tried several times" in page
    assert "Make the file" in page


def test_while_a_newer_one_is_made_or_has_failed_the_one_before_is_still_handed_out(client: Client, ada: User) -> None:
    row = made(ada)
    exports.ask(user=ada, by=ada, now=timezone.now())
    for state in (ExportState.PENDING, ExportState.FAILED):
        DataExport.objects.exclude(pk=row.pk).update(state=state)
        page = words(client.get(PAGE))
        assert "The file that was made before is still here" in page
        assert download_of(row) in page
    DataExport.objects.update(expires_at=timezone.now())
    assert download_of(row) not in words(client.get(PAGE))


def test_who_has_not_agreed_to_new_terms_takes_their_data_along(client: Client) -> None:
    user = UserFactory.create()
    client.force_login(user)
    assert PAGE in words(client.get("/consents/"))
    assert client.post(PAGE)["Location"] == PAGE
    exports.make(export_id=DataExport.objects.get().pk)
    assert "Your file is ready" in words(client.get(PAGE))
    assert client.get(download_of(DataExport.objects.get()))["Content-Type"] == "application/zip"


def test_one_that_the_storage_lost_is_made_anew(client: Client, ada: User) -> None:
    row = made(ada)
    default_storage.delete(row.stored_as)
    assert client.get(download_of(row))["Location"] == PAGE
    row.refresh_from_db()
    assert row.state == ExportState.PENDING
    assert exports.make(export_id=row.pk)
    assert received(client.get(download_of(row)))


def test_while_the_storage_is_away_a_page_says_so(client: Client, ada: User, settings: Settings) -> None:
    row = made(ada)
    settings.STORAGES = elsewhere.away()
    client.raise_request_exception = False
    assert client.get(download_of(row)).status_code == 503
    row.refresh_from_db()
    assert row.state == ExportState.READY


def test_somebody_elses_is_missing_and_without_signing_in_there_is_nothing(client: Client, ada: User) -> None:
    row = made(UserFactory.create())
    assert client.get(download_of(row)).status_code == 404
    for path in (PAGE, f"{PAGE}export/", download_of(row)):
        assert Client().get(path)["Location"].startswith("/signin/")


@pytest.mark.django_db(transaction=True)
async def test_it_is_streamed_under_asgi() -> None:
    row = await sync_to_async(lambda: made(student_with_consent()))()
    browser = AsyncClient()
    await browser.aforce_login(await User.objects.aget(pk=row.user_id))
    answer: Any = await browser.get(download_of(row))
    assert answer.is_async
    content = b"".join([chunk async for chunk in answer.streaming_content])
    assert "README.txt" in ZipFile(BytesIO(content)).namelist()


# --- staff -------------------------------------------------------------------------------------------------------


def officer(client: Client, role: str = "Privacy officer") -> User:
    clerk = User.objects.create_user(f"{role[:3].lower()}@tesigo.example", is_staff=True)
    clerk.groups.add(Group.objects.get(name=role))
    return sign_in(client, clerk)


def test_the_privacy_officer_has_one_made_takes_it_and_the_person_is_told(client: Client) -> None:
    ada, clerk = UserFactory.create(), officer(client)
    assert "Export their data" in words(client.get(f"/admin/people/{ada.pk}/"))
    client.post(f"/admin/people/{ada.pk}/export/")
    row = DataExport.objects.get()
    assert (row.user, row.actor_id) == (ada, clerk.pk)
    assert exports.make(export_id=row.pk)
    address = f"/admin/people/{ada.pk}/exports/{row.pk}/"
    assert address in words(client.get(f"/admin/people/{ada.pk}/"))
    answer = client.get(address)
    assert "no-store" in answer["Cache-Control"]
    assert "README.txt" in ZipFile(BytesIO(received(answer))).namelist()
    event = AuditEvent.objects.get(action="user.export_downloaded")
    assert (event.actor_id, event.object_id) == (clerk.pk, str(ada.pk))
    assert Mail.objects.get(user=ada).context["by_staff"] is True
    assert client.get(f"/admin/people/{clerk.pk}/exports/{row.pk}/").status_code == 404
    assert client.get(f"/admin/people/{ada.pk}/exports/{uuid4()}/").status_code == 404


def test_no_other_role_and_nothing_about_colleagues(client: Client) -> None:
    ada = UserFactory.create()
    row = made(ada)
    officer(client, "Support")
    assert "Export their data" not in words(client.get(f"/admin/people/{ada.pk}/"))
    assert client.post(f"/admin/people/{ada.pk}/export/").status_code == 403
    assert client.get(f"/admin/people/{ada.pk}/exports/{row.pk}/").status_code == 403
    other = Client()
    officer(other)
    colleague = made(UserFactory.create(is_staff=True))
    assert other.post(f"/admin/people/{colleague.user_id}/export/").status_code == 403
    assert other.get(f"/admin/people/{colleague.user_id}/exports/{colleague.pk}/").status_code == 403


# --- the command -------------------------------------------------------------------------------------------------


@pytest.fixture
def bo() -> User:
    return UserFactory.create(email="bo@university.example")


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("spelling", ["bo@university.example", " Bo+thesis@University.example ", "{pk}", "{public_id}"])
def test_the_command_writes_an_archive_that_only_its_owner_can_read(
    bo: User, tmp_path: Path, spelling: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "bo.zip"
    call_command("export_user_data", spelling.format(pk=bo.pk, public_id=bo.public_id), output=output)
    assert "README.txt" in ZipFile(output).namelist()
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert files_in(tmp_path) == ["bo.zip"]
    assert f"about account {bo.pk}" in capsys.readouterr().out
    assert AuditEvent.objects.get(action="user.exported").details == {"by": "command"}


@pytest.mark.parametrize(
    "nobody",
    ["nobody@university.example", "not an address", "999999", "9" * 40, "0f1e2d3c-0000-4000-8000-000000000000", "@"],
)
def test_an_address_that_belongs_to_nobody_is_an_error_and_no_file(tmp_path: Path, nobody: str) -> None:
    with pytest.raises(CommandError, match="Nobody has this"):
        call_command("export_user_data", nobody, output=tmp_path / "x.zip")
    assert files_in(tmp_path) == []


def test_the_command_replaces_a_file_only_when_told_so(bo: User, tmp_path: Path) -> None:
    output = tmp_path / "bo.zip"
    output.write_bytes(b"something else")
    with pytest.raises(CommandError, match="there already"):
        call_command("export_user_data", str(bo.pk), output=output)
    assert output.read_bytes() == b"something else"
    call_command("export_user_data", str(bo.pk), output=output, overwrite=True)
    assert ZipFile(output).testzip() is None
    with pytest.raises(CommandError, match="is a folder"):
        call_command("export_user_data", str(bo.pk), output=tmp_path)


def test_who_is_to_be_erased_takes_their_data_along_until_it_begins(client: Client, ada: User, tmp_path: Path) -> None:
    row = made(ada)
    erasure.ask(user=ada, by=ada)
    page = words(client.get(PAGE))
    assert "Download it before then" in page
    assert "Make a new file" in page
    assert "Download" in page
    assert client.post(PAGE).status_code == 302
    DataExport.objects.exclude(pk=row.pk).delete()

    Erasure.objects.update(state=ErasureState.WORKING)
    answer = client.post(PAGE)
    assert answer.status_code == 409
    assert "being erased at this moment" in words(answer)
    with pytest.raises(CommandError, match="being erased at this moment"):
        call_command("export_user_data", ada.email, output=tmp_path / "ada.zip")
    clerk = officer(Client())
    with pytest.raises(BeingErased):
        exports.ask(user=ada, by=clerk, now=timezone.now())
    assert list(DataExport.objects.all()) == [row]
    assert files_in(tmp_path) == []


@pytest.mark.django_db(transaction=True)
def test_an_erasure_takes_exports_and_their_files_along_and_nothing_is_made_afterwards(tmp_path: Path) -> None:
    bo = UserFactory.create(email="bo@university.example")
    row = made(bo)
    under_way = exports.ask(user=bo, by=bo, now=timezone.now())
    done = erasure.ask(user=bo, by=None, at_once=True)
    assert erasure.work(erasure_id=done.pk)
    assert not DataExport.objects.exists()
    assert not default_storage.exists(row.stored_as)
    assert not exports.make(export_id=under_way.pk)
    with pytest.raises(Gone):
        exports.ask(user=bo, by=None, now=timezone.now())
    with pytest.raises(CommandError, match="is erased"):
        call_command("export_user_data", str(bo.pk), output=tmp_path / "bo.zip")
    assert files_in(tmp_path) == []


def test_what_fails_midway_leaves_no_file(bo: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(user: User, out: Any, **_: object) -> None:
        out.write(b"PK")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "write", full)
    with pytest.raises(CommandError, match="Nothing was written: No space left on device"):
        call_command("export_user_data", str(bo.pk), output=tmp_path / "bo.zip")
    with pytest.raises(CommandError, match="Nothing was written: No such file"):
        call_command("export_user_data", str(bo.pk), output=tmp_path / "no" / "bo.zip")
    assert files_in(tmp_path) == []
