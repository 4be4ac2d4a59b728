"""The second factor of staff (R-55): led to it, not past it, counted in the database, sealed."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_used
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.domain import second_factor, staff
from accounts.errors import CodeRefused, TooManyCodes
from accounts.models import StaffAccess, User
from privacy.domain import consent
from privacy.enums import ConsentKind
from privacy.models import AuditEvent
from tesigo.platform.crypto import seal, unseal
from tests.staff import ACTIVATE, code_of, enrol

pytestmark = pytest.mark.django_db

EMAIL = "staff@tesigo.example"
PASSWORD = "a long pass phrase"  # pragma: allowlist secret
DOOR = "/staff/second-factor/authenticate/"


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser(EMAIL, PASSWORD)


def password(client: Client, *, email: str = EMAIL, typed: str = PASSWORD) -> Any:
    return client.post("/admin/login/", {"username": email, "password": typed, "next": "/admin/billing/"})


def recovery_codes(client: Client) -> list[str]:
    text = client.get("/staff/second-factor/recovery-codes/download/").content.decode()
    return text.split()


def test_a_first_sign_in_leads_to_setting_one_up_and_nowhere_else(client: Client, boss: User) -> None:
    assert password(client)["Location"] == "/admin/billing/"
    assert client.get("/admin/billing/")["Location"].startswith("/admin/login/")
    led = client.get("/admin/login/?next=/admin/billing/")
    assert led["Location"] == f"{ACTIVATE}?next=%2Fadmin%2Fbilling%2F"
    for path in ("/admin/", "/admin/accounts/user/", "/staff/password/", "/admin/waiting/"):
        assert client.get(path).status_code == 302
    enrol(client)
    assert client.get("/admin/billing/").status_code == 200
    assert len(recovery_codes(client)) == 10


def test_the_next_sign_in_asks_for_a_code_and_takes_each_once(client: Client, boss: User) -> None:
    password(client)
    secret = enrol(client)
    elsewhere = Client()
    assert password(elsewhere)["Location"] == DOOR
    assert "_auth_user_id" not in elsewhere.session
    assert EMAIL not in str(dict(elsewhere.session))
    code = code_of(secret, later=1)
    assert elsewhere.post(DOOR, {"code": f" {code[:3]} {code[3:]} "})["Location"] == "/admin/billing/"
    assert elsewhere.get("/admin/billing/").status_code == 200
    third = Client()
    password(third)
    answer = third.post(DOOR, {"code": code})
    assert "used before" in answer.content.decode()
    assert third.get("/admin/")["Location"].startswith("/admin/login/")


def test_a_password_alone_never_reaches_the_pages_of_an_enrolled_account(client: Client, boss: User) -> None:
    other = Client()
    password(other)  # in before there was a second factor
    password(client)
    enrol(client)
    for path in ("/staff/second-factor/", ACTIVATE, "/staff/second-factor/recovery-codes/", "/staff/password/"):
        assert "reauthenticate" in other.get(path)["Location"]
    assert "reauthenticate" in other.get("/admin/login/")["Location"]
    assert other.post("/staff/second-factor/totp/deactivate/")["Location"].startswith("/staff/second-factor/reauth")
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_five_wrong_codes_shut_the_app_out_and_a_recovery_code_still_opens(client: Client, boss: User) -> None:
    password(client)
    secret = enrol(client)
    spare = recovery_codes(client)
    guess = Client()
    password(guess)
    for _ in range(5):
        assert "This code is wrong" in guess.post(DOOR, {"code": "000000"}).content.decode()
    assert "Too many wrong codes" in guess.post(DOOR, {"code": code_of(secret, later=1)}).content.decode()
    assert StaffAccess.objects.get().wrong_codes == 5
    failed = AuditEvent.objects.filter(action="staff.second_factor_failed")
    assert [row.details["wrong_codes"] for row in failed] == [1, 2, 3, 4, 5]
    assert guess.post(DOOR, {"code": spare[0]})["Location"] == "/admin/billing/"
    assert AuditEvent.objects.filter(action="staff.signed_in").last().details == {"second_factor": ["recovery_codes"]}
    with pytest.raises(CodeRefused):
        second_factor.prove(user=boss, code=spare[0], now=timezone.now())


def test_the_count_of_wrong_codes_ends_after_a_quarter_of_an_hour(boss: User) -> None:
    now = timezone.now()
    for _ in range(5):
        with pytest.raises(CodeRefused):
            second_factor.prove(user=boss, code="000000", now=now)
    with pytest.raises(TooManyCodes) as shut:
        second_factor.prove(user=boss, code="000000", now=now + timedelta(minutes=14))
    assert shut.value.retry_after == timedelta(minutes=1)
    with pytest.raises(CodeRefused):
        second_factor.prove(user=boss, code="000000", now=now + timedelta(minutes=15))


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_counted_one_by_one() -> None:
    user = User.objects.create_superuser(EMAIL, PASSWORD)
    outcomes: list[type[Exception]] = []

    def guess() -> None:
        try:
            second_factor.prove(user=user, code="000000", now=timezone.now())
        except (CodeRefused, TooManyCodes) as refusal:
            outcomes.append(type(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(one.__name__ for one in outcomes) == ["CodeRefused"] * 5 + ["TooManyCodes"] * 7


def test_no_row_counts_more_than_ten(boss: User) -> None:
    access = StaffAccess.objects.create(user=boss)
    with pytest.raises(IntegrityError, match="staff_at_most_ten_wrong_codes"), transaction.atomic():
        StaffAccess.objects.filter(pk=access.pk).update(wrong_codes=11)


def test_secrets_are_sealed_and_shown_nowhere_in_the_administration(client: Client, boss: User) -> None:
    password(client)
    secret = enrol(client)
    kept = {row.type: row.data for row in Authenticator.objects.all()}
    assert secret not in str(kept)
    assert unseal(kept["totp"]["secret"]) == secret
    assert len(unseal(kept["recovery_codes"]["seed"])) == 80
    assert not admin.site.is_registered(Authenticator)


def test_each_use_of_a_factor_seals_all_of_them_under_the_present_key(
    client: Client, boss: User, settings: Any
) -> None:
    """Also a passkey: who signs in with it has a sealed app and sealed codes all the same (R-103)."""
    password(client)
    secret = enrol(client)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another key of forty letters or more, made up",
    )
    passkey = Authenticator.objects.create(user=boss, type=Authenticator.Type.WEBAUTHN, data={})
    authenticator_used.send(
        sender=Authenticator, request=None, user=boss, authenticator=passkey, reauthenticated=False, passwordless=False
    )
    settings.SECRET_KEY_FALLBACKS = []
    kept = {row.type: row.data for row in Authenticator.objects.all()}
    assert unseal(kept["totp"]["secret"]) == secret
    assert len(unseal(kept["recovery_codes"]["seed"])) == 80


def test_a_passkey_that_was_set_up_has_passed_and_uses_up_no_code(client: Client, boss: User) -> None:
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    request = RequestFactory().post("/")
    request.user, request.session = boss, client.session
    assert not second_factor.has_passed(request)
    passkey = Authenticator.objects.create(user=boss, type=Authenticator.Type.WEBAUTHN, data={"name": "a key"})
    second_factor.enrolled(request=request, authenticator=passkey)
    assert second_factor.has_passed(request)
    assert second_factor.passed_by(request, boss) == ["webauthn"]
    passkey.refresh_from_db()
    assert passkey.data == {"name": "a key"}


def test_a_factor_whose_key_is_gone_does_not_stand_in_the_way_of_another(
    client: Client, boss: User, settings: Any
) -> None:
    """The app was set up under a key that was taken away since; the recovery codes are newer."""
    password(client)
    enrol(client)
    opening = recovery_codes(client)[0]
    key, settings.SECRET_KEY = settings.SECRET_KEY, "a key that was there before, of forty letters"
    app = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    app.data["secret"] = seal("JBSWY3DPEHPK3PXP")
    app.save()
    settings.SECRET_KEY = key
    elsewhere = Client()
    password(elsewhere)
    assert elsewhere.post(DOOR, {"code": opening}).status_code == 302
    assert elsewhere.get("/admin/").status_code == 200


def test_the_pages_are_for_staff_only(client: Client) -> None:
    student = User.objects.create_user("ada@university.example")
    consent.give(user=student, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    client.force_login(student)
    for path in ("", "totp/activate/", "totp/deactivate/", "recovery-codes/", "authenticate/", "reauthenticate/"):
        page = f"/staff/second-factor/{path}"
        assert (client.get(page).status_code, client.post(page).status_code) == (404, 404)
        assert Client().get(page)["Location"].startswith("/admin/login/")
    assert client.get("/staff/password/").status_code == 404


def test_a_former_colleagues_factor_leads_no_student_anywhere(client: Client, boss: User) -> None:
    password(client)
    enrol(client)
    User.objects.filter(pk=boss.pk).update(is_staff=False, is_superuser=False)
    assert client.get("/admin/").status_code == 302
    assert client.get("/staff/second-factor/").status_code in (302, 404)


def test_taking_the_last_one_away_shuts_the_administration_until_another_is_set_up(client: Client, boss: User) -> None:
    password(client)
    enrol(client)
    assert client.post("/staff/second-factor/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 302
    enrol(client)
    assert client.get("/admin/").status_code == 200


def test_the_command_takes_all_factors_back_and_ends_sessions(client: Client, boss: User) -> None:
    password(client)
    enrol(client)
    call_command("reset_second_factor", EMAIL.upper())
    assert not Authenticator.objects.exists()
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/").status_code == 200
    assert AuditEvent.objects.get(action="staff.second_factor_reset").details == {"removed": 2}
    with pytest.raises(CommandError, match="No member of staff"):
        call_command("reset_second_factor", "nobody@tesigo.example")


def test_a_first_password_is_changed_before_anything_else(client: Client) -> None:
    made = staff.create_staff(email=EMAIL, password=PASSWORD)
    password(client)
    enrol(client)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/")["Location"].startswith("/staff/password/")
    weak = {"old_password": PASSWORD, "new_password1": "staff tesigo", "new_password2": "staff tesigo"}
    assert "name of this site" in client.post("/staff/password/", weak).content.decode()
    own = "seven green otters"
    form = {"old_password": PASSWORD, "new_password1": own, "new_password2": own}
    assert client.post("/staff/password/?next=/admin/billing/", form)["Location"] == "/admin/billing/"
    assert client.get("/admin/").status_code == 200
    assert staff.first_password_until(made) is None
    assert password(Client()).status_code == 200  # the first one opens nothing now


def test_a_first_password_given_later_is_changed_before_anything_else_too(client: Client, boss: User) -> None:
    password(client)
    secret = enrol(client)
    given = staff.give_password(user=boss, by=None, now=timezone.now())
    other = Client()
    password(other, typed=given)
    other.post(DOOR, {"code": code_of(secret, later=1)})
    assert other.get("/admin/")["Location"].startswith("/admin/login/")
    assert other.get("/admin/login/")["Location"].startswith("/staff/password/")


def test_a_first_password_ends_by_itself(client: Client) -> None:
    staff.create_staff(email=EMAIL, password=PASSWORD, now=timezone.now() - staff.FIRST_PASSWORD_LASTS)
    assert "has ended" in password(client).content.decode()
    call_command("give_staff_password", EMAIL)
    assert staff.first_password_until(User.objects.get()) > timezone.now()


def test_digits_alone_make_a_password_and_own_words_do_not(boss: User) -> None:
    staff.change_password(user=boss, password="90210 73551 48213")
    for weak in ("stafftesigo2026", "staff@tesigo.example", "tesigo-tesigo-1"):
        with pytest.raises(Exception, match="name of this site"):
            staff.change_password(user=boss, password=weak)


def test_recovery_codes_work_and_wrong_codes_count_without_redis(client: Client, boss: User, settings: Any) -> None:
    password(client)
    enrol(client)
    spare = recovery_codes(client)
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    other = Client()
    password(other)
    assert "This code is wrong" in other.post(DOOR, {"code": "000000"}).content.decode()
    assert StaffAccess.objects.get().wrong_codes == 1
    assert other.post(DOOR, {"code": spare[3]})["Location"] == "/admin/billing/"
    assert other.get("/admin/billing/").status_code == 200
