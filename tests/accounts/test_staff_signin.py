"""The password door of the administration (R-55): guessing is locked out for real."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.domain import people, staff
from accounts.errors import NotAnAddress
from accounts.models import Mail, SignInRequest, StaffAccess, User
from privacy.models import AuditEvent
from tests.accounts.journey import ask
from tests.staff import code_of, enrol

pytestmark = pytest.mark.django_db

EMAIL = "staff@tesigo.example"
PASSWORD = "a long pass phrase"


@pytest.fixture(autouse=True)
def _staff(db: None) -> None:
    staff.create_staff(email=EMAIL, password=PASSWORD)
    # A password of their own: what the first one is about stands in test_first_password.py.
    StaffAccess.objects.update(first_password_until=None)


def _enter(client: Client) -> str:
    """All the way in; returns the secret of the app that was set up."""
    _try(client, PASSWORD)
    return enrol(client)


def _try(client: Client, password: str, email: str = EMAIL, **extra: str) -> Any:
    return client.post("/admin/login/", {"username": email, "password": password, "next": "/admin/"}, **extra)


def test_the_right_password_and_a_second_factor_open_the_administration(client: Client) -> None:
    assert _try(client, PASSWORD, " Staff@TesiGo.example").status_code == 302
    assert client.get("/admin/").status_code == 302
    enrol(client)
    assert client.get("/admin/").status_code == 200


def test_after_five_wrong_passwords_the_right_one_stays_out(client: Client) -> None:
    for _ in range(4):
        assert _try(client, "wrong").status_code == 200
    for password in ("wrong", PASSWORD, PASSWORD):
        answer = _try(client, password)
        assert answer.status_code == 429
        assert answer["Retry-After"] == "900"
        assert b"15 minutes" in answer.content
    assert AccessAttempt.objects.get().username == EMAIL
    assert "_auth_user_id" not in client.session


def test_letter_case_headers_and_fresh_cookies_do_not_dodge_the_lock(client: Client) -> None:
    names = [EMAIL, EMAIL.upper(), "Staff@tesigo.example", f" {EMAIL}", "sTaff@tesigo.example"]
    for number, name in enumerate(names):
        _try(Client(), "wrong", name, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}", HTTP_USER_AGENT=f"agent {number}")
    assert _try(Client(), PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.99").status_code == 429


def test_the_name_is_locked_from_anywhere_but_a_browser_that_passed_before_gets_in(client: Client) -> None:
    known = Client(REMOTE_ADDR="203.0.113.7")
    secret = _enter(known)
    known.cookies.pop("sessionid")
    for number in range(6):
        _try(Client(REMOTE_ADDR=f"198.51.100.{number}"), "wrong")
    assert _try(Client(REMOTE_ADDR="203.0.113.9"), PASSWORD).status_code == 429
    assert _try(known, PASSWORD)["Location"] == "/staff/second-factor/authenticate/"
    known.post("/staff/second-factor/authenticate/", {"code": code_of(secret, later=1)})
    assert known.get("/admin/").status_code == 200


def test_a_known_browser_is_locked_by_its_own_guesses_only() -> None:
    known = Client(REMOTE_ADDR="203.0.113.7")
    _enter(known)
    known.cookies.pop("sessionid")
    codes = [_try(known, "wrong").status_code for _ in range(6)]
    assert codes == [200, 200, 200, 200, 429, 429]
    assert _try(Client(REMOTE_ADDR="203.0.113.9"), PASSWORD).status_code == 302
    other = Client(REMOTE_ADDR="203.0.113.7")
    other.cookies["tesigo-staff"] = known.cookies["tesigo-staff"].value[:-3] + "xyz"
    for _ in range(5):
        _try(other, "wrong")
    assert _try(Client(REMOTE_ADDR="203.0.113.9"), PASSWORD).status_code == 429


def test_a_try_during_the_lock_does_not_start_it_anew(client: Client) -> None:
    for _ in range(5):
        _try(client, "wrong")
    almost = timezone.now() - timedelta(minutes=14, seconds=50)
    AccessAttempt.objects.update(attempt_time=almost)
    assert _try(client, "wrong").status_code == 429
    assert AccessAttempt.objects.get().attempt_time == almost
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert _try(client, PASSWORD).status_code == 302


def test_the_trail_tells_of_sign_ins_refusals_and_the_lock_once(client: Client) -> None:
    for _ in range(8):
        _try(client, "wrong")
    _try(client, "wrong", "nobody@tesigo.example")
    rows = AuditEvent.objects.filter(action__startswith="staff.").exclude(action="staff.created")
    assert [row.action for row in rows] == [*["staff.signin_failed"] * 4, "staff.locked_out"]
    assert {row.object_id for row in rows} == {str(User.objects.get().pk)}
    assert "tesigo.example" not in str(list(rows.values()))


@pytest.mark.django_db(transaction=True)
def test_the_lock_holds_under_asgi_too() -> None:
    async def tries() -> list[int]:
        client = AsyncClient()
        form = {"username": EMAIL, "password": "wrong", "next": "/admin/"}
        codes = [(await client.post("/admin/login/", form)).status_code for _ in range(5)]
        return [*codes, (await client.post("/admin/login/", form | {"password": PASSWORD})).status_code]

    assert asyncio.run(tries()) == [200, 200, 200, 200, 429, 429]


def test_a_students_session_does_not_open_the_administration(client: Client) -> None:
    client.force_login(User.objects.create_user("ada@university.example"))
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/accounts/user/").status_code == 302


def test_the_first_staff_user_is_made_once() -> None:
    assert staff.create_first_staff(email="second@tesigo.example", password=PASSWORD) is False
    User.objects.all().delete()
    assert staff.create_first_staff(email="first@tesigo.example", password=PASSWORD) is True
    assert User.objects.get().is_superuser


def test_weak_passwords_and_bad_addresses_are_refused() -> None:
    with pytest.raises(ValidationError):
        staff.create_staff(email="new@tesigo.example", password="short")
    with pytest.raises(NotAnAddress):
        staff.create_staff(email="new", password=PASSWORD)
    with pytest.raises(staff.StaffExists):
        staff.create_staff(email=EMAIL.upper(), password=PASSWORD)


def test_the_command_makes_staff_and_prints_the_password_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_staff", "new@tesigo.example", "--generate")
    password = capsys.readouterr().out.strip().rpartition(" ")[2]
    assert User.objects.get(email="new@tesigo.example").check_password(password)
    for bad, words in (("new@tesigo.example", "already"), ("nonsense", "not an e-mail address")):
        with pytest.raises(CommandError, match=words):
            call_command("create_staff", bad, "--generate")


def test_premium_is_noted_once() -> None:
    boss = User.objects.get()
    ada = User.objects.create_user("ada@university.example")
    assert people.set_premium(user=ada, premium=True, by=boss) is True
    assert people.set_premium(user=ada, premium=True, by=boss) is False
    assert AuditEvent.objects.filter(action="user.premium_changed", actor_id=boss.pk).count() == 1


def test_lists_say_what_became_of_a_request(client: Client, db: None) -> None:
    _enter(client)
    now = timezone.now()
    requests = [ask(f"a{number}@uni{number}.example", ip=f"203.0.113.{number}") for number in range(4)]
    SignInRequest.objects.filter(pk=requests[1].pk).update(redeemed_at=now)
    SignInRequest.objects.filter(pk=requests[2].pk).update(wrong_codes=5)
    SignInRequest.objects.filter(pk=requests[3].pk).update(created_at=now - timedelta(days=1), expires_at=now)
    page = client.get("/admin/accounts/signinrequest/").content.decode()
    for words in ("waiting", "used", "voided by wrong codes", "too old"):
        assert f'field-outcome">{words}' in page


def test_staff_read_lists_but_edit_no_address(client: Client) -> None:
    _enter(client)
    ada = User.objects.create_user("ada@university.example")
    for path in ("user/", f"user/{ada.pk}/change/", "mail/", "signinrequest/"):
        assert client.get(f"/admin/accounts/{path}").status_code == 200
    for path in ("consent/", "auditevent/"):
        assert client.get(f"/admin/privacy/{path}").status_code == 200
    form = {"is_premium": "on", "email": "eve@evil.example", "is_staff": "on", "is_superuser": "on"}
    assert client.post(f"/admin/accounts/user/{ada.pk}/change/", form).status_code == 302
    ada.refresh_from_db()
    assert (ada.email, ada.is_staff, ada.is_superuser, ada.is_premium) == ("ada@university.example", False, False, True)
    assert client.get("/admin/accounts/user/add/").status_code == 403
    assert client.post(f"/admin/accounts/user/{ada.pk}/delete/").status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_a_fixed_number_of_times(
    client: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _enter(client)
    for number in range(rows):
        user = User.objects.create_user(f"ada{number}@university.example")
        Mail.objects.create(user=user, to=user.email, template="signin", created_at=timezone.now())
    with django_assert_num_queries(8):
        client.get("/admin/accounts/mail/")
