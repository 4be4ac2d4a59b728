"""How the pages of money say things: at the field they are about, in words, and to every eye and ear."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.enums import DisputeState, PaymentState
from billing.models import Dispute, Payment, PaymentEvent, PriceList, PromoCode
from documents.enums import DocumentState
from documents.models import Document, DocumentEvent
from tesigo.platform.locales import in_euros
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    return client


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_a_code_that_takes_nothing_off_is_told_at_its_field(browser: Client, document: Document) -> None:
    page = words(browser.get(f"/documents/{document.pk}/price/", {"code": "nope"}))
    field = page[page.index('name="code" value="NOPE"') :]
    assert 'aria-invalid="true"' in field[: field.index(">")]
    assert 'aria-describedby="promo-code_error"' in field[: field.index(">")]
    assert 'id="promo-code_error"><li>We do not know this code.' in page


def test_a_code_that_counts_is_named_and_can_be_taken_away(browser: Client, document: Document) -> None:
    PromoCode.objects.create(code="SPRING", percent=Decimal(20))
    page = words(browser.get(f"/documents/{document.pk}/price/", {"code": "spring"}))
    assert "Code SPRING is applied." in page
    assert "aria-invalid" not in page


def test_while_a_payment_is_disputed_no_file_is_offered_anywhere(browser: Client, document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, frozen_at=timezone.now(), body_pages=12)
    assert "Make the file" not in words(browser.get(f"/documents/{document.pk}/take-away/"))
    assert "files cannot be taken away for now" in words(browser.get(f"/documents/{document.pk}/read/"))
    assert "payment disputed" in words(browser.get("/documents/"))


def test_states_of_payments_have_their_colours(browser: Client, document: Document, price_list: PriceList) -> None:
    Payment.objects.create(
        document=document, user=document.owner, price_list=price_list, pages=12, amount=Decimal("6.00"), lines=[],
        state=PaymentState.DISPUTED, expires_at=timezone.now(),
    )  # fmt: skip
    assert '<span class="chip chip-danger">disputed</span>' in words(browser.get("/account/payments/"))


def test_staff_choose_the_kinds_of_documents_of_many_codes(staff: Client) -> None:
    terms = {"percent": "10", "count": "2", "code_prefix": "FAIR", "batch": "fair", "kinds": ["essay", "report"]}
    staff.post("/admin/billing/promocode/batch/", terms)
    assert [code.kinds for code in PromoCode.objects.all()] == [["essay", "report"]] * 2
    refused = words(staff.post("/admin/billing/promocode/batch/", terms | {"count": "0"}))
    assert '<ul class="errorlist" id="id_count_error">' in refused


def test_staff_read_times_with_their_zone_and_codes_without_a_batch(staff: Client) -> None:
    PromoCode.objects.create(code="LONE", percent=Decimal(5), ends_at="2031-01-02T15:04:00Z")
    PromoCode.objects.create(code="FAIR-1", percent=Decimal(5), batch="fair")
    page = words(staff.get("/admin/billing/promocode/"))
    assert "2 Jan 2031, 15:04 UTC" in page
    assert '<a href="?batch=">none</a>' in page


def test_every_page_of_staff_has_our_style_sheet_and_no_style_of_its_own(staff: Client, price_list: PriceList) -> None:
    for path in (
        "/admin/",
        "/admin/billing/pricelist/",
        f"/admin/billing/pricelist/{price_list.pk}/change/",
        "/admin/billing/pricelist/comparison/",
        "/admin/billing/promocode/batch/",
        "/admin/generation/attempt/spending/",
    ):
        page = words(staff.get(path))
        assert "css/admin" in page, path
        assert "style=" not in page, path


def test_the_sign_stands_before_the_currency() -> None:
    assert (in_euros(Decimal("-1.20")), in_euros("0.50")) == ("−€1.20", "€0.50")


def test_a_code_used_up_since_it_was_shown_stays_in_its_field_with_the_reason(
    browser: Client, document: Document, price_list: PriceList
) -> None:
    PromoCode.objects.create(code="LAST", percent=Decimal(20), limit_total=0)
    sent = {"terms": "on", "start_now": "on", "total": "4.80", "version": price_list.version, "code": "LAST"}
    answer = browser.post(f"/documents/{document.pk}/pay/", sent)
    assert answer.status_code == 409
    page = words(answer)
    assert "Nothing was charged. This code has been used" in page
    assert 'id="promo-code_error"><li>This code has been used' in page
    assert 'value="LAST" class="input"' in page
    assert page.count('value="LAST"') == 1  # paying again pays without it
    assert "€6.00" in page


def test_a_person_who_has_paid_nothing_is_shown_where_to_begin(browser: Client) -> None:
    assert "No payments yet" in words(browser.get("/account/payments/"))


def test_moves_and_sums_of_money_name_their_state_in_words(payment: Payment) -> None:
    payment.state = PaymentState.PARTIALLY_REFUNDED
    assert str(payment) == f"€{payment.amount} partly refunded"
    assert str(PaymentEvent(from_state=PaymentState.PENDING, to_state=PaymentState.SUCCEEDED)) == (
        "waiting for payment → paid"
    )
    assert str(Dispute(amount=Decimal(6), state=DisputeState.LOST)) == "€6 lost"
    assert str(DocumentEvent(from_state=DocumentState.QUEUED, to_state=DocumentState.WRITING)) == (
        "waiting to be written → being written"
    )
