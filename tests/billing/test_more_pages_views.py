"""The pages on which more pages of rewriting are bought (R-93)."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts.models import Mail, User
from billing.domain import settlement
from billing.enums import PaymentState
from billing.forms import PayMorePagesForm
from billing.models import Payment, PriceList, PriceTier, Receipt
from documents.models import Document
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.ordering import buy_more
from tests.billing.test_views import CONSENT, text
from tests.documents.factories import outlined_document
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

SHOWN = {"pages": "5", "total": "2.50", "version": "1"}


def at(document: Document, more: str = "") -> str:
    return f"/documents/{document.pk}/more-pages/{more}"


def more(document: Document) -> Payment:
    return Payment.objects.of_more_pages().get(document=document)


def back(payment: Payment) -> str:
    return f"{at(payment.document, 'paid/')}?session={payment.stripe_session_id}"


class TestOrderPage:
    def test_it_shows_lines_total_and_asks_for_consent(self, browser: Client, written: Document) -> None:
        page = text(browser.get(at(written)))
        assert "5 × €0.50 a page" in page
        assert "You can ask for 10 rewritings more." in page
        assert 'name="total" value="2.50"' in page
        assert page.count("€2.50") >= 2
        assert "withdrawal" in page
        assert "Promo codes count for documents only." in page

    def test_without_javascript_a_button_shows_the_price(self, browser: Client, written: Document) -> None:
        page = text(browser.get(at(written), {"pages": "50"}))
        assert "Show the price" in page
        assert 'type="hidden" name="pages" value="50"' in page
        assert 'name="total" value="25.00"' in page

    def test_the_price_is_the_one_of_the_calculator(self, browser: Client, written: Document) -> None:
        PriceTier.objects.create(price_list=PriceList.objects.get(), from_page=20, price_per_page=Decimal("0.40"))
        page = text(browser.get(at(written), {"pages": "30"}))
        calculator = text(browser.get("/prices/quote/", {"pages": "30"}))
        assert "€13.90" in calculator
        assert "€13.90" in page

    @pytest.mark.parametrize("pages", ["0", "51", "-5", "ten", "", "1.5"])
    def test_impossible_pages_get_a_plain_answer_and_no_button(
        self, browser: Client, written: Document, pages: str
    ) -> None:
        page = browser.get(at(written), {"pages": pages})
        assert page.status_code == 200
        assert "from 1 to 50" in text(page)
        assert 'name="total"' not in text(page)

    def test_it_is_its_owners_alone(self, browser: Client, written: Document) -> None:
        other = outlined_document()
        for path in ("", "paid/"):
            assert browser.get(at(other, path)).status_code == 404
        assert browser.post(at(other, "pay/"), SHOWN | CONSENT).status_code == 404

    def test_what_cannot_be_bought_says_why(self, browser: Client, written: Document) -> None:
        Document.objects.filter(pk=written.pk).update(frozen_at=timezone.now())
        page = text(browser.get(at(written)))
        assert "locked while its payment is looked at" in page
        assert 'name="total"' not in page
        answer = browser.post(at(written, "pay/"), SHOWN | CONSENT)
        assert (answer.status_code, Payment.objects.of_more_pages().count()) == (409, 0)
        assert "locked while" in text(answer)

    def test_without_a_price_list_nothing_is_charged(self, browser: Client, document: Document) -> None:
        Document.objects.filter(pk=document.pk).update(state="ready")
        PriceList.objects.all().delete()
        for answer in (browser.get(at(document)), browser.post(at(document, "pay/"), SHOWN | CONSENT)):
            assert answer.status_code == 503
            assert "Prices are being changed" in text(answer)


class TestPaying:
    @pytest.mark.parametrize("missing", ["terms", "start_now"])
    def test_consent_is_required(self, browser: Client, written: Document, missing: str) -> None:
        given = {name: value for name, value in CONSENT.items() if name != missing}
        page = browser.post(at(written, "pay/"), SHOWN | given)
        assert (page.status_code, text(page).count("checked")) == (422, 1)
        # Without JavaScript the price of another number is asked for where it is shown, not where is paid.
        assert f'method="get" action="{at(written)}"' in text(page)
        assert not Payment.objects.of_more_pages().exists()

    @pytest.mark.parametrize(
        "edited", [{"total": "0.01"}, {"total": "six"}, {"version": "99"}, {"pages": "6"}, {"pages": "51"}]
    )
    def test_an_edited_form_charges_nothing(self, browser: Client, written: Document, edited: dict[str, str]) -> None:
        page = browser.post(at(written, "pay/"), SHOWN | CONSENT | edited)
        assert page.status_code in {409, 422}
        assert not Payment.objects.of_more_pages().exists()

    def test_a_changed_price_is_shown_beside_the_old_one(self, browser: Client, written: Document) -> None:
        PriceList.objects.update(price_per_page=Decimal("0.60"))
        page = browser.post(at(written, "pay/"), SHOWN | CONSENT)
        assert page.status_code == 409
        assert "The price has changed since you saw it." in text(page)
        assert "€2.50" in text(page)
        assert 'name="total" value="3.00"' in text(page)
        assert "checked" not in text(page)

    def test_when_stripe_does_not_answer_consent_is_kept(
        self, browser: Client, written: Document, sandbox: Running
    ) -> None:
        sandbox.control.fault("stripe", "500", times=20)
        page = browser.post(at(written, "pay/"), SHOWN | CONSENT)
        assert (page.status_code, page["Retry-After"]) == (503, "60")
        assert text(page).count("checked") == len(CONSENT)

    def test_too_many_orders_are_told(
        self, browser: Client, written: Document, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("billing.domain.orders.ORDERS_AN_HOUR", 0)
        page = browser.post(at(written, "pay/"), SHOWN | CONSENT)
        assert page.status_code == 429
        assert "very often" in text(page)

    def test_it_leads_to_stripe_and_back_to_the_page_of_rewriting(
        self, browser: Client, written: Document, sandbox: Running
    ) -> None:
        section = written.sections.first()
        assert section
        for named in ("", "x", str(section.pk)):
            assert browser.get(at(written), {"section": named}).status_code == 200
        there = {"name": "Lind & Ek", "address": "", "country": "", "vat_id": ""}
        answer = browser.post(at(written, "pay/"), SHOWN | CONSENT | there)
        payment = more(written)
        assert (answer.status_code, answer["Location"]) == (302, payment.checkout_url)
        at_stripe.pay(sandbox, payment)
        returned = browser.get(back(payment))
        assert returned["Location"] == f"/documents/{written.pk}/sections/{section.pk}/rewrite/"
        assert "5 pages of rewriting were added." in text(browser.get(f"/documents/{written.pk}/read/"))
        receipt = Receipt.objects.get(payment=payment)
        assert receipt.content["to"].startswith("Lind & Ek\n")
        history = text(browser.get("/account/payments/"))
        assert "5 more pages of rewriting" in history

    def test_whoever_came_from_nowhere_is_led_to_the_text(
        self, browser: Client, written: Document, sandbox: Running
    ) -> None:
        session = browser.session
        session["more-pages-for"] = ["another", "section"]
        session.save()
        payment = buy_more(written, pages=1, total="0.50")
        at_stripe.pay(sandbox, payment)
        assert browser.get(back(payment))["Location"] == f"/documents/{written.pk}/read/"
        assert "1 page of rewriting was added." in text(browser.get(f"/documents/{written.pk}/read/"))

    def test_pressed_again_after_paying_it_leads_to_what_was_paid(
        self, browser: Client, written: Document, sandbox: Running
    ) -> None:
        browser.post(at(written, "pay/"), SHOWN | CONSENT)
        payment = more(written)
        at_stripe.pay(sandbox, payment)
        answer = browser.post(at(written, "pay/"), SHOWN | CONSENT)
        assert answer["Location"] == back(payment)
        assert "5 pages of rewriting were added." in text(browser.get(back(payment), follow=True))
        assert Payment.objects.of_more_pages().count() == 1

    @pytest.mark.parametrize(
        ("state", "gone", "words"),
        [
            (PaymentState.DISPUTED, "0.00", "A bank has asked for the money of that payment back"),
            (PaymentState.PARTIALLY_REFUNDED, "1.00", "A part of that payment was given back"),
        ],
    )
    def test_nothing_is_called_added_that_does_not_count(
        self, browser: Client, written: Document, sandbox: Running, state: PaymentState, gone: str, words: str
    ) -> None:
        payment = buy_more(written)
        Payment.objects.filter(pk=payment.pk).update(state=state, refunded_amount=Decimal(gone))
        page = text(browser.get(back(payment), follow=True))
        assert words in page
        assert "added" not in page

    def test_a_declined_card_and_a_page_that_was_left_are_told(
        self, browser: Client, written: Document, sandbox: Running
    ) -> None:
        assert browser.get(at(written, "paid/"))["Location"] == at(written)
        payment = buy_more(written)
        assert "Nothing was charged" in text(browser.get(at(written), {"left": "1"}))
        at_stripe.pay(sandbox, payment, card=at_stripe.DECLINED)
        page = text(browser.get(back(payment), follow=True))
        assert "Your card was declined." in page
        sandbox.control.advance(25 * 3600)
        assert "has expired. Nothing was charged." in text(browser.get(back(payment), follow=True))

    def test_a_debit_on_its_way_waits_and_goes_on_by_itself(
        self, browser: Client, written: Document, sandbox: Running
    ) -> None:
        payment = buy_more(written)
        at_stripe.pay(sandbox, payment, iban=at_stripe.IBAN)
        page = text(browser.get(back(payment)))
        assert "The pages of rewriting are there the moment the money is certain" in page
        assert 'class="stepper"' not in page
        assert browser.get(at(written))["Location"] == at(written, "paid/")
        assert browser.post(at(written, "pay/"), SHOWN | CONSENT)["Location"] == back(payment)
        asking = {"HX-Request": "true"}
        assert "HX-Redirect" not in browser.get(back(payment), headers=asking)
        sandbox.control.post("stripe/settle", session=payment.stripe_session_id, outcome="succeeded")
        settlement.settle(payment_id=payment.pk, cause="test")
        assert browser.get(back(payment), headers=asking)["HX-Redirect"] == back(payment)

    def test_while_stripe_is_silent_the_way_back_looks_again(
        self, browser: Client, written: Document, sandbox: Running
    ) -> None:
        payment = buy_more(written)
        at_stripe.pay(sandbox, payment)
        sandbox.control.fault("stripe", "429")
        assert "We are asking the payment provider" in text(browser.get(back(payment)))


def test_the_form_takes_no_code() -> None:
    assert "code" not in PayMorePagesForm().fields


def test_the_receipt_and_its_mail_name_what_was_bought(written: Document, sandbox: Running) -> None:
    from django.template.loader import render_to_string

    payment = buy_more(written)
    at_stripe.pay(sandbox, payment)
    settlement.settle(payment_id=payment.pk, cause="test")
    receipt = Receipt.objects.get(payment=payment)
    paper = render_to_string("billing/paper/receipt.html", {"receipt": receipt, "content": receipt.content})
    assert "5 more pages of rewriting" in paper
    assert "Length" not in paper
    mail = Mail.objects.get(template="receipt")
    for ending in ("txt", "html"):
        site = {"url": "https://x.example", "name": "X"}
        words = render_to_string(f"mails/receipt.{ending}", {**mail.context, "site": site})
        assert "5 more pages of rewriting" in words
        assert f"https://x.example/documents/{written.pk}/read/" in words
        assert "progress" not in words


def test_staff_tell_them_apart(written: Document, sandbox: Running, client: Client) -> None:
    payment = buy_more(written)
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.SUCCEEDED)
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    found = client.get("/admin/billing/payment/", {"purpose__exact": "more_pages"})
    assert "more pages of rewriting" in text(found)
    assert str(Payment.objects.orders().get().pk) not in text(found)
    asked: dict[str, Any] = {"action": "refund", "_selected_action": [str(payment.pk)]}
    assert "· more pages of rewriting" in text(client.post("/admin/billing/payment/", asked))
    csv = client.post("/admin/billing/payment/", {**asked, "action": "export_csv"}).content.decode()
    assert csv.strip().endswith(",more_pages")
    given = {**asked, "reason": "kind", "pages": "2", "once": str(uuid4())}
    client.post("/admin/billing/payment/", given)
    payment.refresh_from_db()
    assert payment.refunded_amount == Decimal("1.00")


def test_rewritings_of_a_page_are_told_as_the_setting_has_them(
    browser: Client, written: Document, settings: LazySettings
) -> None:
    settings.REWRITINGS_PER_PAGE = 1
    assert "You can ask for 1 rewriting more." in text(browser.get(at(written), {"pages": "1"}))
