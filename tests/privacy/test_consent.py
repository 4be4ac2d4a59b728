"""Consents: rows for grants, refusals and withdrawals, asked before anything else (R-70)."""

import pytest
from django.db import IntegrityError, transaction
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from privacy.domain import consent, purposes
from privacy.enums import ConsentKind
from privacy.models import AuditEvent, Consent

pytestmark = pytest.mark.django_db

ALL = set(ConsentKind)
ESSENTIAL = {ConsentKind.ESSENTIAL}


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada@university.example")


@pytest.fixture
def all_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if visits were counted and news sent."""
    monkeypatch.setattr(purposes, "_asked", dict(purposes._asked))
    for kind in (ConsentKind.ANALYTICS, ConsentKind.MARKETING):
        purposes.register(purposes.Purpose(kind, f"Allow {kind}", "What follows from it."))


def _give(user: User, kinds: set[ConsentKind]) -> list[Consent]:
    return consent.give(user=user, kinds=kinds, ip="203.0.113.7", user_agent="A" * 400, now=timezone.now())


def test_nothing_is_allowed_before_it_is_asked(ada: User) -> None:
    assert consent.state_of(ada) == dict.fromkeys(ConsentKind, False)
    assert not consent.has_accepted_policy(ada)


@pytest.mark.usefixtures("all_asked")
def test_each_answer_is_a_row_with_its_circumstances(ada: User, settings: Settings) -> None:
    _give(ada, {ConsentKind.ESSENTIAL, ConsentKind.MARKETING})
    rows = {row.kind: row for row in Consent.objects.all()}
    assert {kind: row.granted for kind, row in rows.items()} == {
        "essential": True,
        "analytics": False,
        "marketing": True,
    }
    row = rows["marketing"]
    assert (row.ip, len(row.user_agent), row.policy_version) == ("203.0.113.7", 300, settings.POLICY_VERSION)
    assert AuditEvent.objects.filter(action="consent.granted", actor_id=ada.pk).count() == 2


@pytest.mark.usefixtures("all_asked")
def test_a_first_no_is_a_refusal_and_only_what_was_granted_is_withdrawn(ada: User) -> None:
    _give(ada, {ConsentKind.ESSENTIAL, ConsentKind.MARKETING})
    _give(ada, ESSENTIAL)
    answers = list(Consent.objects.order_by("id").values_list("kind", "answer"))
    assert answers == [
        ("essential", "granted"),
        ("analytics", "refused"),
        ("marketing", "granted"),
        ("marketing", "withdrawn"),
    ]
    trail = AuditEvent.objects.order_by("id").values_list("action", "details__kind")
    assert list(trail) == [(f"consent.{answer}", kind) for kind, answer in answers]


def test_only_what_exists_is_asked_for_and_kept(client: Client, ada: User) -> None:
    client.force_login(ada)
    page = client.get("/consents/").content.decode()
    assert page.count('type="checkbox"') == 1
    assert [row.kind for row in _give(ada, ALL)] == ["essential"]
    assert consent.state_of(ada)[ConsentKind.MARKETING] is False
    assert "News by mail" not in client.get("/account/").content.decode()


def test_what_was_allowed_once_can_be_taken_back_when_nobody_asks_any_more(client: Client, ada: User) -> None:
    _give(ada, ESSENTIAL)
    Consent.objects.create(user=ada, kind="marketing", granted=True, policy_version="1")
    client.force_login(ada)
    assert 'name="marketing"' in client.get("/consents/").content.decode()
    client.post("/consents/", {"essential": "on"})
    assert consent.state_of(ada)[ConsentKind.MARKETING] is False
    page = client.get("/consents/").content.decode()
    assert 'name="marketing"' not in page
    assert "withdrawn" in page


def test_the_page_shows_every_answer_with_its_time(client: Client, ada: User, settings: Settings) -> None:
    client.force_login(ada)
    assert "What you answered" not in client.get("/consents/").content.decode()
    _give(ada, ESSENTIAL)
    page = client.get("/consents/").content.decode()
    history = page.partition("What you answered")[2]
    assert "Terms and privacy policy" in history
    assert ">allowed<" in history
    assert settings.POLICY_VERSION in history
    assert "203.0.113.7" not in page


def test_the_database_holds_the_answer_and_the_state_together(ada: User) -> None:
    with pytest.raises(IntegrityError, match="consent_answer_fits"), transaction.atomic():
        Consent.objects.create(user=ada, kind="marketing", granted=False, policy_version="1")
    Consent.objects.create(user=ada, kind="marketing", granted=False, answer="refused", policy_version="1")


@pytest.mark.usefixtures("all_asked")
def test_a_withdrawal_is_a_new_row_and_the_newest_counts(ada: User) -> None:
    _give(ada, ALL)
    assert [row.kind for row in _give(ada, ESSENTIAL)] == ["analytics", "marketing"]
    assert consent.state_of(ada) == {
        ConsentKind.ESSENTIAL: True,
        ConsentKind.ANALYTICS: False,
        ConsentKind.MARKETING: False,
    }
    assert Consent.objects.count() == 5


@pytest.mark.usefixtures("all_asked")
def test_a_settled_answer_adds_nothing(ada: User) -> None:
    _give(ada, ALL)
    assert _give(ada, ALL) == []


def test_without_the_essential_one_nothing_is_noted(ada: User) -> None:
    with pytest.raises(consent.EssentialConsentMissing):
        _give(ada, {ConsentKind.MARKETING})
    assert not Consent.objects.exists()


def test_a_new_policy_asks_again(ada: User, settings: Settings) -> None:
    _give(ada, ALL)
    settings.POLICY_VERSION = "2030-01"
    assert not consent.has_accepted_policy(ada)
    assert [row.kind for row in _give(ada, ALL)] == ["essential"]
    assert consent.has_accepted_policy(ada)


def test_the_database_knows_the_kinds(ada: User) -> None:
    with pytest.raises(IntegrityError, match="consent_kind_known"), transaction.atomic():
        Consent.objects.create(user=ada, kind="other", granted=True, policy_version="1")


@pytest.mark.usefixtures("all_asked")
def test_nothing_is_ticked_at_first(client: Client, ada: User) -> None:
    client.force_login(ada)
    page = client.get("/consents/")
    assert b"checked" not in page.content


def test_the_page_asks_before_anything_else(client: Client, ada: User) -> None:
    client.force_login(ada)
    answer = client.get("/account/?a=b")
    assert answer["Location"] == "/consents/?next=%2Faccount%2F%3Fa%3Db"
    refused = client.post("/consents/", {"marketing": "on", "next": "/account/?a=b"})
    assert refused.status_code == 422
    assert not Consent.objects.exists()
    agreed = client.post("/consents/", {"essential": "on", "next": "/account/?a=b"})
    assert agreed["Location"] == "/account/?a=b"
    assert client.get("/account/").status_code == 200
    page = client.get("/consents/").content.decode()
    assert "There is nothing else that we ask for" in page
    assert 'type="checkbox"' not in page, "what cannot be changed is not offered"


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example"])
def test_the_page_leads_to_own_pages_only(client: Client, ada: User, url: str) -> None:
    client.force_login(ada)
    assert client.post("/consents/", {"essential": "on", "next": url})["Location"] == "/documents/"


@pytest.mark.parametrize("path", ["/", "/terms/", "/privacy-policy/", "/consents/", "/health"])
def test_what_it_is_about_can_be_read_before(client: Client, ada: User, path: str) -> None:
    client.force_login(ada)
    assert client.get(path).status_code == 200


def test_htmx_and_the_api_are_told_in_their_own_way(client: Client, ada: User) -> None:
    client.force_login(ada)
    fragment = client.get("/account/", HTTP_HX_REQUEST="true")
    assert (fragment.status_code, fragment["HX-Redirect"]) == (200, "/consents/")
    api = client.get("/api/documents/00000000-0000-0000-0000-000000000000/progress/")
    assert api.status_code in (403, 404)


def test_leaving_is_always_possible(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.post("/signout/")["Location"] == "/"


def test_staff_are_not_asked(client: Client) -> None:
    client.force_login(User.objects.create_superuser("staff@tesigo.example", "a long pass phrase"))
    assert client.get("/account/").status_code == 200


def test_strangers_are_not_asked(client: Client) -> None:
    assert client.get("/signin/").status_code == 200


@pytest.mark.django_db(transaction=True)
async def test_it_asks_under_asgi_too() -> None:
    ada = await User.objects.acreate(email="ada@university.example", email_as_typed="ada@university.example")
    client = AsyncClient()
    await client.aforce_login(ada)
    answer = await client.get("/account/")
    assert answer["Location"].startswith("/consents/")
