"""The pages: what they show, and that they only show it to the owner."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from billing import gates
from billing.domain import checkout, settlement
from billing.domain.payments import move
from billing.enums import PaymentState
from billing.models import Payment, PriceList, PromoCode
from documents.models import Document
from sandbox.testing import Running
from tests.billing.ordering import order
from tests.documents.factories import outlined_document

CONSENT = {"terms": "on", "start_now": "on"}
SHOWN = {"total": "6.00", "version": "1"}


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db
class TestCalculator:
    def test_landing_shows_a_price_to_anybody(self, client: Client, price_list: PriceList) -> None:
        page = client.get("/")
        assert page.status_code == 200
        assert "€6.00" in text(page)

    def test_landing_without_javascript(self, client: Client, price_list: PriceList) -> None:
        assert "€50.00" in text(client.get("/", {"pages": "100"}))

    def test_quote_shows_each_line(self, client: Client, price_list: PriceList) -> None:
        PriceList.objects.update(discount_percent=10)
        fragment = text(client.get("/prices/quote/", {"pages": "20"}))
        assert "20 × €0.50 a page" in fragment
        assert "Discount of 10 %" in fragment
        assert "−€1.00" in fragment
        assert "€9.00" in fragment
        assert "<html" not in fragment

    @pytest.mark.parametrize("pages", ["0", "201", "-5", "ten", "", "1.5", "1" * 500])
    def test_impossible_pages_get_a_plain_answer(self, client: Client, price_list: PriceList, pages: str) -> None:
        fragment = client.get("/prices/quote/", {"pages": pages})
        assert fragment.status_code == 200
        assert "from 1 to 200" in text(fragment)

    def test_without_a_price_list_the_page_still_stands(self, client: Client) -> None:
        PriceList.objects.all().delete()
        assert "Prices are being changed" in text(client.get("/"))


@pytest.mark.django_db
class TestPricePage:
    def test_it_shows_lines_total_and_asks_for_consent(self, browser: Client, document: Document) -> None:
        page = text(browser.get(f"/documents/{document.pk}/price/"))
        assert "12 × €0.50 a page" in page
        assert 'name="total" value="6.00"' in page
        assert 'name="version" value="1"' in page
        assert page.count("€6.00") >= 2
        assert "withdrawal" in page
        assert "style=" not in page.split("<body")[1].split("<svg")[0]

    def test_another_format_tells_its_sheets_and_costs_the_same(self, browser: Client, document: Document) -> None:
        Document.objects.filter(pk=document.pk).update(page_format={"line_spacing": 2})
        page = text(browser.get(f"/documents/{document.pk}/price/"))
        assert "the text takes about 16 sheets; 12 pages of the standard page are ordered." in page
        assert 'name="total" value="6.00"' in page

    @pytest.mark.parametrize("missing", ["terms", "start_now"])
    def test_consent_is_required(self, browser: Client, document: Document, missing: str) -> None:
        given = {name: value for name, value in CONSENT.items() if name != missing}
        page = browser.post(f"/documents/{document.pk}/pay/", SHOWN | given)
        assert page.status_code == 422
        assert not Payment.objects.exists()

    @pytest.mark.parametrize(
        "edited",
        [{"total": "0.01"}, {"total": "-6.00"}, {"total": "600"}, {"total": "six"}, {"version": "99"}, {"total": ""}],
    )
    def test_an_edited_amount_charges_nothing(
        self, browser: Client, document: Document, edited: dict[str, str]
    ) -> None:
        page = browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT | edited)
        assert page.status_code in {409, 422}
        assert "Nothing was charged" in text(page)
        assert 'name="total" value="6.00"' in text(page)
        assert not Payment.objects.exists()

    def test_a_changed_price_is_shown_beside_the_old_one(self, browser: Client, document: Document) -> None:
        PriceList.objects.update(price_per_page=Decimal("0.60"), version=2)
        page = browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT)
        assert page.status_code == 409
        assert "€6.00" in text(page)
        assert "€7.20" in text(page)
        assert 'name="version" value="2"' in text(page)
        assert "checked" not in text(page)
        assert not Payment.objects.exists()

    def test_consent_that_was_given_is_still_there_when_stripe_does_not_answer(
        self, browser: Client, document: Document, sandbox: Running
    ) -> None:
        sandbox.control.fault("stripe", "500", times=20)
        page = browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT)
        assert page.status_code == 503
        assert page.context["form"]["terms"].value()
        assert text(page).count("checked") == len(CONSENT)

    def test_a_full_queue_answers_503_and_says_when(self, browser: Client, document: Document) -> None:
        gates.register("test", lambda asked: gates.NotNow("Too many documents wait.", timedelta(minutes=10)))
        try:
            page = browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT)
        finally:
            gates.unregister("test")
        assert (page.status_code, page["Retry-After"]) == (503, "600")
        assert "Too many documents wait." in text(page)
        assert "10 minutes" in text(page)

    def test_an_allowance_that_is_used_up_answers_429_and_says_when(self, browser: Client, document: Document) -> None:
        refusal = gates.NotNow("A new day begins at 00:00 UTC.", timedelta(hours=7, seconds=0.5), is_personal=True)
        gates.register("test", lambda asked: refusal)
        try:
            page = browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT)
        finally:
            gates.unregister("test")
        assert (page.status_code, page["Retry-After"]) == (429, "25201")
        assert "A new day begins at 00:00 UTC." in text(page)
        assert "8 hours" in text(page)
        assert not Payment.objects.exists()

    def test_an_order_that_no_day_has_room_for_leads_back_to_the_outline(
        self, browser: Client, document: Document
    ) -> None:
        refusal = gates.NotNow("Make it shorter.", timedelta(hours=7), is_personal=True, waits_in_vain=True)
        gates.register("test", lambda asked: refusal)
        try:
            page = browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT)
        finally:
            gates.unregister("test")
        assert page.status_code == 429
        assert f'href="/documents/{document.pk}/outline/">To the outline' in text(page)
        for words in ("Come back", "Try again"):
            assert words not in text(page)

    @pytest.mark.parametrize(
        ("state", "goal"),
        [("draft", "brief"), ("outlining", "outline"), ("queued", "progress"), ("ready", "progress")],
    )
    def test_other_documents_are_led_on(self, browser: Client, document: Document, state: str, goal: str) -> None:
        Document.objects.update(state=state)
        assert browser.get(f"/documents/{document.pk}/price/")["Location"] == f"/documents/{document.pk}/{goal}/"
        paying = browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT)
        assert paying["Location"] == f"/documents/{document.pk}/{goal}/"

    def test_without_a_price_list_nothing_can_be_bought(self, browser: Client, document: Document) -> None:
        PriceList.objects.all().delete()
        for answer in (
            browser.get(f"/documents/{document.pk}/price/"),
            browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT),
        ):
            assert answer.status_code == 503
            assert "Prices are being changed" in text(answer)

    def test_a_document_never_ordered_has_no_way_back(self, browser: Client, document: Document) -> None:
        assert browser.get(f"/documents/{document.pk}/paid/")["Location"].endswith("/price/")

    def test_leaving_stripes_page_says_nothing_was_charged(self, browser: Client, document: Document) -> None:
        assert "Nothing was charged" in text(browser.get(f"/documents/{document.pk}/price/?left=1"))

    def test_somebody_elses_document_is_not_found(self, browser: Client, price_list: PriceList) -> None:
        other = outlined_document(pages=12)
        assert browser.get(f"/documents/{other.pk}/price/").status_code == 404
        assert browser.get(f"/documents/{other.pk}/paid/?session=cs_x").status_code == 404
        assert browser.post(f"/documents/{other.pk}/pay/", SHOWN | CONSENT).status_code == 404
        assert not Payment.objects.exists()

    def test_strangers_are_asked_to_sign_in(self, client: Client, document: Document) -> None:
        for path in ("price", "paid"):
            assert client.get(f"/documents/{document.pk}/{path}/")["Location"].startswith("/signin/")
        assert client.get(f"/documents/{document.pk}/pay/").status_code in {302, 405}

    def test_paying_needs_the_csrf_token(self, student: User, document: Document) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(student)
        assert strict.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT).status_code == 403


@pytest.mark.django_db(transaction=True)
class TestPaying:
    @pytest.fixture
    def payment(self, browser: Client, document: Document, sandbox: Running) -> Payment:
        answer = browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT)
        payment = Payment.objects.get()
        assert answer["Location"] == payment.checkout_url
        assert answer["Location"].startswith(sandbox.base_url)
        return payment

    def back(self, payment: Payment) -> str:
        return f"/documents/{payment.document_id}/paid/?session={payment.stripe_session_id}"

    def test_the_way_back_settles_and_leads_to_the_progress_page(
        self, browser: Client, payment: Payment, sandbox: Running, started: list[Any]
    ) -> None:
        sandbox.control.pay(payment.stripe_session_id)
        assert browser.get(self.back(payment))["Location"] == f"/documents/{payment.document_id}/progress/"
        assert len(started) == 1
        assert (
            browser.get(f"/documents/{payment.document_id}/price/")["Location"]
            == f"/documents/{payment.document_id}/paid/"
        )

    def test_a_declined_card_leads_back_with_the_reason(
        self, browser: Client, payment: Payment, sandbox: Running
    ) -> None:
        sandbox.control.pay(payment.stripe_session_id, card="4000000000000002")
        page = text(browser.get(self.back(payment), follow=True))
        assert "Your card was declined." in page
        again = browser.post(f"/documents/{payment.document_id}/pay/", SHOWN | CONSENT)
        assert again["Location"] == payment.checkout_url

    def test_a_direct_debit_shows_that_money_is_on_its_way(
        self, browser: Client, payment: Payment, sandbox: Running, started: list[Any]
    ) -> None:
        sandbox.control.pay(payment.stripe_session_id, iban="DE89370400440532013000")
        assert "Your money is on its way" in text(browser.get(self.back(payment)))
        waiting = browser.get(self.back(payment), headers={"HX-Request": "true"})
        assert waiting.status_code == 204
        assert "HX-Redirect" not in waiting.headers
        assert browser.post(f"/documents/{payment.document_id}/pay/", SHOWN | CONSENT)["Location"].endswith("/paid/")
        assert browser.get(f"/documents/{payment.document_id}/price/")["Location"].endswith("/paid/")
        sandbox.control.post("stripe/settle", session=payment.stripe_session_id)
        assert browser.get(self.back(payment))["Location"].endswith("/progress/")
        done = browser.get(self.back(payment), headers={"HX-Request": "true"})
        assert done["HX-Redirect"].endswith("/progress/")

    def test_when_stripe_cannot_be_asked_the_page_waits(
        self, browser: Client, payment: Payment, sandbox: Running
    ) -> None:
        sandbox.control.pay(payment.stripe_session_id)
        sandbox.control.fault("stripe", "429")
        page = text(browser.get(self.back(payment)))
        assert "please do not pay again" in page

    def test_money_that_is_not_needed_goes_back_and_says_so(
        self, browser: Client, payment: Payment, sandbox: Running
    ) -> None:
        Document.objects.update(pages=4)
        sandbox.control.pay(payment.stripe_session_id)
        browser.get(self.back(payment))
        payment.refresh_from_db()
        assert payment.state == PaymentState.REFUNDED
        gone = browser.get(self.back(payment), headers={"HX-Request": "true"})
        assert gone["HX-Redirect"].endswith("/price/")
        assert browser.get(self.back(payment))["Location"].endswith("/price/")

    def test_a_direct_debit_that_fails_says_so(self, browser: Client, payment: Payment, sandbox: Running) -> None:
        sandbox.control.pay(payment.stripe_session_id, iban="DE62370400440532013001")
        sandbox.control.post("stripe/settle", session=payment.stripe_session_id, outcome="failed")
        assert "The payment did not go through" in text(browser.get(self.back(payment), follow=True))

    def test_coming_back_without_paying_says_so(self, browser: Client, payment: Payment) -> None:
        assert "was not finished" in text(browser.get(self.back(payment), follow=True))

    def test_an_expired_page_says_so(self, browser: Client, payment: Payment, sandbox: Running) -> None:
        sandbox.control.advance(25 * 3600)
        assert "expired" in text(browser.get(self.back(payment), follow=True))

    def test_held_money_is_explained(self, browser: Client, payment: Payment) -> None:
        move(payment_id=payment.pk, to=PaymentState.HELD, cause="test")
        assert "We are looking at your payment" in text(browser.get(self.back(payment)))

    def test_what_is_no_session_is_not_looked_up(self, browser: Client, payment: Payment) -> None:
        answer = browser.get(f"/documents/{payment.document_id}/paid/?session=%00", follow=True)
        assert "was not finished" in text(answer)

    def test_another_documents_session_is_not_used(
        self, browser: Client, payment: Payment, student: User, sandbox: Running
    ) -> None:
        other = outlined_document(owner=student, pages=12)
        sandbox.control.pay(payment.stripe_session_id)
        answer = browser.get(f"/documents/{other.pk}/paid/?session={payment.stripe_session_id}")
        assert answer["Location"] == f"/documents/{other.pk}/price/"
        payment.refresh_from_db()
        assert payment.state == PaymentState.PENDING


@pytest.mark.django_db
class TestHistory:
    def paid_document(self, student: User, price_list: PriceList) -> Payment:
        document = outlined_document(owner=student, pages=12)
        return Payment.objects.create(
            document=document, user=student, price_list=price_list, pages=12, amount=Decimal("6.00"), lines=[],
            state=PaymentState.SUCCEEDED, expires_at=timezone.now(),
        )  # fmt: skip

    def test_empty_says_what_will_be_here(self, browser: Client) -> None:
        assert "No payments yet" in text(browser.get("/account/payments/"))

    def test_without_javascript_it_is_a_whole_page(self, browser: Client) -> None:
        page = text(browser.get("/account/payments/"))
        assert "<!doctype html>" in page
        assert "To your account" in page
        assert "<!doctype" not in text(browser.get("/account/payments/", headers={"HX-Request": "true"}))

    def test_only_own_payments_are_listed(self, browser: Client, student: User, price_list: PriceList) -> None:
        self.paid_document(student, price_list)
        foreign = outlined_document(pages=12)
        Payment.objects.create(
            document=foreign, user=foreign.owner, price_list=price_list, pages=12, amount=Decimal("77.00"), lines=[],
            state=PaymentState.SUCCEEDED, expires_at=timezone.now(),
        )  # fmt: skip
        page = text(browser.get("/account/payments/"))
        assert "€6.00" in page
        assert "paid" in page
        assert "77.00" not in page

    def test_the_number_of_queries_does_not_grow(self, browser: Client, student: User, price_list: PriceList) -> None:
        self.paid_document(student, price_list)
        browser.get("/account/payments/")
        with CaptureQueriesContext(connection) as one:
            browser.get("/account/payments/")
        for _ in range(2):
            self.paid_document(student, price_list)
        with CaptureQueriesContext(connection) as three:
            browser.get("/account/payments/")
        assert len(one) == len(three)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [PaymentState.REFUNDED, PaymentState.EXPIRED])
def test_a_person_who_paid_an_older_page_comes_to_the_document(
    browser: Client, document: Document, sandbox: Running, end: PaymentState
) -> None:
    """The older of two pages counts; the newer one was not needed, or has expired."""
    old = order(document)
    Payment.objects.update(state=PaymentState.EXPIRED)
    new = order(document)
    sandbox.control.pay(old.stripe_session_id)
    if end == PaymentState.REFUNDED:
        sandbox.control.pay(new.stripe_session_id)
    settlement.settle(payment_id=old.pk, cause="test")
    checkout.withdraw(payment_id=new.pk, cause="test")
    assert Payment.objects.get(pk=new.pk).state == end
    for path in ("price/", "paid/", f"paid/?session={new.stripe_session_id}"):
        page = browser.get(f"/documents/{document.pk}/{path}", follow=True)
        assert page.redirect_chain[-1][0] == f"/documents/{document.pk}/progress/", path


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["refunded", "expired"])
def test_what_went_back_is_not_told_as_a_try_that_failed(
    browser: Client, document: Document, price_list: PriceList, state: str
) -> None:
    Payment.objects.create(
        document=document, user=document.owner, price_list=price_list, pages=12, amount=6, lines=[], state=state,
        failure="expired_or_canceled_card", expires_at=timezone.now(),
    )  # fmt: skip
    assert "did not go through" not in text(browser.get(f"/documents/{document.pk}/price/"))


@pytest.mark.django_db(transaction=True)
class TestApi:
    def test_it_answers_the_lines_of_the_price_page(self, browser: Client, document: Document) -> None:
        PromoCode.objects.create(code="SPRING", percent=10)
        answer = browser.get(f"/api/documents/{document.pk}/price/", {"code": "spring"})
        assert answer.json() == {
            "pages": 12,
            "version": 1,
            "currency": "EUR",
            "lines": [
                {"label": "12 × €0.50 a page", "amount": "6.00", "kind": "base"},
                {"label": "Code SPRING, 10 %", "amount": "-0.60", "kind": "promo"},
            ],
            "total": "5.40",
            "code": "SPRING",
            "code_problem": "",
        }
        answer = browser.get(f"/api/documents/{document.pk}/price/", {"code": "nope"}).json()
        assert (answer["total"], answer["code"]) == ("6.00", "")
        assert "do not know this code" in answer["code_problem"]

    def test_it_is_for_the_owner_alone(self, client: Client, browser: Client, price_list: PriceList) -> None:
        assert client.get(f"/api/documents/{outlined_document(pages=3).pk}/price/").status_code in {401, 403}
        assert browser.get(f"/api/documents/{outlined_document(pages=3).pk}/price/").status_code == 404

    def test_without_a_price_list_it_says_when_to_come_back(self, browser: Client, document: Document) -> None:
        PriceList.objects.update(state="retired")
        answer = browser.get(f"/api/documents/{document.pk}/price/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")


@pytest.mark.django_db
def test_price_page_asks_the_database_fourteen_times_at_most(browser: Client, document: Document) -> None:
    browser.get(f"/documents/{document.pk}/price/")
    with CaptureQueriesContext(connection) as queries:
        browser.get(f"/documents/{document.pk}/price/")
    assert len(queries) <= 14, [query["sql"][:120] for query in queries]
