"""What this app holds about people, what becomes of it, and for how long (R-71 to R-73)."""

from functools import partial

from django.db.models import Model

from billing import rules
from billing.domain import addressees, copies, erasing, payers
from privacy import registry
from privacy.registry import (
    DUTY,
    FACT,
    HOUSE,
    INNER,
    INNER_LINK,
    LINK,
    SECRET,
    SHOWN,
    UNSAID,
    WORDS,
    Erased,
    Field,
    PersonalData,
    Piece,
    Retained,
    Rows,
    Stage,
    each,
    house,
)


def register() -> None:
    """Declares prices, payments and refunds. Payments and refunds stay for the books, without the person (R-72)."""
    registry.register(
        PersonalData(
            app="billing",
            rows=_ROWS | _COPIES,
            erase=[Piece("payments closed", erasing.close_payments, Stage.STOP), Piece("payments", erasing.erase)],
            hinders=[erasing.hinder],
            retention=rules.RULES,
            called=addressees.called,
        )
    )


def _books(of: str, **fields: Field) -> Rows:
    """Rows that the law has us keep; they go on without the person."""
    return Rows(
        {"id": SHOWN, **fields},
        of=of,
        erased=Erased.KEPT,
        retained=Retained.BOOKS,
        why="The law has books kept for years (GDPR, Art. 17 (3) b); they name nobody after an erasure.",
    )


_PAID = "payment__user"
_ROWS = {
    "PriceList": house(
        "id version price_per_page discount_percent discount_from discount_until variant weight state note"
        " created_at activated_at",
        created_by=INNER_LINK,
    ),
    "PriceTier": house("id price_list from_page price_per_page"),
    "PriceListEvent": house("id price_list what reason at", actor_id=INNER_LINK),
    "PromoCode": house(
        "id code percent starts_at ends_at limit_total limit_per_address limit_per_ip price_lists kinds"
        " enabled batch note created_at",
        created_by=INNER_LINK,
    ),
    "ReceiptCounter": house("year last"),
    "CreditNoteCounter": house("year last"),
    "Reconciliation": house("id day at counts", differences=INNER_LINK, repaired=INNER_LINK),
    "Assignment": Rows({"id": SHOWN, "user": LINK, "variant": FACT, "at": FACT}, of="user"),
    "Payment": _books(
        "user",
        document=LINK,
        user=LINK,
        price_list=SHOWN,
        purpose=FACT,
        pages=FACT,
        rewritings=FACT,
        amount=FACT,
        currency=FACT,
        language=FACT,
        lines=FACT,
        variant=SHOWN,
        state=FACT,
        idempotency_key=SECRET,
        stripe_session_id=LINK,
        stripe_payment_intent_id=LINK,
        checkout_url=SECRET.cleared,
        refunded_amount=FACT,
        failure=WORDS.cleared,
        addressee=WORDS.cleared,
        consented_at=FACT,
        created_at=FACT,
        expires_at=SHOWN,
        succeeded_at=FACT,
        checked_at=INNER,
    ),
    "PaymentEvent": _books(
        _PAID, payment=LINK, from_state=FACT, to_state=FACT, cause=SHOWN, actor_id=INNER_LINK, at=FACT
    ),
    "Refund": _books(
        _PAID,
        payment=LINK,
        amount=FACT,
        cause=SHOWN,
        reason=WORDS.cleared,
        state=FACT,
        idempotency_key=SECRET,
        stripe_refund_id=LINK,
        failure=SHOWN.cleared,
        actor_id=INNER_LINK,
        created_at=FACT,
        finished_at=FACT,
        **DUTY,
    ),
    "Dispute": _books(
        _PAID,
        payment=LINK,
        stripe_dispute_id=LINK,
        amount=FACT,
        reason=FACT,
        state=FACT,
        is_withdrawn=SHOWN,
        opened_at=FACT,
        closed_at=FACT,
    ),
    "Redemption": _books(
        "user",
        promo_code=SHOWN,
        payment=LINK,
        user=LINK,
        ip_hash=UNSAID.cleared,
        state=SHOWN,
        created_at=FACT,
        changed_at=SHOWN,
    ),
    "Booking": _books(_PAID, key=LINK, movement=SHOWN, payment=LINK, refund=LINK, dispute=LINK, at=FACT),
    "Entry": _books("booking__payment__user", booking=SHOWN, account=SHOWN, cents=SHOWN),
    "Receipt": _books(
        _PAID, payment=LINK, year=SHOWN, number=SHOWN, seller=SHOWN, content=WORDS.cleared, issued_at=FACT
    ),
    "CreditNote": _books(
        "receipt__payment__user",
        receipt=LINK,
        refund=LINK,
        dispute=LINK,
        takes_back=LINK,
        amount=FACT,
        year=SHOWN,
        number=SHOWN,
        seller=SHOWN,
        content=WORDS.cleared,
        issued_at=FACT,
    ),
    "ReceiptFile": Rows(
        {
            "id": SHOWN,
            "receipt": LINK,
            "credit_note": LINK,
            "content": WORDS.cleared,
            "stored_as": INNER.cleared,
            "size": SHOWN.cleared,
            **DUTY,
        },
        of=copies.receipt_files,
        erased=Erased.KEPT,
        retained=Retained.BOOKS,
        files=("stored_as",),
        why="The file is deleted, and made again without the person: the books keep a receipt's number and sums.",
    ),
    "WebhookEvent": Rows(
        {
            **each("id type received_at processed_at mirrored_at", INNER),
            **each("event_id object_id payload", INNER_LINK),
            **DUTY,
        },
        of=copies.notices,
        erased=Erased.KEPT,
        why="Ids and states of payments; goes after 90 days.",
    ),
    "Mirror": Rows(
        {**each("id kind asked asked_at mirrored_at", INNER), "object_id": INNER_LINK, **DUTY}, of=copies.mirrors
    ),
}
_NOT_WORDS = {"djstripe_id": INNER, "id": INNER_LINK, "created": UNSAID, "livemode": INNER, "secret": SECRET}


def _copied(model: type[Model]) -> Rows:
    """How one of dj-stripe's tables is treated; those with objects of one payer hold all that Stripe told of them."""
    there = {field.name for field in model._meta.concrete_fields}
    fields = {name: treated for name, treated in _NOT_WORDS.items() if name in there}
    if model.__name__ in payers.EXPORTED:
        cleaned = {"stripe_data": partial(payers.said_by, model.__name__)}
        told = {"id": LINK, "created": SHOWN, "stripe_data": WORDS}
        return Rows(fields | told, of=copies.finder(model), others=UNSAID, cleaned=cleaned)
    if copies.is_of_payers(model):
        return Rows(fields, of=copies.finder(model), others=UNSAID)
    return Rows(fields, retained=Retained.HOUSE, others=INNER, why=HOUSE)


_COPIES = {model._meta.label: _copied(model) for model in copies.tables()}
