"""Prices, orders and payments for programs (R-13, R-58, R-68)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.enums import ApiScope
from accounts.models import User
from billing import gates
from billing.domain import papers
from billing.enums import PaymentState
from billing.gates import NotNow
from billing.models import CreditNote, Payment, PriceList, Receipt, ReceiptFile, Refund
from documents.models import Document
from privacy.models import AuditEvent
from sandbox.testing import Running
from tests.api.calling import Program, kind_of, program_of, with_token
from tests.billing import at_stripe
from tests.documents.factories import DocumentFactory, outlined_document

pytestmark = pytest.mark.django_db
API = "/api/v1"
AGREED = {"terms": True, "start_now": True}


@pytest.fixture
def program(student: User) -> Program:
    return program_of(student)


def price_of(program: Program, document: Document, query: str = "") -> Any:
    return program.get(f"{API}/documents/{document.pk}/price{query}")


def order(program: Program, document: Document, *, key: str = "", **values: Any) -> Any:
    """Orders at the price that is shown now, unless other values are given."""
    shown = price_of(program, document).json()
    body = {"total": shown["total"], "version": shown["version"], **AGREED, **values}
    return program.post(f"{API}/documents/{document.pk}/checkout", body, Idempotency_Key=key or uuid4().hex)


def paid_payment(student: User, price_list: PriceList, number: int = 1) -> Payment:
    """€2.00, paid, with a receipt of this number."""
    now = timezone.now()
    payment = Payment.objects.create(
        document=outlined_document(owner=student), user=student, price_list=price_list, pages=4, amount="2.00",
        state=PaymentState.SUCCEEDED, lines=[{"label": "4 pages", "amount": "2.00", "kind": "base"}],
        succeeded_at=now, expires_at=now + timedelta(hours=24),
    )  # fmt: skip
    Receipt.objects.create(payment=payment, year=2026, number=number, seller={}, content={})
    return payment


def note_on(payment: Payment, number: int = 1) -> CreditNote:
    refund = Refund.objects.create(payment=payment, amount="0.50", cause="asked for")
    return CreditNote.objects.create(
        receipt=payment.receipt, refund=refund, year=2026, number=number, seller={}, content={}, amount="0.50"
    )


def test_the_price_is_the_one_of_the_page(program: Program, document: Document) -> None:
    answer = price_of(program, document)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["pages"], said["version"], said["currency"], said["total"]) == (12, 1, "EUR", "6.00")
    assert sum(Decimal(line["amount"]) for line in said["lines"]) == Decimal("6.00")
    unknown = price_of(program, document, "?code=NOSUCHCODE").json()
    assert unknown["total"] == "6.00"
    assert unknown["code_problem"]


def test_so_many_pages_cost_so_much(program: Program, price_list: PriceList) -> None:
    assert program.get(f"{API}/prices/quote?pages=20").json()["total"] == "10.00"
    for wrong in ("", "?pages=0", "?pages=201", "?pages=x", "?pages=1.5"):
        answer = program.get(f"{API}/prices/quote{wrong}")
        assert answer.status_code == 400, wrong
        assert answer.json()["errors"][0]["pointer"] == "/pages"


def test_without_a_price_list_nothing_is_sold(program: Program, document: Document) -> None:
    PriceList.objects.update(state="retired")
    answer = price_of(program, document)
    assert answer.status_code == 503
    assert kind_of(answer) == "no-prices"
    assert int(answer.headers["Retry-After"]) > 0


def test_an_order_opens_one_page_to_pay_on(program: Program, document: Document, sandbox: Running) -> None:
    key = uuid4().hex
    opened = order(program, document, key=key)
    assert opened.status_code == 201, opened.content
    said = opened.json()
    assert said["checkout_url"].startswith("http")
    assert (said["amount"], said["currency"], said["state"]) == ("6.00", "EUR", "pending")
    again = order(program, document, key=key)
    assert again.json() == said
    assert again.headers["Idempotent-Replayed"] == "true"
    assert order(program, document).json()["payment_id"] == said["payment_id"], "one open payment for a document"
    assert Payment.objects.count() == 1
    shown = program.get(f"{API}/payment/{said['payment_id']}").json()
    assert (shown["state"], shown["document"], shown["receipt"]) == ("pending", str(document.pk), None)


def more_pages(program: Program, document: Document, **values: Any) -> Any:
    shown = program.get(f"{API}/prices/quote?pages=5").json()
    body = {"pages": 5, "total": shown["total"], "version": shown["version"], **AGREED, **values}
    return program.post(f"{API}/documents/{document.pk}/more-pages", body, Idempotency_Key=uuid4().hex)


def test_more_pages_are_bought_as_a_document_is_ordered(program: Program, written: Document, sandbox: Running) -> None:
    opened = more_pages(program, written)
    assert opened.status_code == 201, opened.content
    said = opened.json()
    assert (said["amount"], said["state"]) == ("2.50", "pending")
    assert said["checkout_url"].startswith("http")
    assert more_pages(program, written).json()["payment_id"] == said["payment_id"]
    shown = program.get(f"{API}/payment/{said['payment_id']}").json()
    assert (shown["purpose"], shown["pages"], shown["document"]) == ("more_pages", 5, str(written.pk))


def test_more_pages_that_turn_out_to_be_paid_are_the_answer(
    program: Program, written: Document, sandbox: Running
) -> None:
    opened = more_pages(program, written).json()
    at_stripe.pay(sandbox, Payment.objects.get(pk=opened["payment_id"]))
    again = more_pages(program, written)
    assert again.status_code == 201
    said = again.json()
    assert (said["payment_id"], said["state"], said["checkout_url"]) == (opened["payment_id"], "succeeded", "")


def test_why_no_more_pages_are_bought_is_told(program: Program, written: Document, sandbox: Running) -> None:
    for wrong in ({"pages": 0}, {"pages": 51}, {"terms": False}, {"start_now": False}, {"total": "x"}):
        answer = more_pages(program, written, **wrong)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"
    changed = more_pages(program, written, pages=6)
    assert (changed.status_code, kind_of(changed)) == (409, "price-changed")
    assert changed.json()["price"]["total"] == "3.00"
    Document.objects.filter(pk=written.pk).update(frozen_at=timezone.now())
    closed = more_pages(program, written)
    assert (closed.status_code, kind_of(closed)) == (409, "not-sold")
    assert "locked" in closed.json()["detail"]
    PriceList.objects.update(state="retired")
    body = {"pages": 5, "total": "2.50", "version": 1, **AGREED}
    Document.objects.filter(pk=written.pk).update(frozen_at=None)
    answer = program.post(f"{API}/documents/{written.pk}/more-pages", body, Idempotency_Key=uuid4().hex)
    assert (answer.status_code, kind_of(answer)) == (503, "no-prices")
    other = outlined_document()
    assert program.post(f"{API}/documents/{other.pk}/more-pages", body, Idempotency_Key=uuid4().hex).status_code == 404


def test_an_order_says_whom_the_receipt_is_for(program: Program, document: Document, sandbox: Running) -> None:
    firm = {"name": "Lind & Ek", "address": "Way 1\n\nHarbour", "country": "Norway", "vat_id": "NO 1"}
    assert order(program, document, addressee=firm).status_code == 201
    assert Payment.objects.get().addressee == firm | {"address": "Way 1\nHarbour"}
    for wrong in ({"address": "Way 1"}, {"name": "A", "address": "1\n" * 7}, "Lind"):
        answer = order(program, document, addressee=wrong)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"].startswith("/addressee")


def test_the_same_key_for_another_order_is_refused(program: Program, document: Document, sandbox: Running) -> None:
    key = uuid4().hex
    assert order(program, document, key=key).status_code == 201
    other = outlined_document(owner=document.owner)
    answer = order(program, other, key=key)
    assert answer.status_code == 422
    assert kind_of(answer) == "idempotency-key-reused"
    assert not other.payments.exists()


def test_an_order_needs_a_key_of_its_own(program: Program, document: Document) -> None:
    body = {"total": "6.00", "version": 1, **AGREED}
    answer = program.post(f"{API}/documents/{document.pk}/checkout", body)
    assert answer.status_code == 400
    assert kind_of(answer) == "idempotency-key-required"
    assert not Payment.objects.exists()


@pytest.mark.parametrize("wrong", [{"terms": False}, {"start_now": False}, {"total": "x"}, {"version": 0}])
def test_an_order_without_consent_or_price_is_none(program: Program, document: Document, wrong: dict[str, Any]) -> None:
    answer = order(program, document, **wrong)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"
    assert not Payment.objects.exists()


def test_a_price_that_was_not_seen_is_not_charged(program: Program, document: Document) -> None:
    answer = order(program, document, total="5.00")
    assert answer.status_code == 409
    assert kind_of(answer) == "price-changed"
    assert answer.json()["price"]["total"] == "6.00"
    assert not Payment.objects.exists()
    assert kind_of(order(program, document, code="NOSUCHCODE")) == "code-refused"


def test_what_cannot_be_ordered_says_why(program: Program, student: User, price_list: PriceList) -> None:
    draft = DocumentFactory.create(owner=student)
    answer = order(program, draft)
    assert kind_of(answer) == "not-ready"
    assert answer.json()["state"] == "draft"
    paid = paid_payment(student, price_list).document
    assert kind_of(order(program, paid)) == "already-paid"


@pytest.mark.parametrize(("is_personal", "status", "kind"), [(True, 429, "allowance-used-up"), (False, 503, "no-room")])
def test_what_the_queue_and_the_allowance_say_is_told(
    program: Program, document: Document, is_personal: bool, status: int, kind: str
) -> None:
    shut = NotNow("Not now.", timedelta(minutes=10), is_personal=is_personal)
    gates.register("test", lambda _document: shut, look=lambda _document: shut)
    try:
        shown = price_of(program, document)
        body = {"total": "6.00", "version": 1, **AGREED}
        ordered = program.post(f"{API}/documents/{document.pk}/checkout", body, Idempotency_Key=uuid4().hex)
    finally:
        gates.unregister("test")
    for answer in (shown, ordered):
        assert answer.status_code == status
        assert kind_of(answer) == kind
        assert answer.headers["Retry-After"] == "600"
    assert not Payment.objects.exists()


def test_a_provider_that_is_away_is_told(program: Program, document: Document, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "500", times=20)
    answer = order(program, document)
    assert answer.status_code == 503
    assert kind_of(answer) == "provider-away"
    assert int(answer.headers["Retry-After"]) > 0


def test_ordering_takes_a_scope_of_its_own(student: User, document: Document) -> None:
    writer = with_token(student, ApiScope.DOCUMENTS_READ, ApiScope.DOCUMENTS_WRITE)
    body = {"total": "6.00", "version": 1, **AGREED}
    answer = writer.post(f"{API}/documents/{document.pk}/checkout", body, Idempotency_Key=uuid4().hex)
    assert kind_of(answer) == "insufficient-scope"


def test_somebody_elses_document_has_no_price(program: Program, price_list: PriceList) -> None:
    theirs = outlined_document()
    assert price_of(program, theirs).status_code == 404
    body = {"total": "2.00", "version": 1, **AGREED}
    answer = program.post(f"{API}/documents/{theirs.pk}/checkout", body, Idempotency_Key=uuid4().hex)
    assert answer.status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_costs_the_same_whatever_is_in_it(
    program: Program,
    student: User,
    price_list: PriceList,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, rows + 1):
        note_on(paid_payment(student, price_list, number), number)
    with django_assert_num_queries(4):  # the token, the consent, the page, its credit notes
        answer = program.get(f"{API}/payment/history")
    found = answer.json()["results"]
    assert [row["receipt"]["number"] for row in found] == [f"2026-{n:06d}" for n in range(rows, 0, -1)]
    assert [len(row["receipt"]["credit_notes"]) for row in found] == [1] * rows
    assert program.get(f"{API}/payment/history?q=nothing").json()["results"] == []


def test_a_receipt_and_its_notes_are_fetched_as_issued(program: Program, student: User, price_list: PriceList) -> None:
    payment = paid_payment(student, price_list)
    note = note_on(payment)
    shown = program.get(f"{API}/payment/{payment.pk}").json()["receipt"]
    for paper, url in ((payment.receipt, shown["file_url"]), (note, shown["credit_notes"][0]["file_url"])):
        waiting = program.get(url, Accept="application/pdf")
        assert waiting.status_code == 202
        assert waiting.headers["Retry-After"] == "3"
        stored = default_storage.save("receipts/one.pdf", ContentFile(b"%PDF-1.7"))
        ReceiptFile.objects.filter(pk=papers.file_of(paper=paper).pk).update(stored_as=stored, size=8, due_at=None)
        there = program.get(url, Accept="application/pdf")
        assert (there.status_code, there.content) == (200, b"%PDF-1.7")
        assert papers.name_of(paper) in there.headers["Content-Disposition"]
    taken = AuditEvent.objects.filter(actor_id=student.pk, action__endswith=".downloaded").order_by("id")
    assert [event.action for event in taken] == ["receipt.downloaded", "credit_note.downloaded"]


def test_receipts_are_bounded(program: Program, student: User, price_list: PriceList, settings: Any) -> None:
    settings.RECEIPTS_PER_HOUR = 1
    path = f"{API}/payment/{paid_payment(student, price_list).pk}/receipt"
    assert program.get(path).status_code == 202
    assert kind_of(program.get(path)) == "too-many-receipts"


def test_payments_of_others_are_not_there(program: Program, price_list: PriceList) -> None:
    theirs = paid_payment(outlined_document().owner, price_list)
    note = note_on(theirs)
    for path in (f"payment/{theirs.pk}", f"payment/{theirs.pk}/receipt", f"credit-notes/{note.pk}"):
        assert program.get(f"{API}/{path}").status_code == 404, path
    assert program.get(f"{API}/payment/history").json()["results"] == []
    assert program.get(f"{API}/credit-notes/{10**30}").status_code == 404
