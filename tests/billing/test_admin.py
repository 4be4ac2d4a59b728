"""What staff see and may do with prices and money."""

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from billing.domain import events
from billing.enums import PaymentState, PriceListState
from billing.models import Payment, PriceList, PromoCode, Redemption, Refund, WebhookEvent
from documents.models import Document
from sandbox.testing import Running
from tests.billing.ordering import order
from tests.documents.factories import outlined_document
from tests.staff import new_window, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def boss(shared_rows: None) -> Client:
    user = User.objects.create_superuser("boss@example.org", "a password that is long")
    client = Client()
    sign_in(client, user)
    return client


@pytest.fixture
def staff(boss: Client, db: None) -> Client:
    return new_window(boss)


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
    assert '<th scope="row">200</th><td>€100.00</td><td>€0.50</td>' in page


NO_TIERS = {"tiers-TOTAL_FORMS": "0", "tiers-INITIAL_FORMS": "0"}
DRAFT = {
    "price_per_page": "0.60",
    "discount_percent": "5",
    "note": "Autumn",
    "variant": "A",
    "weight": "100",
    **{f"discount_{end}_{part}": "" for end in ("from", "until") for part in (0, 1)},
}


def move(staff: Client, price_list: PriceList, what: str, reason: str = "Tried in summer.") -> Any:
    return staff.post(f"/admin/billing/pricelist/{price_list.pk}/move/{what}/", {"reason": reason}, follow=True)


def test_a_draft_is_made_changed_with_tiers_and_put_in_force(staff: Client, price_list: PriceList) -> None:
    act(staff, "pricelist", "draft_anew", price_list)
    draft = PriceList.objects.get(version=2)
    tiers = {"tiers-TOTAL_FORMS": "1", "tiers-INITIAL_FORMS": "0"}
    tiers |= {"tiers-0-from_page": "50", "tiers-0-price_per_page": "0.45"}
    staff.post(f"/admin/billing/pricelist/{draft.pk}/change/", DRAFT | tiers)
    page = move(staff, draft, "activate").content.decode()
    draft.refresh_from_db()
    price_list.refresh_from_db()
    assert (draft.state, draft.price_per_page) == (PriceListState.ACTIVE, Decimal("0.60"))
    assert list(draft.tiers.values_list("from_page", "price_per_page")) == [(50, Decimal("0.45"))]
    assert price_list.state == PriceListState.RETIRED
    assert "Tried in summer." in page


def test_a_dearer_tier_is_refused_in_words(staff: Client, price_list: PriceList) -> None:
    tiers = {"tiers-TOTAL_FORMS": "1", "tiers-INITIAL_FORMS": "0"}
    tiers |= {"tiers-0-from_page": "50", "tiers-0-price_per_page": "0.70"}
    page = staff.post("/admin/billing/pricelist/add/", DRAFT | tiers).content.decode()
    assert "must not cost more than those before them" in page
    assert PriceList.objects.count() == 1


def test_a_tier_below_the_least_price_is_refused_in_words(staff: Client, price_list: PriceList) -> None:
    tiers = {"tiers-TOTAL_FORMS": "1", "tiers-INITIAL_FORMS": "0"}
    tiers |= {"tiers-0-from_page": "50", "tiers-0-price_per_page": "0.05"}
    page = staff.post("/admin/billing/pricelist/add/", DRAFT | tiers).content.decode()
    assert "greater than or equal to 0.10" in page


def test_nothing_is_put_in_force_without_a_reason(staff: Client, price_list: PriceList) -> None:
    staff.post("/admin/billing/pricelist/add/", DRAFT | NO_TIERS)
    draft = PriceList.objects.get(version=2)
    assert draft.created_by == User.objects.get(is_staff=True)
    assert "Please give a reason." in move(staff, draft, "activate", reason=" ").content.decode()
    draft.refresh_from_db()
    assert draft.state == PriceListState.DRAFT


def test_one_click_on_a_list_starts_a_draft_from_it(staff: Client, price_list: PriceList) -> None:
    page = staff.get(f"/admin/billing/pricelist/{price_list.pk}/change/").content.decode()
    assert f"/admin/billing/pricelist/{price_list.pk}/move/draft/" in page
    answer = move(staff, price_list, "draft", reason="")
    draft = PriceList.objects.get(version=2)
    assert answer.redirect_chain[-1][0] == f"/admin/billing/pricelist/{draft.pk}/change/"
    assert (draft.state, draft.price_per_page) == (PriceListState.DRAFT, Decimal("0.50"))


def test_the_preview_follows_what_is_typed(staff: Client, price_list: PriceList) -> None:
    """Nothing is saved by looking, and what makes no sense yet is said in words."""
    PromoCode.objects.create(code="HALF", percent=50)
    tiers = {"tiers-TOTAL_FORMS": "1", "tiers-INITIAL_FORMS": "0"}
    tiers |= {"tiers-0-from_page": "51", "tiers-0-price_per_page": "0.40"}
    typed = DRAFT | tiers | {"price_per_page": "1.00", "discount_percent": "0", "code": "half"}
    page = staff.post("/admin/billing/pricelist/preview/", typed).content.decode()
    assert '<th scope="row">120</th><td>€78.00</td><td>€0.65</td><td>€39.00</td>' in page
    assert "(+100 %)" in page
    assert PriceList.objects.count() == 1
    page = staff.post("/admin/billing/pricelist/preview/", typed | {"tiers-0-price_per_page": "2"}).content.decode()
    assert "must not cost more than those before them" in page
    page = staff.post("/admin/billing/pricelist/preview/", typed | {"price_per_page": "0.01"}).content.decode()
    assert "greater than or equal to 0.10" in page
    for path in ("add/", f"{PriceList.objects.get().pk}/change/"):
        page = staff.get(f"/admin/billing/pricelist/{path}").content.decode()
        assert ("/admin/billing/pricelist/preview/" in page) == (path == "add/")
    assert staff.get("/admin/billing/pricelist/preview/").status_code == 405


def test_who_may_only_look_previews_and_moves_nothing(price_list: PriceList) -> None:
    looker = User.objects.create_user("looker@example.org", is_staff=True)
    looker.user_permissions.add(*Permission.objects.filter(codename__in=("view_pricelist", "view_payment")))
    client = Client()
    sign_in(client, looker)
    assert client.post("/admin/billing/pricelist/preview/", DRAFT | NO_TIERS).status_code == 403
    for what in ("draft", "activate", "end-test"):
        path = f"/admin/billing/pricelist/{price_list.pk}/move/{what}/"
        assert client.post(path, {"reason": "x"}).status_code == 403
    assert PriceList.objects.count() == 1


def test_one_click_rolls_back(staff: Client, price_list: PriceList) -> None:
    staff.post("/admin/billing/pricelist/add/", DRAFT | NO_TIERS)
    move(staff, PriceList.objects.get(version=2), "activate")
    page = move(staff, price_list, "activate", reason="Nobody bought.").content.decode()
    price_list.refresh_from_db()
    assert price_list.state == PriceListState.ACTIVE
    assert "rolled back to" in page


def test_a_comparison_shows_both_arms_and_can_be_ended(staff: Client, price_list: PriceList) -> None:
    staff.post("/admin/billing/pricelist/add/", DRAFT | NO_TIERS | {"variant": "B"})
    rival = PriceList.objects.get(version=2)
    assert "Nothing is compared now" in staff.get("/admin/billing/pricelist/comparison/").content.decode()
    move(staff, rival, "activate")
    assert PriceList.objects.filter(state=PriceListState.ACTIVE).count() == 2
    page = staff.get("/admin/billing/pricelist/comparison/").content.decode()
    assert "<svg" in page
    assert "The difference may still be chance." in page
    move(staff, rival, "end-test")
    rival.refresh_from_db()
    assert rival.state == PriceListState.RETIRED


def test_the_list_in_force_shows_its_warnings_and_a_codes_totals(staff: Client, price_list: PriceList) -> None:
    PromoCode.objects.create(code="HALF", percent=50)
    staff.post("/admin/billing/pricelist/add/", DRAFT | NO_TIERS | {"price_per_page": "1.50"})
    draft = PriceList.objects.get(version=2)
    page = staff.get(f"/admin/billing/pricelist/{draft.pk}/change/?code=half").content.decode()
    assert "With HALF" in page
    assert "(+185 %)" in page
    assert "promo code counts at the same time" in page
    # 200 pages less 5 %, and with the code less 55 %.
    assert "<td>€285.00</td>" in page
    assert "<td>€135.00</td>" in page


def test_asking_stripe_tells_how_it_stands_or_why_not(
    staff: Client, document: Document, price_list: PriceList, sandbox: Running
) -> None:
    payment = order(document)
    # The administration begins a message with a capital letter, and some ids begin with a letter.
    answer = act(staff, "payment", "settle_now", payment).content.decode().lower()
    assert f"{payment.pk}: waiting for payment" in answer
    sandbox.control.fault("stripe", "429")
    assert "Stripe could not be asked" in act(staff, "payment", "settle_now", payment).content.decode()


def test_an_event_that_was_given_up_is_worked_on_command(staff: Client) -> None:
    told = {"event_id": "evt_1", "type": "customer.created", "object_id": "z", "payload": {}}
    event = WebhookEvent.objects.create(**told, due_at=None, given_up_at=timezone.now())
    assert not events.work(event_id=event.pk)
    assert "1 are tried again now" in act(staff, "webhookevent", "work_again", event).content.decode()
    assert "0 are tried again now" in act(staff, "webhookevent", "work_again", event).content.decode()
    assert events.work(event_id=event.pk)
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
    assert "Please give a reason" in act(staff, "payment", "refund", payment, reason="").content.decode()
    assert not Refund.objects.exists()
    act(staff, "payment", "refund", payment, reason="The wrong file was ordered.", once=str(uuid4()))
    act(staff, "payment", "refund", payment, reason="Again.", once=str(uuid4()))
    refund = Refund.objects.get()
    payment.refresh_from_db()
    assert (refund.amount, refund.reason) == (Decimal("6.00"), "The wrong file was ordered.")
    assert refund.actor_id == User.objects.get(is_staff=True).pk
    assert payment.state == PaymentState.REFUNDED


def test_a_part_goes_back_but_never_more_than_is_left(staff: Client, payment: Payment) -> None:
    act(staff, "payment", "refund", payment, amount="2.50", reason="A chapter is missing.", once=str(uuid4()))
    again = {"amount": "3.51", "reason": "And more.", "once": str(uuid4())}
    page = act(staff, "payment", "refund", payment, **again).content.decode()
    assert "more than the €3.50 that are left" in page
    payment.refresh_from_db()
    assert (payment.refunded_amount, payment.state) == (Decimal("2.50"), PaymentState.PARTIALLY_REFUNDED)


def test_a_form_sent_twice_gives_back_once(staff: Client, payment: Payment) -> None:
    page = act(staff, "payment", "refund", payment).content.decode()
    (once,) = re.findall(r'name="once" value="([^"]+)"', page)
    for _ in range(2):
        act(staff, "payment", "refund", payment, amount="2.50", reason="A chapter is missing.", once=once)
    assert Refund.objects.get().amount == Decimal("2.50")
    act(staff, "payment", "refund", payment, amount="2.50", reason="Another, too.", once=str(uuid4()))
    assert Refund.objects.count() == 2


def test_a_code_of_many_uses_is_shown_by_as_many_queries(staff: Client, price_list: PriceList) -> None:
    code = PromoCode.objects.create(code="SPRING", percent=10, limit_per_address=None)
    path = f"/admin/billing/promocode/{code.pk}/change/"

    def used(times: int) -> int:
        for _ in range(times):
            mine = outlined_document(pages=12)
            one = Payment.objects.create(
                document=mine, user=mine.owner, price_list=price_list, pages=12, amount=6, lines=[],
                state=PaymentState.SUCCEEDED, expires_at=timezone.now(),
            )  # fmt: skip
            Redemption.objects.create(promo_code=code, payment=one, user=mine.owner, state="used")
        with CaptureQueriesContext(connection) as queries:
            page = staff.get(path).content.decode()
        link = f"/admin/billing/redemption/?promo_code__id__exact={code.pk}"
        assert link in page
        assert staff.get(link).context["cl"].result_count == Redemption.objects.count()
        return len(queries)

    staff.get(path)
    assert used(1) == used(2)


def test_payments_cannot_be_edited(staff: Client, payment: Payment) -> None:
    assert staff.post(f"/admin/billing/payment/{payment.pk}/change/", {"amount": "1"}).status_code == 403
    assert staff.get("/admin/billing/payment/add/").status_code == 403


def test_students_do_not_get_in(browser: Client, payment: Payment) -> None:
    assert browser.get("/admin/billing/payment/").status_code == 302


def test_stripes_objects_are_to_be_looked_at_only(staff: Client) -> None:
    mirrored = [one for one in apps.get_app_config("djstripe").get_models() if admin.site.is_registered(one)]
    assert {one.__name__ for one in mirrored} == {"Session", "PaymentIntent", "Charge", "Refund", "Dispute"}
    for one in mirrored:
        page = f"/admin/djstripe/{one.__name__.lower()}/"
        assert staff.get(page).status_code == 200
        assert staff.get(f"{page}add/").status_code == 403
