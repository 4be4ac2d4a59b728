"""Examples of prices and payments for the description of the API."""

from typing import Final

from billing.serializers import (
    BeingMadeSerializer,
    CheckoutSerializer,
    MorePagesSerializer,
    OpenedSerializer,
    PaymentSerializer,
    PriceSerializer,
)
from tesigo.platform.api.examples import give

_ID: Final = "6f1c0c1e-2a34-4c0e-9a5b-0f6b1f0d7c11"
_AT: Final = "2026-11-29T10:00:00Z"
_API: Final = "https://tesigo.example/api/v1"
_LINES: Final = [{"label": "12 pages at €0.50", "amount": "6.00", "kind": "base"}]

give(
    {
        PriceSerializer: {
            "pages": 12,
            "version": 1,
            "currency": "EUR",
            "lines": _LINES,
            "total": "6.00",
            "code": "",
            "code_problem": "",
        },
        CheckoutSerializer: {
            "total": "6.00",
            "version": 1,
            "code": "",
            "terms": True,
            "start_now": True,
            "addressee": {"name": "Lind & Ek", "address": "Way 1\nHarbour", "country": "Norway", "vat_id": ""},
        },
        MorePagesSerializer: {
            "pages": 5,
            "total": "2.50",
            "version": 1,
            "terms": True,
            "start_now": True,
            "addressee": None,
        },
        OpenedSerializer: {
            "payment_id": _ID,
            "state": "pending",
            "amount": "6.00",
            "currency": "EUR",
            "checkout_url": "https://checkout.stripe.com/c/pay/cs_test_a1",
            "expires_at": _AT,
        },
        PaymentSerializer: {
            "id": _ID,
            "purpose": "order",
            "document": _ID,
            "document_title": "Keeping the Light",
            "state": "partially_refunded",
            "pages": 12,
            "amount": "6.00",
            "refunded_amount": "0.50",
            "currency": "EUR",
            "lines": _LINES,
            "failure": "",
            "created_at": _AT,
            "expires_at": _AT,
            "succeeded_at": _AT,
            "receipt": {
                "number": "2026-000001",
                "issued_at": _AT,
                "file_url": f"{_API}/payment/{_ID}/receipt",
                "credit_notes": [
                    {
                        "id": 1,
                        "number": "C-2026-000001",
                        "amount": "0.50",
                        "issued_at": _AT,
                        "file_url": f"{_API}/credit-notes/1",
                    }
                ],
            },
        },
        BeingMadeSerializer: {"detail": "It is being set."},
    }
)
