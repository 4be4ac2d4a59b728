"""What may call in one's name, seen and ended by program (R-58)."""

import uuid

import pytest

from accounts.enums import ApiScope
from accounts.models import ApiSignIn, ApiToken, User
from tests.accounts.test_api_account import signed_in_long_ago
from tests.api.calling import Program, kind_of, program_of, with_token
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db

TOKENS, PROGRAMS = "/api/v1/user/tokens", "/api/v1/user/programs"


@pytest.fixture
def student() -> User:
    return student_with_consent()


@pytest.fixture
def program(student: User) -> Program:
    return program_of(student)


@pytest.mark.parametrize("rows", [1, 3])
def test_tokens_are_listed_and_never_told(program: Program, student: User, rows: int) -> None:
    theirs = [with_token(student, ApiScope.DOCUMENTS_READ).token for _row in range(rows)]
    with_token(student_with_consent(), ApiScope.DOCUMENTS_READ)
    answer = program.get(TOKENS)
    listed = answer.json()
    assert [row["prefix"] for row in listed] == [token[:17] for token in reversed(theirs)]
    assert set(listed[0]) == {"id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_on"}
    assert listed[0]["scopes"] == ["documents:read"]
    assert not [token for token in theirs if token in answer.content.decode()]


def test_a_token_is_taken_back_by_another_and_by_itself(student: User) -> None:
    reading, managing = with_token(student, ApiScope.ACCOUNT_READ), with_token(student, ApiScope.ACCOUNT_WRITE)
    ids = {row["prefix"]: row["id"] for row in managing.get(TOKENS).json()}
    path = f"{TOKENS}/{ids[reading.token[:17]]}"
    assert managing("DELETE", path).status_code == 204
    assert managing("DELETE", path).status_code == 204, "it is taken back already"
    assert reading.get("/api/v1/user").status_code == 401
    assert len(managing.get(TOKENS).json()) == 1
    assert managing("DELETE", f"{TOKENS}/{ids[managing.token[:17]]}").status_code == 204
    assert managing.get(TOKENS).status_code == 401
    assert not ApiToken.objects.filter(revoked_at=None).exists()


def test_somebody_elses_are_not_there(program: Program) -> None:
    other = student_with_consent()
    with_token(other, ApiScope.ACCOUNT_READ)
    program_of(other)
    theirs, signed_in = ApiToken.objects.get(), ApiSignIn.objects.get(user=other)
    for path in (f"{TOKENS}/{theirs.pk}", f"{PROGRAMS}/{signed_in.pk}", f"{TOKENS}/{uuid.uuid4()}", f"{TOKENS}/x"):
        assert program("DELETE", path).status_code == 404
    assert ApiToken.objects.filter(revoked_at=None).exists()


def test_none_is_made_by_program(program: Program) -> None:
    answer = program.post(TOKENS, {"name": "x", "scopes": ["documents:read"]})
    assert answer.status_code == 405
    assert not ApiToken.objects.exists()


def test_a_token_that_may_not_change_the_account_sees_none(student: User) -> None:
    reader = with_token(student, ApiScope.ACCOUNT_READ, ApiScope.DOCUMENTS_WRITE)
    for path in (TOKENS, PROGRAMS):
        assert kind_of(reader.get(path)) == "insufficient-scope"
        assert kind_of(reader("DELETE", f"{path}/{uuid.uuid4()}")) == "insufficient-scope"


def test_programs_are_listed_and_signed_out(program: Program, student: User) -> None:
    other = program_of(student)
    program_of(student_with_consent())
    listed = program.get(PROGRAMS).json()
    assert [set(row) for row in listed] == [{"id", "name", "created_at", "last_seen_at", "expires_at"}] * 2
    assert {row["name"] for row in listed} == {"curl/8"}
    assert program("DELETE", f"{PROGRAMS}/{listed[0]['id']}").status_code == 204
    assert other.get("/api/v1/user").status_code == 401
    assert [row["id"] for row in program.get(PROGRAMS).json()] == [listed[1]["id"]]


def test_signing_a_program_out_takes_a_sign_in_of_a_moment_ago(student: User) -> None:
    lasting = with_token(student, ApiScope.ACCOUNT_WRITE)
    old = signed_in_long_ago(student)
    sign_in = ApiSignIn.objects.get()
    for program in (old, lasting):
        assert kind_of(program("DELETE", f"{PROGRAMS}/{sign_in.pk}")) == "proof-required"
    assert ApiSignIn.objects.filter(ended_at=None).exists()
