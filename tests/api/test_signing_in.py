"""Programs sign in by mail, go on by refresh tokens, and are out when their person is (R-50, R-51, R-56)."""

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from accounts.domain import access_tokens, api_signins, devices, people
from accounts.enums import ApiScope, SignInEnd
from accounts.models import ApiSignIn, ApiToken, SignInRequest, User
from privacy.enums import Answer, ConsentKind
from privacy.models import AuditEvent, Consent
from tests.accounts.journey import ADDRESS, Post, at_once
from tests.api.calling import AUTH, EVERY_STUDENTS, Program, kind_of, program_of, prove, sign_in, signed_in, with_token
from tests.documents.factories import UserFactory, outlined_document
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db

NOWHERE = f"/api/documents/{uuid.UUID(int=0)}/price/"


def opens(program: Program) -> bool:
    """Whether the token is taken: of a document that there is not the answer is 404 then."""
    return bool(program.get(NOWHERE).status_code == 404)


def refreshed(token: str) -> Any:
    return Program().post(f"{AUTH}/token/refresh", {"refresh_token": token})


@pytest.fixture
def ada() -> User:
    return student_with_consent()


# --- asking and proving ---------------------------------------------------------------------------------------------


def test_the_code_of_the_mail_opens_and_the_tokens_hold_no_personal_data(post: Post) -> None:
    answer = sign_in(post)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["refresh_expires_in"]) == ("Bearer", 3600, 7 * 86_400)
    assert "no-store" in answer.headers["Cache-Control"]
    user = User.objects.get(email=ADDRESS)
    claims = jwt.decode(told["access_token"], options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "iat", "exp", "jti", "sub", "sid", "epoch"}
    assert claims["sub"] == str(user.public_id)
    # As a word: ids are of the letters a to f, too.
    assert not re.search(r"\bada\b", json.dumps(claims))
    assert jwt.get_unverified_header(told["access_token"])["alg"] == "HS256"
    row = ApiSignIn.objects.get()
    assert told["refresh_token"].encode() not in bytes(row.token_hash)


def test_before_the_terms_are_agreed_to_nothing_opens(post: Post) -> None:
    program = Program(sign_in(post).json()["access_token"])
    answer = program.get(NOWHERE)
    assert (answer.status_code, kind_of(answer)) == (403, "consent-required")
    assert answer.json()["url"] == "/consents/"


def test_known_and_unknown_addresses_get_the_same_answer(post: Post) -> None:
    UserFactory.create(email=ADDRESS)
    answers = [
        Program().post(f"{AUTH}/magic-link/request", {"email": one}) for one in (ADDRESS, "nobody@elsewhere.example")
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert {tuple(sorted(answer.json())) for answer in answers} == {("client_secret", "expires_in", "request_id")}


@pytest.mark.parametrize("email", ["", "no address", "a@mailinator.com", "x" * 300, None, 5, "a\0@b.example"])
def test_an_address_that_cannot_be_used_says_where_the_flaw_is(email: Any, post: Post) -> None:
    answer = Program().post(f"{AUTH}/magic-link/request", {"email": email})
    assert (answer.status_code, kind_of(answer)) == (400, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/email"]
    assert not SignInRequest.objects.exists()


def test_the_limits_of_the_pages_hold_here(post: Post, settings: Any) -> None:
    settings.SIGNIN_LIMITS = {**settings.SIGNIN_LIMITS, "ip": (2, 3600)}
    asked = [Program().post(f"{AUTH}/magic-link/request", {"email": f"{n}@university.example"}) for n in range(3)]
    assert [answer.status_code for answer in asked] == [202, 202, 429]
    assert kind_of(asked[2]) == "too-many-sign-ins"
    assert int(asked[2].headers["Retry-After"]) > 3000


def test_only_who_asked_can_use_the_code(post: Post) -> None:
    program = Program()
    asked = program.post(f"{AUTH}/magic-link/request", {"email": ADDRESS}).json()
    other = program.post(f"{AUTH}/magic-link/request", {"email": "eve@university.example"}).json()
    code = post.newest(ADDRESS).code
    for wrong in (
        {**asked, "client_secret": other["client_secret"]},
        {**asked, "client_secret": "guessed"},
        {**asked, "request_id": str(uuid.uuid4())},
    ):
        answer = prove(program, wrong, code)
        assert (answer.status_code, kind_of(answer)) == (404, "unknown-request")
    assert not User.objects.filter(email=ADDRESS).exists()
    assert prove(program, asked, code).status_code == 200


def test_the_fifth_wrong_code_voids_it_and_the_right_one_is_too_late(post: Post) -> None:
    program = Program()
    asked = program.post(f"{AUTH}/magic-link/request", {"email": ADDRESS}).json()
    mail = post.newest(ADDRESS)
    answers = [prove(program, asked, mail.wrong_code) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 410, 410]
    assert [answer.json()["tries_left"] for answer in answers[:4]] == [4, 3, 2, 1]
    assert prove(program, asked, mail.code).status_code == 410
    assert not ApiSignIn.objects.exists()


def test_a_code_works_once(post: Post) -> None:
    program = Program()
    asked = program.post(f"{AUTH}/magic-link/request", {"email": ADDRESS}).json()
    code = post.newest(ADDRESS).code
    assert [prove(program, asked, code).status_code for _ in range(2)] == [200, 410]


@pytest.mark.django_db(transaction=True)
def test_of_fifty_proofs_at_once_one_signs_in(post: Post) -> None:
    asked = Program().post(f"{AUTH}/magic-link/request", {"email": ADDRESS}).json()
    code = post.newest(ADDRESS).code
    now = timezone.now()

    def once(_number: int) -> Any:
        return api_signins.sign_in(
            request_id=uuid.UUID(asked["request_id"]), client_secret=asked["client_secret"], code=code,
            user_agent="", now=now,
        )  # fmt: skip

    answers = at_once(50, once)
    assert len([one for one in answers if isinstance(one, api_signins.Tokens)]) == 1, answers
    assert ApiSignIn.objects.count() == User.objects.filter(email=ADDRESS).count() == 1


@pytest.mark.parametrize(
    ("fields", "kind"), [({"is_active": False}, "account-closed"), ({"is_staff": True}, "staff-use-password")]
)
def test_a_mail_lets_neither_the_blocked_nor_staff_in(fields: dict[str, bool], kind: str, post: Post) -> None:
    UserFactory.create(email=ADDRESS, **fields)
    answer = sign_in(post)
    assert (answer.status_code, kind_of(answer)) == (403, kind)
    assert not ApiSignIn.objects.exists()


# --- access tokens --------------------------------------------------------------------------------------------------


def forged(
    user: User, *, secret: str | None = None, algorithm: str = "HS256", header: Any = None, **claims: Any
) -> str:
    """A token that is right but for what is said."""
    row = ApiSignIn.objects.filter(user=user).first()
    assert row is not None
    now = int(timezone.now().timestamp())
    right = {
        "iss": django_settings.SITE_URL, "aud": access_tokens.audience(), "iat": now, "exp": now + 3600,
        "jti": uuid.uuid4().hex, "sub": str(user.public_id), "sid": str(row.pk), "epoch": user.session_epoch,
    }  # fmt: skip
    key = django_settings.API_JWT_SECRET if secret is None else secret
    body = {name: value for name, value in {**right, **claims}.items() if value is not None}
    kid = access_tokens.key_id(django_settings.API_JWT_SECRET)
    head = {name: value for name, value in {"typ": "at+jwt", "kid": kid, **(header or {})}.items() if value is not None}
    return jwt.encode(body, key, algorithm=algorithm, headers=head)


#: What is wrong with each; the first is right, so that the rest is refused for what it says and for nothing else.
FORGERIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no signature": {"algorithm": "none", "secret": ""},
    "another algorithm": {"algorithm": "HS512"},
    "signed with SECRET_KEY": {"secret": "SECRET_KEY"},
    "signed with SIGNIN_SECRET": {"secret": "SIGNIN_SECRET"},
    "another audience": {"aud": "https://elsewhere.example/api/v1"},
    "a list that holds ours": {"aud": "LIST"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "over": {"exp": 1_700_000_000, "iat": 1_699_990_000},
    "no end": {"exp": None},
    "not begun": {"nbf": 4_000_000_000},
    "from the future": {"iat": 4_000_000_000, "exp": 4_000_003_600},
    "no id": {"jti": None},
    "another type": {"header": {"typ": "JWT"}},
    "no type": {"header": {"typ": None}},
    "unknown key": {"header": {"kid": "0" * 16}},
    "no key": {"header": {"kid": None}},
    "critical header": {"header": {"crit": ["exp"]}},
    "another person": {"sub": "OTHER"},
    "no person": {"sub": None},
    "sub that is no id": {"sub": "1"},
    "another epoch": {"epoch": 7},
    "no epoch": {"epoch": None},
    "another sign-in": {"sid": str(uuid.UUID(int=1))},
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_token_opens_nothing(what: str, ada: User) -> None:
    signed_in(ada)
    words = dict(FORGERIES[what])
    if words.get("secret"):
        words["secret"] = getattr(django_settings, words["secret"])
    if words.get("aud") == "LIST":
        words["aud"] = [access_tokens.audience(), "https://elsewhere.example"]
    if words.get("sub") == "OTHER":
        words["sub"] = str(UserFactory.create().public_id)
    answer = Program(forged(ada, **words)).get(NOWHERE)
    if what == "nothing":
        assert answer.status_code == 404
        return
    assert answer.status_code == 401
    assert kind_of(answer) == ("token-expired" if what == "over" else "invalid-token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "tesigo_token_", "tesigo_token_" + "x" * 43, "é", "x" * 5_000, "a b"]
)
def test_what_is_no_token_is_refused(token: str, ada: User) -> None:
    answer = Client().get(NOWHERE, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, kind_of(answer)) == (401, "invalid-token")


def test_an_older_secret_still_opens_while_it_rotates(ada: User, settings: Any) -> None:
    old = program_of(ada)
    before = settings.API_JWT_SECRET
    settings.API_JWT_SECRET = "kV8sQ2mZr7Xw4Yp9Tn3Lb6Hd1Fc5Gj0a"  # pragma: allowlist secret
    assert not opens(old)
    settings.API_JWT_SECRET_FALLBACKS = [before]
    assert opens(old)
    assert opens(program_of(ada))


# --- refreshing -----------------------------------------------------------------------------------------------------


def test_a_refresh_gives_new_tokens_and_a_second_one_ends_the_family(ada: User, caplog: Any) -> None:
    first = signed_in(ada)
    second = refreshed(first.refresh)
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first.refresh
    assert opens(Program(second.json()["access_token"]))
    reused = refreshed(first.refresh)
    assert (reused.status_code, kind_of(reused)) == (401, "refresh-token-reused")
    assert not opens(Program(second.json()["access_token"]))
    assert not opens(Program(first.access))
    assert refreshed(second.json()["refresh_token"]).status_code == 401
    assert ApiSignIn.objects.get().end == SignInEnd.REUSED
    assert AuditEvent.objects.filter(action="api.refresh_token_reused").count() == 1
    assert first.refresh not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_fifty_refreshes_at_once_one_wins_and_the_family_is_dead(ada: User) -> None:
    tokens, now = signed_in(ada), timezone.now()
    answers = at_once(50, lambda _number: api_signins.refresh(token=tokens.refresh, now=now))
    won = [one for one in answers if isinstance(one, api_signins.Tokens)]
    assert len(won) == 1, answers
    row = ApiSignIn.objects.get()
    assert (row.end, row.ended_at is None) == (SignInEnd.REUSED, False)
    assert not opens(Program(won[0].access))


def test_a_refresh_token_works_for_a_week_and_a_sign_in_for_no_longer_than_a_browsers(ada: User) -> None:
    now = timezone.now()
    tokens = api_signins.begin(user=ada, user_agent="", now=now)
    week = timedelta(days=7)
    with pytest.raises(Exception, match="over"):
        api_signins.refresh(token=tokens.refresh, now=now + week)
    ends = []
    for number in range(1, 15):
        tokens = api_signins.refresh(token=tokens.refresh, now=now + number * timedelta(days=6))
        ends.append(tokens.refresh_expires_at)
    assert ends[0] == now + timedelta(days=13)
    assert ends[-1] == now + timedelta(days=90)


@pytest.mark.parametrize("token", ["", "x", "tesigo_refresh_", f"tesigo_refresh_{'0' * 32}_{'a' * 43}", "é" * 30])
def test_what_is_no_refresh_token_is_refused_and_ends_nothing(token: str, ada: User) -> None:
    signed_in(ada)
    assert refreshed(token).status_code == (400 if not token else 401)
    assert Program().post(f"{AUTH}/token/revoke", {"refresh_token": token or "x"}).status_code == 204
    assert ApiSignIn.objects.filter(ended_at=None).count() == 1


def test_signing_out_kills_access_and_refresh_at_once(ada: User) -> None:
    tokens = signed_in(ada)
    assert [
        Program().post(f"{AUTH}/token/revoke", {"refresh_token": tokens.refresh}).status_code for _ in range(2)
    ] == [
        204,
        204,
    ]
    assert not opens(Program(tokens.access))
    answer = refreshed(tokens.refresh)
    assert (answer.status_code, kind_of(answer)) == (401, "invalid-token")
    assert AuditEvent.objects.filter(action="api.signed_out").count() == 1


# --- the person behind it -------------------------------------------------------------------------------------------


def is_out(user: User, tokens: api_signins.Tokens, made: Program) -> None:
    assert not opens(Program(tokens.access))
    assert not opens(made)
    assert refreshed(tokens.refresh).status_code == 401


@pytest.mark.parametrize("how", ["everywhere", "blocked", "erased", "blocked and let in again"])
def test_who_is_out_is_out_with_every_token(how: str, ada: User) -> None:
    tokens, made = signed_in(ada), with_token(ada, *EVERY_STUDENTS)
    assert opens(Program(tokens.access))
    assert opens(made)
    boss = UserFactory.create(is_staff=True, is_superuser=True)
    if how == "everywhere":
        devices.sign_out_everywhere(user=ada, by=ada)
    elif how == "erased":
        User.objects.filter(pk=ada.pk).update(is_active=False, email=f"deleted_{ada.pk}@deleted.invalid")
    else:
        people.block(user=ada, by=boss)
        if how != "blocked":
            people.unblock(user=ada, by=boss)
    is_out(ada, tokens, made)


def test_who_is_gone_is_out(ada: User) -> None:
    tokens = signed_in(ada)
    User.objects.filter(pk=ada.pk).delete()
    assert not opens(Program(tokens.access))
    assert refreshed(tokens.refresh).status_code == 401


def test_who_takes_consent_back_is_asked_for_it(ada: User) -> None:
    programs = [program_of(ada), with_token(ada, *EVERY_STUDENTS)]
    assert all(opens(one) for one in programs)
    Consent.objects.create(
        user=ada,
        kind=ConsentKind.ESSENTIAL,
        granted=False,
        answer=Answer.WITHDRAWN,
        policy_version=django_settings.POLICY_VERSION,
    )
    for one in programs:
        answer = one.get(NOWHERE)
        assert (answer.status_code, kind_of(answer)) == (403, "consent-required")


def test_an_older_policy_is_agreed_to_anew(ada: User, settings: Any) -> None:
    program = program_of(ada)
    settings.POLICY_VERSION = "2099-01"
    assert kind_of(program.get(NOWHERE)) == "consent-required"


def test_who_becomes_staff_has_no_token_any_more(ada: User) -> None:
    tokens, made = signed_in(ada), with_token(ada, *EVERY_STUDENTS)
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    assert Program(tokens.access).get(NOWHERE).status_code == 401
    answer = made.get(NOWHERE)
    assert (answer.status_code, kind_of(answer)) == (403, "second-factor-required")
    assert opens(with_token(ada, ApiScope.DOCUMENTS_READ, has_second_factor=True))


def test_a_session_of_staff_without_a_second_factor_opens_nothing() -> None:
    browser = Client()
    browser.force_login(UserFactory.create(is_staff=True))
    answer = browser.get(NOWHERE)
    assert (answer.status_code, kind_of(answer)) == (403, "second-factor-required")


# --- scopes ---------------------------------------------------------------------------------------------------------


def test_a_token_may_do_what_its_scopes_say(ada: User) -> None:
    document = outlined_document(owner=ada)
    path = f"/api/documents/{document.pk}/progress/"
    assert with_token(ada, ApiScope.DOCUMENTS_READ).get(path).status_code == 200
    answer = with_token(ada, ApiScope.PAYMENTS_READ, ApiScope.DOCUMENTS_WRITE).get(path)
    assert (answer.status_code, kind_of(answer)) == (403, "insufficient-scope")
    assert answer.json()["scopes"] == ["documents:read"]
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_a_token_is_noted_once_a_day(ada: User, django_assert_num_queries: Any) -> None:
    program = with_token(ada, ApiScope.DOCUMENTS_READ)
    assert ApiToken.objects.get().last_used_on is None
    assert opens(program)
    assert ApiToken.objects.get().last_used_on == timezone.now().date()
    with django_assert_num_queries(3):  # the token with its person, their consent, the document
        opens(program)
