"""Tokens that people make for their programs: after a proof, shown once, few, told of, taken back at any time."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.domain import api_signins, api_tokens, devices
from accounts.enums import ApiScope
from accounts.errors import TokenExpired, TokenRefused, TooManyTokens
from accounts.models import ApiSignIn, ApiToken, Mail, User
from privacy.models import AuditEvent
from tests.accounts.journey import HOUR, back
from tests.api.calling import Program, signed_in, with_token
from tests.billing.concurrently import at_once
from tests.documents.factories import UserFactory, outlined_document
from tests.documents.test_views import student_with_consent
from tests.staff import sign_in as staff_sign_in

pytestmark = pytest.mark.django_db

NEW = "/account/programs/new/"
PAGE = "/account/programs/"
SCOPE = ApiScope.DOCUMENTS_READ


@pytest.fixture
def ada() -> User:
    return student_with_consent()


@pytest.fixture
def browser(ada: User, client: Client) -> Client:
    client.force_login(ada)
    return client


def made(browser: Client, **changed: Any) -> Any:
    return browser.post(NEW, {"name": "Backup", "scopes": ["documents:read"], "days": "30", **changed})


def make(user: User, **changed: Any) -> tuple[ApiToken, str]:
    given: dict[str, Any] = {"scopes": [SCOPE], "lasts": timedelta(days=30), "now": timezone.now()}
    return api_tokens.make(**{**given, "user": user, "by": user, "name": "x", "has_second_factor": False, **changed})


def test_a_token_is_shown_once_kept_as_a_hash_and_told_of(browser: Client, ada: User, post: Any) -> None:
    answer = made(browser)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    found = re.search(r"tesigo_token_[\w-]{43}", answer.content.decode())
    assert found
    row = ApiToken.objects.get()
    assert found[0].encode() not in bytes(row.token_hash)
    assert found[0].startswith(row.prefix)
    assert len(found[0]) - len(row.prefix) >= 39
    page = browser.get(PAGE).content.decode()
    assert row.prefix in page
    assert found[0] not in page
    document = outlined_document(owner=ada)
    assert Program(found[0]).get(f"/api/documents/{document.pk}/progress/").status_code == 200
    post.deliver()
    mail = post.sandbox.control.mails(ada.email_as_typed)[0]
    assert "Backup" in mail["text"]
    assert found[0] not in str(mail)
    event = AuditEvent.objects.get(action="api.token_made")
    assert event.details == {"scopes": ["documents:read"]}


def test_a_proof_that_is_an_hour_old_does_not_count(browser: Client) -> None:
    back(browser, idle=timedelta(0), since=HOUR)
    for answer in (browser.get(NEW), made(browser)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/prove/")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["stats:read"]},
        {"days": "366"},
        {"days": "0"},
    ],
)
def test_what_cannot_be_made_says_so(changed: dict[str, Any], browser: Client) -> None:
    assert made(browser, **changed).status_code == 422
    assert not ApiToken.objects.exists()


def test_nobody_has_more_than_ten(browser: Client, ada: User, settings: Any) -> None:
    settings.API_TOKENS_AT_ONCE = 2
    first, _token = make(ada)
    make(ada)
    answer = made(browser)
    assert answer.status_code == 422
    assert "as many tokens" in answer.content.decode()
    browser.post(f"/account/programs/{first.pk}/revoke/")
    assert made(browser).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_nobody_has_more_than_ten_however_many_are_made_at_once(settings: Any) -> None:
    settings.API_TOKENS_AT_ONCE = 3
    ada = UserFactory.create()
    answers = at_once(12, lambda: make(ada))
    assert sorted(type(one) is tuple for one in answers) == [False] * 9 + [True] * 3, answers
    assert {type(one) for one in answers if not isinstance(one, tuple)} == {TooManyTokens}


def test_a_token_taken_back_opens_nothing(browser: Client, ada: User) -> None:
    row, token = make(ada)
    path = f"/account/programs/{row.pk}/revoke/"
    back(browser, idle=timedelta(0), since=HOUR)
    assert [browser.post(path)["Location"] for _ in range(2)] == [PAGE, PAGE]
    with pytest.raises(TokenRefused):
        api_tokens.by_token(token, now=timezone.now())
    assert AuditEvent.objects.filter(action="api.token_revoked").count() == 1
    assert "Backup" not in browser.get(PAGE).content.decode()


def test_a_token_ends_with_its_time_and_no_later_than_a_year(ada: User) -> None:
    now = timezone.now()
    row, token = make(ada, lasts=timedelta(days=5_000), now=now)
    assert row.expires_at == now + timedelta(days=365)
    api_tokens.by_token(token, now=row.expires_at - timedelta(seconds=1))
    with pytest.raises(TokenExpired):
        api_tokens.by_token(token, now=row.expires_at)
    wrongs: list[dict[str, Any]] = [{"expires_at": now + timedelta(days=400)}, {"expires_at": now}, {"scopes": []}]
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.filter(pk=row.pk).update(**wrong)


def test_signing_out_everywhere_ends_tokens_and_programs(browser: Client, ada: User) -> None:
    make(ada)
    signed_in(ada)
    words = browser.get(PAGE).content.decode()
    assert "Revoke" in words
    devices.sign_out_everywhere(user=ada, by=ada)
    browser.force_login(User.objects.get(pk=ada.pk))
    words = browser.get(PAGE).content.decode()
    assert "Revoke" not in words
    assert "You have no tokens yet." in words
    assert api_tokens.alive_of(user=User.objects.get(pk=ada.pk), now=timezone.now()) == []


def test_a_program_that_is_signed_in_is_signed_out_from_the_page(browser: Client, ada: User) -> None:
    tokens = signed_in(ada)
    row = ApiSignIn.objects.get()
    assert browser.post(f"/account/programs/{row.pk}/sign-out/")["Location"] == PAGE
    with pytest.raises(TokenRefused):
        api_signins.by_access_token(tokens.access, now=timezone.now())
    row.refresh_from_db()
    assert row.ended_at is not None


def test_what_a_token_is_shown_is_kept_by_no_cache(client: Client, ada: User) -> None:
    _row, token = make(ada)
    answer = client.get("/api/v1/user", headers={"Authorization": f"Bearer {token}"})
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_older_secret_opens_tokens_until_they_are_used(ada: User, settings: Any) -> None:
    _row, token = make(ada)
    before = settings.SIGNIN_SECRET
    settings.SIGNIN_SECRET = "kV8sQ2mZr7Xw4Yp9Tn3Lb6Hd1Fc5Gj0a"  # pragma: allowlist secret
    settings.SIGNIN_SECRET_FALLBACKS = [before]
    api_tokens.by_token(token, now=timezone.now())
    settings.SIGNIN_SECRET_FALLBACKS = []
    assert api_tokens.by_token(token, now=timezone.now())


def test_staff_make_tokens_past_a_second_factor_only(client: Client) -> None:
    staff = UserFactory.create(is_staff=True)
    client.force_login(staff)
    assert made(client).status_code == 403
    staff_sign_in(client, staff)
    assert made(client, scopes=["stats:read"]).status_code == 200
    assert ApiToken.objects.get().has_second_factor


def test_somebody_elses_are_not_there(browser: Client) -> None:
    bo = student_with_consent()
    row, _token = make(bo)
    signed_in(bo)
    assert browser.post(f"/account/programs/{row.pk}/revoke/").status_code == 404
    assert browser.post(f"/account/programs/{ApiSignIn.objects.get().pk}/sign-out/").status_code == 404
    assert row.prefix not in browser.get(PAGE).content.decode()


def test_the_mail_says_nothing_twice(ada: User) -> None:
    with_token(ada, SCOPE)
    assert Mail.objects.filter(user=ada, template="api_token").count() == 1
