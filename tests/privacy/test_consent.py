"""Consents: rows for grants and withdrawals, asked before anything else (R-70)."""

import pytest
from django.db import IntegrityError, transaction
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from privacy.domain import consent
from privacy.enums import ConsentKind
from privacy.models import AuditEvent, Consent

pytestmark = pytest.mark.django_db

ALL = set(ConsentKind)
ESSENTIAL = {ConsentKind.ESSENTIAL}


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada@university.example")


def _give(user: User, kinds: set[ConsentKind]) -> list[Consent]:
    return consent.give(user=user, kinds=kinds, ip="203.0.113.7", user_agent="A" * 400, now=timezone.now())


def test_nothing_is_allowed_before_it_is_asked(ada: User) -> None:
    assert consent.state_of(ada) == dict.fromkeys(ConsentKind, False)
    assert not consent.has_accepted_policy(ada)


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


def test_a_withdrawal_is_a_new_row_and_the_newest_counts(ada: User) -> None:
    _give(ada, ALL)
    assert [row.kind for row in _give(ada, ESSENTIAL)] == ["analytics", "marketing"]
    assert consent.state_of(ada) == {
        ConsentKind.ESSENTIAL: True,
        ConsentKind.ANALYTICS: False,
        ConsentKind.MARKETING: False,
    }
    assert Consent.objects.count() == 5


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
    assert client.get("/consents/").content.count(b"checked") == 1


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
