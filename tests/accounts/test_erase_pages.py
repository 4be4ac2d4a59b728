"""Having one's account erased by its pages, and staff erasing somebody at once (R-72)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail, User
from billing.enums import PaymentState
from privacy.domain import erasure
from privacy.models import AuditEvent, Consent, Erasure
from tests.documents.factories import DocumentFactory, UserFactory
from tests.privacy.person import paid
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

PAGE = "/account/erase/"


@pytest.fixture
def ada(settings: Any) -> User:
    user = UserFactory.create(email="ada@university.example")
    Consent.objects.create(user=user, kind="essential", granted=True, policy_version=settings.POLICY_VERSION)
    return user


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def test_the_page_says_what_goes_and_what_stays_and_asks_again(browser: Client, ada: User) -> None:
    page = browser.get(PAGE).content.decode()
    assert "after 14 days" in page
    assert "What goes" in page
    assert "What stays, and why" in page
    refused = browser.post(PAGE)
    assert refused.status_code == 422
    assert "Tick this" in refused.content.decode()
    assert not Erasure.objects.exists()


def test_a_banner_on_every_page_until_it_is_taken_back(browser: Client, ada: User) -> None:
    assert "will be erased" not in browser.get(reverse("documents:library")).content.decode()
    assert browser.post(PAGE, {"sure": "on"})["Location"] == PAGE
    row = Erasure.objects.get()
    assert (row.state, row.asked_by_id) == ("asked", ada.pk)
    assert "Keep the account" in browser.get(PAGE).content.decode()
    for page in (reverse("documents:library"), "/account/", "/account/data/"):
        assert "Your account will be erased" in browser.get(page).content.decode(), page
    browser.post(PAGE, {"sure": "on"})
    assert Erasure.objects.count() == 1, "asked twice it is one"
    answer = browser.post("/account/keep/", follow=True).content.decode()
    assert "Nothing was deleted" in answer
    assert "Your account will be erased" not in answer
    assert Erasure.objects.get().state == "cancelled"
    assert set(Mail.objects.values_list("template", flat=True)) == {"erasure_asked", "erasure_cancelled"}
    browser.post("/account/keep/")


def test_an_old_sign_in_proves_itself_first(browser: Client) -> None:
    session = browser.session
    session["signed_in_at"] = (timezone.now() - timedelta(hours=1)).timestamp()
    session.save()
    assert browser.get(PAGE)["Location"] == "/account/prove/?next=%2Faccount%2Ferase%2F"
    assert browser.post(PAGE, {"sure": "on"})["Location"].startswith("/account/prove/")
    assert not Erasure.objects.exists()


def test_nobody_is_sent_to_sign_in(client: Client) -> None:
    for method, path in (("get", PAGE), ("post", PAGE), ("post", "/account/keep/")):
        assert getattr(client, method)(path)["Location"].startswith("/signin/")
    assert client.get("/account/keep/").status_code in (302, 405)


def test_who_has_not_agreed_to_the_terms_can_leave_as_well(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create())
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("state", "words"),
    [(PaymentState.PROCESSING, "on its way from the bank"), (PaymentState.HELD, "We are looking at a payment")],
)
def test_money_on_its_way_is_waited_for(browser: Client, ada: User, state: PaymentState, words: str) -> None:
    payment = paid(ada, DocumentFactory.create(owner=ada), state=state)
    assert words in browser.get(PAGE).content.decode()
    browser.post(PAGE, {"sure": "on"})
    row = Erasure.objects.get()
    later = timezone.now() + timedelta(days=15)
    assert not erasure.work(erasure_id=row.pk, now=later)
    row.refresh_from_db()
    assert (row.state, words in row.error) == ("asked", True)
    type(payment).objects.update(state=PaymentState.SUCCEEDED)
    assert erasure.hindrance(user=ada, now=later) is None


def test_an_open_dispute_and_money_on_its_way_back_are_waited_for(browser: Client, ada: User) -> None:
    payment = paid(ada, DocumentFactory.create(owner=ada))
    dispute = payment.disputes.create(stripe_dispute_id="dp_1", amount=1)
    assert "disputed at the bank" in browser.get(PAGE).content.decode()
    dispute.state = "won"
    dispute.save()
    payment.refunds.create(amount=1, cause="x", state="pending")
    assert "Money is on its way back" in browser.get(PAGE).content.decode()


def test_staff_are_told_to_hand_over_first(ada: User, browser: Client) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    page = browser.post(PAGE, {"sure": "on"})
    assert page.status_code == 422
    assert "member of staff cannot be erased" in page.content.decode()
    assert not Erasure.objects.exists()


# --- by staff ------------------------------------------------------------------------------------------------------


def test_staff_erase_at_once_and_are_asked_again(client: Client, ada: User) -> None:
    boss = sign_in(client, User.objects.create_superuser("boss@tesigo.example"))
    act = f"/admin/people/{ada.pk}/erase/"
    assert "Erase at once" in client.get(f"/admin/people/{ada.pk}/").content.decode()
    asked = client.post(act)
    assert "None of it can be brought back" in asked.content.decode()
    assert not Erasure.objects.exists()
    client.post(act, {"sure": "1"})
    row = Erasure.objects.get()
    assert row.asked_by_id == boss.pk
    assert row.due_at is not None
    assert row.due_at <= timezone.now()
    assert AuditEvent.objects.filter(action="erasure.asked", actor_id=boss.pk).exists()


def test_staff_are_told_what_must_end_first(client: Client, ada: User) -> None:
    sign_in(client, User.objects.create_superuser("boss@tesigo.example"))
    paid(ada, DocumentFactory.create(owner=ada), state=PaymentState.PROCESSING)
    page = client.post(f"/admin/people/{ada.pk}/erase/", {"sure": "1"}, follow=True).content.decode()
    assert "on its way from the bank" in page
    assert not Erasure.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("Privacy officer", 302), ("Support", 403), ("Finance", 403)])
def test_only_who_may_erase_erases(client: Client, ada: User, role: str, status: int) -> None:
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    clerk.groups.add(Group.objects.get(name=role))
    sign_in(client, clerk)
    assert client.post(f"/admin/people/{ada.pk}/erase/", {"sure": "1"}).status_code == status
    assert Erasure.objects.exists() == (status == 302)
