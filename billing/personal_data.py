"""What this app holds about people, and for how long (R-73)."""

from billing import rules
from privacy import registry
from privacy.registry import DUTY, Holds, PersonalData


def register() -> None:
    """Declares prices, payments and refunds. Payments and refunds stay for the books, without the person (R-72)."""
    registry.register(
        PersonalData(
            app="billing",
            fields={
                "PriceList": _PRICE_LIST,
                "PriceTier": dict.fromkeys(("id", "price_list", "from_page", "price_per_page"), Holds.PLAIN),
                "PriceListEvent": _PRICE_LIST_EVENT,
                "Assignment": _ASSIGNMENT,
                "PromoCode": _PROMO_CODE,
                "Redemption": _REDEMPTION,
                "Payment": _PAYMENT,
                "PaymentEvent": _PAYMENT_EVENT,
                "Refund": _REFUND,
                "Dispute": _DISPUTE,
                "Booking": _BOOKING,
                "Entry": dict.fromkeys(("id", "booking", "account", "cents"), Holds.PLAIN),
                "ReceiptCounter": dict.fromkeys(("year", "last"), Holds.PLAIN),
                "Receipt": _RECEIPT,
                "CreditNoteCounter": dict.fromkeys(("year", "last"), Holds.PLAIN),
                "CreditNote": _CREDIT_NOTE,
                "ReceiptFile": _RECEIPT_FILE,
                "Reconciliation": _RECONCILIATION,
                "WebhookEvent": _WEBHOOK_EVENT,
                "Mirror": _MIRROR,
            },
            retention=rules.RULES,
        )
    )


_PRICE_LIST = {
    "id": Holds.PLAIN,
    "version": Holds.PLAIN,
    "price_per_page": Holds.PLAIN,
    "discount_percent": Holds.PLAIN,
    "discount_from": Holds.PLAIN,
    "discount_until": Holds.PLAIN,
    "variant": Holds.PLAIN,
    "weight": Holds.PLAIN,
    "state": Holds.PLAIN,
    "note": Holds.PLAIN,
    "created_at": Holds.PLAIN,
    "activated_at": Holds.PLAIN,
    "created_by": Holds.LINK,
}
_PAYMENT = {
    "id": Holds.PLAIN,
    "document": Holds.LINK,
    "user": Holds.LINK,
    "price_list": Holds.PLAIN,
    "pages": Holds.PERSONAL,
    "amount": Holds.PERSONAL,
    "currency": Holds.PERSONAL,
    "lines": Holds.PERSONAL,
    "variant": Holds.PLAIN,
    "state": Holds.PERSONAL,
    "idempotency_key": Holds.SECRET,
    "stripe_session_id": Holds.LINK,
    "stripe_payment_intent_id": Holds.LINK,
    "checkout_url": Holds.SECRET,
    "refunded_amount": Holds.PERSONAL,
    "failure": Holds.PERSONAL,
    "consented_at": Holds.PERSONAL,
    "created_at": Holds.PERSONAL,
    "expires_at": Holds.PLAIN,
    "succeeded_at": Holds.PERSONAL,
    "checked_at": Holds.PLAIN,
}
_PAYMENT_EVENT = {
    "id": Holds.PLAIN,
    "payment": Holds.LINK,
    "from_state": Holds.PERSONAL,
    "to_state": Holds.PERSONAL,
    "cause": Holds.PLAIN,
    "actor_id": Holds.LINK,
    "at": Holds.PERSONAL,
}
_REFUND = {
    "id": Holds.PLAIN,
    "payment": Holds.LINK,
    "amount": Holds.PERSONAL,
    "cause": Holds.PLAIN,
    "reason": Holds.PERSONAL,
    "state": Holds.PERSONAL,
    "idempotency_key": Holds.SECRET,
    "stripe_refund_id": Holds.LINK,
    "failure": Holds.PLAIN,
    "actor_id": Holds.LINK,
    "created_at": Holds.PERSONAL,
    "finished_at": Holds.PERSONAL,
    **DUTY,
}
_WEBHOOK_EVENT = {
    "id": Holds.PLAIN,
    "event_id": Holds.LINK,
    "type": Holds.PLAIN,
    "object_id": Holds.LINK,
    "payload": Holds.LINK,
    "received_at": Holds.PLAIN,
    "processed_at": Holds.PLAIN,
    "mirrored_at": Holds.PLAIN,
    **DUTY,
}
_MIRROR = {
    "id": Holds.PLAIN,
    "kind": Holds.PLAIN,
    "object_id": Holds.LINK,
    "asked": Holds.PLAIN,
    "asked_at": Holds.PLAIN,
    "mirrored_at": Holds.PLAIN,
    **DUTY,
}
_PRICE_LIST_EVENT = {
    "id": Holds.PLAIN,
    "price_list": Holds.PLAIN,
    "what": Holds.PLAIN,
    "reason": Holds.PLAIN,
    "actor_id": Holds.LINK,
    "at": Holds.PLAIN,
}
_ASSIGNMENT = {"id": Holds.PLAIN, "user": Holds.LINK, "variant": Holds.PERSONAL, "at": Holds.PERSONAL}
_PROMO_CODE = {
    "id": Holds.PLAIN,
    "code": Holds.PLAIN,
    "percent": Holds.PLAIN,
    "starts_at": Holds.PLAIN,
    "ends_at": Holds.PLAIN,
    "limit_total": Holds.PLAIN,
    "limit_per_address": Holds.PLAIN,
    "limit_per_ip": Holds.PLAIN,
    "price_lists": Holds.PLAIN,
    "kinds": Holds.PLAIN,
    "enabled": Holds.PLAIN,
    "batch": Holds.PLAIN,
    "note": Holds.PLAIN,
    "created_at": Holds.PLAIN,
    "created_by": Holds.LINK,
}
_REDEMPTION = {
    "id": Holds.PLAIN,
    "promo_code": Holds.PLAIN,
    "payment": Holds.LINK,
    "user": Holds.LINK,
    "ip_hash": Holds.PERSONAL,
    "state": Holds.PLAIN,
    "created_at": Holds.PERSONAL,
    "changed_at": Holds.PLAIN,
}
_DISPUTE = {
    "id": Holds.PLAIN,
    "payment": Holds.LINK,
    "stripe_dispute_id": Holds.LINK,
    "amount": Holds.PERSONAL,
    "reason": Holds.PERSONAL,
    "state": Holds.PERSONAL,
    "is_withdrawn": Holds.PLAIN,
    "opened_at": Holds.PERSONAL,
    "closed_at": Holds.PERSONAL,
}
_BOOKING = {
    "id": Holds.PLAIN,
    "key": Holds.LINK,
    "movement": Holds.PLAIN,
    "payment": Holds.LINK,
    "refund": Holds.LINK,
    "dispute": Holds.LINK,
    "at": Holds.PERSONAL,
}
_RECEIPT = {
    "id": Holds.PLAIN,
    "payment": Holds.LINK,
    "year": Holds.PLAIN,
    "number": Holds.PLAIN,
    "seller": Holds.PLAIN,
    "content": Holds.PERSONAL,
    "issued_at": Holds.PERSONAL,
}
_CREDIT_NOTE = {
    "id": Holds.PLAIN,
    "receipt": Holds.LINK,
    "refund": Holds.LINK,
    "dispute": Holds.LINK,
    "takes_back": Holds.LINK,
    "amount": Holds.PERSONAL,
    "year": Holds.PLAIN,
    "number": Holds.PLAIN,
    "seller": Holds.PLAIN,
    "content": Holds.PERSONAL,
    "issued_at": Holds.PERSONAL,
}
_RECEIPT_FILE = {
    "id": Holds.PLAIN,
    "receipt": Holds.LINK,
    "credit_note": Holds.LINK,
    "content": Holds.PERSONAL,
    "stored_as": Holds.PLAIN,
    "size": Holds.PLAIN,
    **DUTY,
}
_RECONCILIATION = {
    "id": Holds.PLAIN,
    "day": Holds.PLAIN,
    "at": Holds.PLAIN,
    "counts": Holds.PLAIN,
    "differences": Holds.LINK,
    "repaired": Holds.LINK,
}
