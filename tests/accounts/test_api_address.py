"""Changing the address by program (R-59): as on the page, bound to the sign-in that asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain import devices
from accounts.enums import ApiScope
from accounts.models import ApiSignIn, FormerAddress, SignInRequest, User
from tests.accounts.journey import HOUR, Post, ask
from tests.accounts.test_api_account import browser_of, signed_in_long_ago
from tests.api.calling import AUTH, Program, kind_of, program_of, signed_in, with_token
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/user/address"
CONFIRM = f"{ADDRESS}/confirm"
USER = "/api/v1/user"
NEW = "ada@college.example"


@pytest.fixture
def student() -> User:
    return student_with_consent()


@pytest.fixture
def program(student: User) -> Program:
    return program_of(student)


def code_for(post: Post, address: str = NEW) -> str:
    post.deliver()
    return str(post.sandbox.control.mails(address)[0]["codes"][0])


def test_the_whole_way(program: Program, student: User, post: Post) -> None:
    browser, other, lasting = browser_of(student), program_of(student), with_token(student, ApiScope.ACCOUNT_READ)
    before = student.email_as_typed
    asked = program.post(ADDRESS, {"email": "Ada+Thesis@COLLEGE.example"})
    assert (asked.status_code, asked.json()) == (202, {"expires_in": 600})
    changed = program.post(CONFIRM, {"code": code_for(post, "Ada+Thesis@COLLEGE.example")})
    assert changed.status_code == 200, changed.content
    student.refresh_from_db()
    assert (student.email, student.email_as_typed) == (NEW, "Ada+Thesis@COLLEGE.example")
    for dead in (program, other, lasting):
        assert dead.get(USER).status_code == 401
    assert browser.get("/documents/").status_code == 302
    fresh = Program(changed.json()["access_token"])
    assert fresh.get(USER).json()["email"] == "Ada+Thesis@COLLEGE.example"
    rotated = Program().post(f"{AUTH}/token/refresh", {"refresh_token": changed.json()["refresh_token"]})
    assert rotated.status_code == 200, rotated.content
    post.deliver()
    assert any("no longer sign in" in mail["subject"] for mail in post.sandbox.control.mails(before))
    assert FormerAddress.objects.get().email_as_typed == before


def test_the_refresh_token_of_before_is_a_used_one(student: User, post: Post) -> None:
    tokens = signed_in(student)
    program = Program(tokens.access)
    program.post(ADDRESS, {"email": NEW})
    changed = program.post(CONFIRM, {"code": code_for(post)}).json()
    stolen = Program().post(f"{AUTH}/token/refresh", {"refresh_token": tokens.refresh})
    assert kind_of(stolen) == "refresh-token-reused"
    assert Program(changed["access_token"]).get(USER).status_code == 401


def test_only_the_mailbox_is_told_that_the_address_is_taken(program: Program, post: Post) -> None:
    User.objects.create_user(NEW)
    taken, free = (program.post(ADDRESS, {"email": address}) for address in (NEW, "freed@college.example"))
    assert (taken.status_code, taken.json()) == (free.status_code, free.json()) == (202, {"expires_in": 600})
    post.deliver()
    assert post.sandbox.control.mails(NEW)[0]["codes"] == []


@pytest.mark.parametrize("wrong", ["", "nobody", "ada@", "x" * 255, 5, None, "ada@mailinator.com"])
def test_an_address_that_is_none_says_so(program: Program, wrong: Any) -> None:
    answer = program.post(ADDRESS, {"email": wrong})
    assert answer.status_code == 400
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == ["/email"]
    assert not SignInRequest.objects.exists()


def test_ones_own_address_is_no_other(program: Program, student: User) -> None:
    answer = program.post(ADDRESS, {"email": student.email_as_typed.upper()})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/email")


def test_it_takes_a_sign_in_of_a_moment_ago(student: User) -> None:
    lasting = with_token(student, ApiScope.ACCOUNT_WRITE)
    for program in (signed_in_long_ago(student), lasting):
        assert kind_of(program.post(ADDRESS, {"email": NEW})) == "proof-required"
    assert kind_of(lasting.post(CONFIRM, {"code": "123456"})) == "proof-required"
    assert kind_of(with_token(student, ApiScope.ACCOUNT_READ).post(ADDRESS, {"email": NEW})) == "insufficient-scope"
    assert not SignInRequest.objects.exists()


def test_a_browser_has_its_page_for_it(student: User) -> None:
    browser = browser_of(student)
    answer = browser.post(ADDRESS, {"email": NEW}, content_type="application/json")
    assert kind_of(answer) == "closed"


def test_the_code_works_for_who_asked_alone(program: Program, student: User, post: Post) -> None:
    assert kind_of(program.post(CONFIRM, {"code": "123456"})) == "unknown-request"
    program.post(ADDRESS, {"email": NEW})
    code = code_for(post)
    assert kind_of(program_of(student).post(CONFIRM, {"code": code})) == "unknown-request"
    assert kind_of(program_of(student_with_consent()).post(CONFIRM, {"code": code})) == "unknown-request"
    browser = Client()
    browser.force_login(student)
    assert browser.post("/account/address/check/", {"code": code})["Location"] == "/account/address/"
    assert program.post(CONFIRM, {"code": code}).status_code == 200


def test_five_wrong_codes_end_it(program: Program, student: User, post: Post) -> None:
    program.post(ADDRESS, {"email": NEW})
    code = code_for(post)
    wrong = {"code": f"{(int(code) + 1) % 10**6:06d}"}
    answers = [program.post(CONFIRM, wrong) for _try in range(5)]
    assert [kind_of(answer) for answer in answers] == ["wrong-code"] * 4 + ["request-over"]
    assert [answer.json()["tries_left"] for answer in answers[:4]] == [4, 3, 2, 1]
    assert kind_of(program.post(CONFIRM, {"code": code})) == "request-over"
    student.refresh_from_db()
    assert student.email != NEW


def test_it_ends_after_ten_minutes(program: Program, post: Post) -> None:
    program.post(ADDRESS, {"email": NEW})
    code = code_for(post)
    SignInRequest.objects.update(
        created_at=timezone.now() - timedelta(minutes=11), expires_at=timezone.now() - timedelta(minutes=1)
    )
    assert kind_of(program.post(CONFIRM, {"code": code})) == "request-over"


def test_somebody_who_comes_first_keeps_the_address(program: Program, post: Post) -> None:
    program.post(ADDRESS, {"email": NEW})
    code = code_for(post)
    User.objects.create_user(NEW)
    assert kind_of(program.post(CONFIRM, {"code": code})) == "address-taken"
    assert program.get(USER).status_code == 200
    assert not FormerAddress.objects.exists()


def test_its_mails_count_like_those_of_signing_in(program: Program, post: Post) -> None:
    for number in range(3):
        ask(NEW, ip=f"203.0.113.{number}", browser="stranger")
    assert program.post(ADDRESS, {"email": NEW}).status_code == 202
    assert SignInRequest.objects.exclude(new_address_of=None).get().withheld


def test_signing_out_everywhere_meanwhile_ends_the_one_that_would_go_on(
    program: Program, student: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.post(ADDRESS, {"email": NEW})
    code = code_for(post)
    end_sessions = devices.end_sessions

    def and_somebody_leaves(keys: list[str]) -> None:
        end_sessions(keys)
        monkeypatch.setattr(devices, "end_sessions", end_sessions)
        devices.sign_out_everywhere(user=student, by=student)

    monkeypatch.setattr(devices, "end_sessions", and_somebody_leaves)
    assert kind_of(program.post(CONFIRM, {"code": code})) == "invalid-token"
    student.refresh_from_db()
    assert student.email == NEW
    assert not ApiSignIn.objects.filter(user=student, epoch=student.session_epoch).exists()


def test_a_long_sign_in_keeps_its_end(student: User, post: Post) -> None:
    """New tokens are no new proof: what takes one still asks for it."""
    program = program_of(student)
    program.post(ADDRESS, {"email": NEW})
    ApiSignIn.objects.update(created_at=timezone.now() - HOUR)
    changed = program.post(CONFIRM, {"code": code_for(post)})
    assert changed.status_code == 200
    assert kind_of(Program(changed.json()["access_token"])("DELETE", f"{USER}/delete-account")) == "proof-required"
