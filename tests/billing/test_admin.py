"""What staff see and may do with prices and money."""

from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.enums import PaymentState, PriceListState
from billing.models import Payment, PriceList, Refund, WebhookEvent
from documents.models import Document
from sandbox.testing import Running

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None) -> Client:
    user = User.objects.create_superuser("boss@example.org", "a password that is long")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def payment(document: Document, price_list: PriceList) -> Payment:
    return Payment.objects.create(
        document=document, user=document.owner, price_list=price_list, pages=12, amount=Decimal("6.00"),
        lines=[{"label": "12 × €0.50 a page", "amount": "6.00", "kind": "base"}], state=PaymentState.SUCCEEDED,
        expires_at=timezone.now(),
    )  # fmt: skip


def act(staff: Client, model: str, action: str, *rows: Any, **more: str) -> Any:
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return staff.post(f"/admin/billing/{model}/", chosen | more, follow=True)


def test_every_list_and_page_opens(staff: Client, payment: Payment, price_list: PriceList) -> None:
    refund = Refund.objects.create(payment=payment, amount=1, cause="x")
    event = WebhookEvent.objects.create(
        event_id="evt_1", type="x.y", object_id="z", payload={"status": "open", "metadata": {"payment_id": "p"}}
    )
    for model, row in (("pricelist", price_list), ("payment", payment), ("refund", refund), ("webhookevent", event)):
        for path in (
            f"/admin/billing/{model}/",
            f"/admin/billing/{model}/?q=x",
            f"/admin/billing/{model}/{row.pk}/change/",
        ):
            assert staff.get(path).status_code == 200, path


def test_lines_and_totals_are_tables(staff: Client, payment: Payment, price_list: PriceList) -> None:
    page = staff.get(f"/admin/billing/payment/{payment.pk}/change/").content.decode()
    assert "<td>12 × €0.50 a page</td><td>€6.00</td>" in page
    page = staff.get(f"/admin/billing/pricelist/{price_list.pk}/change/").content.decode()
    assert "<td>200 pages</td><td>€100.00</td>" in page


def test_a_draft_is_made_changed_and_put_in_force(staff: Client, price_list: PriceList) -> None:
    act(staff, "pricelist", "draft_anew", price_list)
    draft = PriceList.objects.get(version=2)
    form = {"price_per_page": "0.60", "discount_percent": "5", "note": "Autumn"}
    staff.post(f"/admin/billing/pricelist/{draft.pk}/change/", form)
    act(staff, "pricelist", "activate", draft)
    draft.refresh_from_db()
    price_list.refresh_from_db()
    assert (draft.state, draft.price_per_page) == (PriceListState.ACTIVE, Decimal("0.60"))
    assert price_list.state == PriceListState.RETIRED


def test_exactly_one_list_is_put_in_force(staff: Client, price_list: PriceList) -> None:
    staff.post("/admin/billing/pricelist/add/", {"price_per_page": "0.60", "discount_percent": "0", "note": ""})
    draft = PriceList.objects.get(version=2)
    assert draft.created_by == User.objects.get(is_staff=True)
    page = act(staff, "pricelist", "activate", draft, price_list)
    assert "Choose exactly one list." in page.content.decode()
    draft.refresh_from_db()
    assert draft.state == PriceListState.DRAFT


def test_asking_stripe_tells_how_it_stands_or_why_not(
    staff: Client, payment: Payment, price_list: PriceList, sandbox: Running
) -> None:
    Payment.objects.update(state=PaymentState.PENDING, stripe_session_id="cs_test_gone")
    assert "Stripe could not be asked" in act(staff, "payment", "settle_now", payment).content.decode()
    Payment.objects.update(state=PaymentState.SUCCEEDED)
    # The administration begins a message with a capital letter, and some ids begin with a letter.
    assert f"{payment.pk}: paid" in act(staff, "payment", "settle_now", payment).content.decode().lower()


def test_events_that_wait_are_worked_on_command(staff: Client) -> None:
    event = WebhookEvent.objects.create(event_id="evt_1", type="customer.created", object_id="z", payload={})
    act(staff, "webhookevent", "work_again", event)
    event.refresh_from_db()
    assert event.processed_at


def test_a_list_that_was_in_force_is_never_edited(staff: Client, price_list: PriceList) -> None:
    answer = staff.post(f"/admin/billing/pricelist/{price_list.pk}/change/", {"price_per_page": "9.99"})
    assert answer.status_code == 403
    price_list.refresh_from_db()
    assert price_list.price_per_page == Decimal("0.50")
    assert staff.get(f"/admin/billing/pricelist/{price_list.pk}/delete/").status_code == 403


def test_a_refund_needs_a_reason_and_happens_once(staff: Client, payment: Payment) -> None:
    page = act(staff, "payment", "refund", payment)
    assert "Reason, in words for the student" in page.content.decode()
    assert not Refund.objects.exists()
    act(staff, "payment", "refund", payment, reason="The wrong file was ordered.")
    act(staff, "payment", "refund", payment, reason="Again.")
    refund = Refund.objects.get()
    payment.refresh_from_db()
    assert (refund.amount, refund.reason) == (Decimal("6.00"), "The wrong file was ordered.")
    assert refund.actor_id == User.objects.get(is_staff=True).pk
    assert payment.state == PaymentState.REFUNDED


def test_payments_cannot_be_edited(staff: Client, payment: Payment) -> None:
    assert staff.post(f"/admin/billing/payment/{payment.pk}/change/", {"amount": "1"}).status_code == 403
    assert staff.get("/admin/billing/payment/add/").status_code == 403


def test_students_do_not_get_in(browser: Client, payment: Payment) -> None:
    assert browser.get("/admin/billing/payment/").status_code == 302


def test_dj_stripes_own_pages_are_not_served() -> None:
    models = apps.get_app_config("djstripe").get_models()
    assert not [model for model in models if admin.site.is_registered(model)]
