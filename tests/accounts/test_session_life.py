"""Sessions end: idle, in all, and from afar (ASVS 5.0, V7.3.1, V7.3.2, V7.4, V7.5.2)."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts import lines
from accounts.domain import devices, session_life
from accounts.models import Device, User
from tesigo.asgi import application
from tests.accounts.journey import ADDRESS, DAY, HOUR, MINUTE, Post, ask_by_page, back, path_of, sign_in
from tests.documents.factories import UserFactory, outlined_document

pytestmark = pytest.mark.django_db

STUDENT, STAFF = "student", "staff"


def signed_in(kind: str = STUDENT) -> Client:
    """A browser of a person of this kind who has agreed to the terms."""
    if kind == STAFF:
        user = User.objects.create_superuser("staff@tesigo.example", "a long pass phrase")  # pragma: allowlist secret
    else:
        user = User.objects.create_user(ADDRESS)
    client = Client()
    client.force_login(user)
    client.post("/consents/", {"essential": "on"})
    return client


@pytest.mark.parametrize(
    ("kind", "idle", "since", "status"),
    [
        (STUDENT, 14 * DAY - HOUR, 15 * DAY, 200),
        (STUDENT, 14 * DAY, 14 * DAY, 302),
        (STUDENT, MINUTE, 90 * DAY - HOUR, 200),
        (STUDENT, MINUTE, 90 * DAY, 302),
        (STAFF, 29 * MINUTE, HOUR, 200),
        (STAFF, 30 * MINUTE, HOUR, 302),
        (STAFF, MINUTE, 12 * HOUR - MINUTE, 200),
        (STAFF, MINUTE, 12 * HOUR, 302),
    ],
)
def test_a_session_ends_idle_and_in_all(kind: str, idle: timedelta, since: timedelta, status: int) -> None:
    client = signed_in(kind)
    key = client.session.session_key
    back(client, idle=idle, since=since)
    answer = client.get("/account/")
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"] == "/signin/?next=/account/"
        assert not Session.objects.filter(session_key=key).exists()
        assert not Device.objects.filter(session_key=key).exists()
        stolen = Client()
        stolen.cookies[django_settings.SESSION_COOKIE_NAME] = str(key)
        assert stolen.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("kind", "since", "left"),
    [
        (STUDENT, timedelta(), 14 * DAY),
        (STUDENT, 85 * DAY, 5 * DAY),
        (STAFF, timedelta(), 30 * MINUTE),
        (STAFF, 11 * HOUR + 50 * MINUTE, 10 * MINUTE),
    ],
)
def test_row_and_cookie_live_no_longer_than_the_session(kind: str, since: timedelta, left: timedelta) -> None:
    client = signed_in(kind)
    back(client, idle=10 * MINUTE, since=since)
    cookie = client.get("/account/").cookies[django_settings.SESSION_COOKIE_NAME]
    ends = Session.objects.get(session_key=client.session.session_key).expire_date
    assert timedelta() <= left - (ends - timezone.now()) < MINUTE
    assert abs(int(cookie["max-age"]) - left.total_seconds()) < 60


def test_a_session_of_before_is_as_old_as_the_last_sign_in() -> None:
    client = signed_in(STAFF)
    session = client.session
    for key in ("seen_at", "signed_in_at"):
        del session[key]
    session.save()
    assert client.get("/account/").status_code == 200
    User.objects.update(last_login=timezone.now() - 13 * HOUR)
    session = client.session
    for key in ("seen_at", "signed_in_at"):
        del session[key]
    session.save()
    assert client.get("/account/").status_code == 302


def writes(client: Client, **headers: str) -> list[str]:
    """What a page writes to the database."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/account/", headers=headers).status_code == 200
    return [query["sql"] for query in queries if not query["sql"].startswith(("SELECT", "DELETE"))]


def test_that_a_session_is_used_is_written_once_in_some_minutes() -> None:
    client = signed_in()
    client.get("/account/")  # remembers in the session that the terms are accepted
    assert writes(client) == []
    back(client, idle=6 * MINUTE, since=DAY)
    assert any("accounts_device" in sql for sql in writes(client))
    assert writes(client) == []
    assert timezone.now() - Device.objects.get().last_seen_at < MINUTE  # type: ignore[operator]  # is set


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in() -> None:
    client = signed_in()
    client.get("/account/")
    back(client, idle=DAY, since=2 * DAY)
    assert writes(client, X_Unasked="1") == []
    assert writes(client, X_Requested_With="fetch") == []
    assert writes(client) != []


def test_part_of_a_page_sends_the_whole_page_to_sign_in() -> None:
    client = signed_in()
    back(client, idle=15 * DAY, since=15 * DAY)
    page = f"{django_settings.SITE_URL}/documents/?state=draft"
    answer = client.get("/account/payments/", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"/signin/?next={quote('/documents/?state=draft', '')}")
    for evil in ("//evil.example/", "https://evil.example//evil.example/", ""):
        answer = client.get("/account/payments/", headers={"HX-Request": "true", "HX-Current-URL": evil})
        assert "evil" not in answer["HX-Redirect"]


def test_scripts_are_told_in_json() -> None:
    client = signed_in()
    back(client, idle=15 * DAY, since=15 * DAY)
    answer = client.get("/account/payments/", headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")


def test_a_form_sent_too_late_leads_back_to_the_page_it_stood_on() -> None:
    client = signed_in()
    back(client, idle=15 * DAY, since=15 * DAY)
    page = f"{django_settings.SITE_URL}/account/"
    answer = client.post("/account/devices/1/sign-out/", headers={"Referer": page})
    assert answer["Location"] == f"/signin/?next={quote('/account/', '')}"
    assert client.post("/account/devices/1/sign-out/")["Location"] == "/signin/"


def test_who_was_here_before_is_told_why_to_sign_in_again(post: Post) -> None:
    client = Client()
    sign_in(client, post)
    client.post("/consents/", {"essential": "on"})
    assert b"You are signed out" not in Client().get("/signin/?next=/account/").content
    back(client, idle=15 * DAY, since=15 * DAY)
    answer = client.get("/account/", follow=True)
    assert b"You are signed out in this browser" in answer.content


def test_nothing_of_an_anonymous_session_outlives_the_sign_in(post: Post) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = str(session.session_key)
    sign_in(client, post)
    assert client.session.session_key != session.session_key
    assert "planted" not in client.session
    assert not Session.objects.filter(session_key=session.session_key).exists()


class TestProvingAnew:
    @pytest.fixture
    def student(self, post: Post) -> Client:
        """Signed in by mail an hour ago, and from another browser as well."""
        for client in (Client(), Client()):
            sign_in(client, post)
            client.post("/consents/", {"essential": "on"})
        back(client, idle=MINUTE, since=HOUR)
        return client

    @pytest.mark.parametrize("action", ["sign-out-everywhere/", "devices/{other}/sign-out/"])
    def test_ending_sessions_asks_for_it_where_the_sign_in_is_a_while_ago(
        self, student: Client, post: Post, action: str
    ) -> None:
        other = Device.objects.exclude(session_key=student.session.session_key).get()
        path = f"/account/{action.format(other=other.pk)}"
        asked = student.post(path)
        assert asked["Location"] == "/account/prove/?next=%2Faccount%2F"
        assert Device.objects.count() == 2
        assert b"Is it you?" in student.get(asked["Location"]).content
        assert student.post(asked["Location"])["Location"] == "/signin/check/"
        before = student.session.session_key
        proven = student.post("/signin/check/", {"code": post.newest().code})
        assert proven["Location"] == "/account/"
        assert student.session.session_key != before
        assert Device.objects.count() == 2, "this browser goes on under its new key"
        assert student.post(path).status_code == 302
        assert not Device.objects.filter(pk=other.pk).exists()

    def test_the_mail_of_another_browser_proves_nothing_here(self, student: Client, post: Post) -> None:
        ask_by_page(Client())
        stranger = post.newest()
        assert student.post("/signin/check/", {"code": stranger.code}).status_code == 302
        assert not session_life.is_fresh(student.session, now=timezone.now())
        student.post(path_of(stranger.link))
        assert not session_life.is_fresh(student.session, now=timezone.now())

    def test_a_fresh_sign_in_is_proof_enough(self, student: Client) -> None:
        back(student, idle=MINUTE, since=14 * MINUTE)
        assert student.post("/account/sign-out-everywhere/")["Location"] == "/signin/"

    def test_staff_prove_it_at_their_own_door(self) -> None:
        staff = signed_in(STAFF)
        back(staff, idle=MINUTE, since=HOUR)
        page = staff.post("/account/sign-out-everywhere/", follow=True)
        assert b"Staff prove it with their password" in page.content
        assert b"Send a code" not in staff.post("/account/prove/").content


@pytest.mark.django_db(transaction=True)
class TestLiveLine:
    """A line lies open for hours: it neither keeps a session alive nor outlives it."""

    async def open(self, client: Client, path: str) -> ApplicationCommunicator:
        name = django_settings.SESSION_COOKIE_NAME
        cookie = f"{name}={client.cookies[name].value}".encode()
        headers = [(b"origin", django_settings.SITE_URL.encode()), (b"cookie", cookie)]
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
        line = ApplicationCommunicator(application, scope)
        await line.send_input({"type": "websocket.connect"})
        assert (await line.receive_output(60))["type"] == "websocket.accept"
        return line

    async def closes(self, line: ApplicationCommunicator) -> int:
        """The code with which the line is closed; snapshots before it are passed over."""
        async with asyncio.timeout(60):
            while (message := await line.receive_output(60))["type"] != "websocket.close":
                pass
        return int(message["code"])

    def arrange(self) -> tuple[Client, User, str]:
        user = UserFactory.create()
        client = Client()
        client.force_login(user)
        client.post("/consents/", {"essential": "on"})
        return client, user, f"/ws/documents/{outlined_document(owner=user).pk}/progress/"

    @pytest.mark.parametrize("how", ["signed out here", "signed out everywhere", "too old", "closed account"])
    async def test_it_closes_when_the_session_ends(self, how: str, monkeypatch: Any) -> None:
        monkeypatch.setattr(lines, "WATCH_EVERY_SECONDS", 0.05)
        client, user, path = await sync_to_async(self.arrange)()
        line = await self.open(client, path)
        assert (await line.receive_output(60))["type"] == "websocket.send"
        endings: dict[str, Any] = {
            "signed out here": lambda: client.post("/signout/"),
            "signed out everywhere": lambda: devices.sign_out_everywhere(user=user, by=user),
            "too old": lambda: back(client, idle=MINUTE, since=90 * DAY),
            "closed account": lambda: User.objects.update(is_active=False),
        }
        await sync_to_async(endings[how])()
        assert await self.closes(line) == lines.SESSION_ENDED_CODE
        await line.wait(60)

    async def test_a_line_signs_nobody_out_while_the_secret_changes(self, settings: Settings) -> None:
        client, _user, path = await sync_to_async(self.arrange)()
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another key, which is long enough for a secret of this site"
        line = await self.open(client, path)
        assert (await line.receive_output(60))["type"] == "websocket.send"
        await line.send_input({"type": "websocket.disconnect", "code": 1000})
        await line.wait(60)
        assert (await sync_to_async(client.get)("/account/")).status_code == 200

    async def test_a_session_that_is_over_opens_none(self) -> None:
        client, _user, path = await sync_to_async(self.arrange)()
        await sync_to_async(back)(client, idle=15 * DAY, since=15 * DAY)
        line = await self.open(client, path)
        assert await self.closes(line) == 4404

    async def test_watching_is_no_use_of_the_session(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(lines, "WATCH_EVERY_SECONDS", 0.02)
        client, _user, path = await sync_to_async(self.arrange)()
        await sync_to_async(back)(client, idle=DAY, since=2 * DAY)
        before = await sync_to_async(lambda: client.session["seen_at"])()
        line = await self.open(client, path)
        assert (await line.receive_output(60))["type"] == "websocket.send"
        assert await line.receive_nothing(0.3)
        assert await sync_to_async(lambda: client.session["seen_at"])() == before
        await line.send_input({"type": "websocket.disconnect", "code": 1000})
        await line.wait(60)
