"""Money that leaves the house in a file: complete, harmless to a spreadsheet, and known to the audit trail (R-68)."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.admin.shared import csv_response
from billing.domain import ledger
from billing.enums import Movement, PaymentState
from billing.models import Booking, Payment, PriceList, PromoCode
from documents.models import Document
from privacy.models import AuditEvent
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    return client


@pytest.fixture
def payment(document: Document, price_list: PriceList) -> Payment:
    payment = Payment.objects.create(
        document=document, user=document.owner, price_list=price_list, pages=12, amount=Decimal("6.00"), lines=[],
        state=PaymentState.SUCCEEDED, expires_at=timezone.now(), stripe_session_id="cs_test_1",
    )  # fmt: skip
    ledger.book(movement=Movement.PAID, payment=payment, amount=payment.amount, now=timezone.now())
    return payment


def exported(staff: Client, model: str, *rows: Any) -> list[dict[str, str]]:
    answer = staff.post(
        f"/admin/billing/{model}/", {"action": "export_csv", "_selected_action": [str(row.pk) for row in rows]}
    )
    assert answer["Content-Type"].startswith("text/csv")
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_payments_are_exported_without_the_person(staff: Client, payment: Payment) -> None:
    (row,) = exported(staff, "payment", payment)
    assert (row["payment"], row["amount"], row["state"]) == (str(payment.pk), "6.00", "succeeded")
    assert payment.user.email not in str(row)
    assert AuditEvent.objects.get(action="export.csv").details == {"what": "payments", "rows": 1}


def test_bookings_are_exported_entry_by_entry(staff: Client, payment: Payment) -> None:
    rows = exported(staff, "booking", Booking.objects.get())
    assert [(row["account"], row["cents"]) for row in rows] == [("stripe", "600"), ("sales", "-600")]


def test_codes_are_exported_with_their_use(staff: Client) -> None:
    code = PromoCode.objects.create(code="AUTUMN", percent=10, limit_total=5)
    (row,) = exported(staff, "promocode", code)
    assert (row["code"], row["used"], row["reserved"], row["limit_total"]) == ("AUTUMN", "0", "0", "5")


def test_a_text_never_becomes_a_formula_and_a_number_stays_one() -> None:
    rows = [["=1+1", "+49 30", "-x", "@sum", "\n=1", "plain", -600, Decimal("-1.50"), None]]
    answer = csv_response("test", ["a"] * 9, rows)
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]  # a plain iterator of bytes
    assert list(csv.reader(io.StringIO(text)))[1] == [
        "'=1+1", "'+49 30", "'-x", "'@sum", "'\n=1", "plain", "-600", "-1.50", "",
    ]  # fmt: skip


def test_codes_are_made_in_batches(staff: Client, price_list: PriceList) -> None:
    form = {
        "percent": "15", "limit_total": "1", "limit_per_address": "1", "count": "25", "code_prefix": "UNI",
        "batch": "Fair", "price_lists": str(price_list.pk), "kinds": "essay",
    }  # fmt: skip
    staff.post("/admin/billing/promocode/batch/", form)
    codes = PromoCode.objects.filter(batch="Fair")
    assert codes.count() == 25
    assert all(code.code.startswith("UNI-") and len(code.code) == 12 for code in codes)
    assert {tuple(code.price_lists.values_list("pk", flat=True)) for code in codes} == {(price_list.pk,)}
    answer = staff.post("/admin/billing/promocode/batch/", form | {"batch": "Fair & Co #2"})
    assert answer["Location"].endswith("?batch=Fair+%26+Co+%232")
    page = staff.post("/admin/billing/promocode/batch/", form | {"count": "0"}).content.decode()
    assert "greater than or equal to 1" in page
