"""Asking for money: the price shown is the price charged, and one page to pay it on (R-13, R-63)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language

from billing import gates
from billing import stripe_gateway as gateway
from billing.domain import addressees, more_pages, orders, pricing, promo, queries, sessions, settlement
from billing.domain.orders import Buyer
from billing.domain.pricing import Offer
from billing.enums import PaymentPurpose, PaymentState, PriceListState
from billing.errors import AlreadyPaid, Declined, NotReady, PriceChanged, ProviderError, Refused, Unavailable, Unknown
from billing.models import OPEN_STATES, Payment, Redemption
from billing.quotes import Quote
from documents.domain import outline
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.models import Document
from privacy.domain import audit
from tesigo.platform.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)

#: States in which nobody has paid yet and the session may be closed; money on its way is left alone (R-67).
CLOSABLE: Final = (PaymentState.CREATED, PaymentState.PENDING, PaymentState.REQUIRES_ACTION)
SETTLE_TASK: Final = "billing.tasks.settle_payment"
#: Rounds of "the open payment is not for this order: close it, look again" before giving up.
ROUNDS: Final = 3
#: A payment younger than this is left to the webhook and the return page.
SWEEP_AFTER: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Shown:
    """What the person agreed to: the total and the version of the list that they saw, with the code they gave."""

    total: Decimal
    version: int
    code: str = ""


def open_checkout(*, document_id: UUID, shown: Shown, buyer: Buyer, now: datetime | None = None) -> Payment:
    """The one open payment of the user's document, with the address of Stripe's page in ``checkout_url``.

    A second call for the same order returns the same payment; one for another order closes it first. Nothing is
    charged here. A payment in PROCESSING is returned as it is: its money is on its way.

    Raises Http404, NotReady, AlreadyPaid, Refused, PriceChanged, PromoRefused, NoPriceList, or ProviderError when
    Stripe cannot be reached (the payment is kept; the next call goes on with it).
    """
    now = now or timezone.now()
    document = owned_document(document_id=document_id, user=buyer.user)
    orders.count_order(buyer=buyer, now=now)
    if shown.code:
        orders.count_try(document=document, buyer=buyer, code=shown.code)

    def find() -> Payment:
        return _payment_for(document, shown, buyer, now)

    def fits(payment: Payment) -> bool:
        return _fits(payment, document, shown.code, buyer)

    return open_page(document=document, shown=shown, buyer=buyer, find=find, fits=fits, now=now)


def open_page(
    *, document: Document, shown: Shown, buyer: Buyer, find: Callable[[], Payment], fits: Callable[[Payment], bool],
    now: datetime,
) -> Payment:  # fmt: skip
    """The open payment that ``find`` gives, with its page at Stripe; one that no longer ``fits`` is closed first.

    Raises what ``find`` raises, Unavailable, Unknown and Declined.
    """
    try:
        return _open_page(find, fits, buyer, now)
    except PriceChanged as change:
        _audit_another_price(document, shown, change, buyer)
        raise


def _open_page(find: Callable[[], Payment], fits: Callable[[Payment], bool], buyer: Buyer, now: datetime) -> Payment:
    for _round in range(ROUNDS):
        payment = find()
        if payment.state == PaymentState.PROCESSING:
            return payment
        addressees.put(payment=payment, addressee=buyer.addressee)
        if not fits(payment):
            payment = withdraw(payment_id=payment.pk, cause="order changed", now=now)
            if queries.has_bought_more(payment):
                return payment
            continue
        try:
            payment = sessions.ensure(payment=payment, now=now)
        except Declined:
            logger.exception("session_refused", extra={"payment_id": str(payment.pk)})
            raise
        except Unknown:
            # A worker has the patience that a person has not: the next try finds the page that it opened.
            enqueue_on_commit(SETTLE_TASK, str(payment.pk))
            raise
        if payment.created_at != now:
            payment = _as_stripe_sees(payment, now)
        if queries.has_bought_more(payment) or (payment.state in CLOSABLE and fits(payment)):
            return payment
        # Paid, failed or expired meanwhile, or the price changed while Stripe was answering: look again.
    raise Unavailable("The open payment could not be replaced.")


def _audit_another_price(document: Document, shown: Shown, change: PriceChanged, buyer: Buyer) -> None:
    """A price that changed, or a form that somebody wrote into: the trail has what was sent and what it costs."""
    sent = {"sent": str(shown.total), "sent_version": shown.version}
    now = {"total": str(change.quote.total), "version": change.quote.version}
    audit.record(action="payment.price_differs", subject=document, by=buyer.user, details=sent | now)


def withdraw(*, payment_id: UUID, cause: str, now: datetime | None = None) -> Payment:
    """Closes a payment's session so that it can no longer be paid, and settles what came of it.

    When the person was faster, the session is complete and the payment ends as paid. Raises ProviderError.
    """
    payment = sessions.ensure(payment=Payment.objects.select_related("user").get(pk=payment_id), now=now)
    if payment.stripe_session_id and payment.state in CLOSABLE:
        try:
            gateway.expire_session(payment.stripe_session_id)
        except Declined:
            logger.info("session_no_longer_open", extra={"payment_id": str(payment_id)})
    return settlement.settle(payment_id=payment_id, cause=cause, now=now)


def settle_quietly(*, payment_id: UUID, now: datetime | None = None) -> None:
    """Asks Stripe about one payment for somebody who could not wait; what fails is taken up again by the sweep."""
    try:
        settlement.settle(payment_id=payment_id, cause="asked for", now=now, again=True)
    except ProviderError as error:
        logger.warning("payment_not_settled", extra={"payment_id": str(payment_id), "why": error})


def sweep(*, now: datetime | None = None, limit: int = 100) -> int:
    """Settles open payments that nothing was heard of, longest unasked first; closes those no longer wanted.

    Returns how many were asked about; one that fails is taken up again by the next sweep (R-64, R-67).
    """
    now = now or timezone.now()
    waiting = Payment.objects.filter(state__in=OPEN_STATES, created_at__lte=now - SWEEP_AFTER)
    due = waiting.filter(Q(checked_at=None) | Q(checked_at__lte=now - SWEEP_AFTER))
    ids = list(due.order_by(F("checked_at").asc(nulls_first=True)).values_list("pk", flat=True)[:limit])
    needless = set(needless_payments(now=now).filter(pk__in=ids).values_list("pk", flat=True))
    for payment_id in ids:
        _attempt(payment_id, needless=payment_id in needless, now=now)
    return len(ids)


def close_needless(*, now: datetime | None = None) -> int:
    """Closes every open session that should not be paid any more (R-13). Returns the number of them."""
    now = now or timezone.now()
    ids = list(needless_payments(now=now).values_list("pk", flat=True))
    for payment_id in ids:
        _attempt(payment_id, needless=True, now=now)
    return len(ids)


def needless_payments(*, now: datetime) -> QuerySet[Payment]:
    """Unpaid payments past their time, at the price of a list no longer in force, or for an order that changed."""
    order = Q(purpose=PaymentPurpose.ORDER, document__state=DocumentState.OUTLINED, document__pages=F("pages"))
    more = more_pages.CAN_BE_HAD & Q(purpose=PaymentPurpose.MORE_PAGES)
    return Payment.objects.filter(state__in=CLOSABLE).exclude(
        order | more,
        price_list__state=PriceListState.ACTIVE,
        expires_at__gt=now,
    )


def _attempt(payment_id: UUID, *, needless: bool, now: datetime) -> None:
    # Marked first: one that Stripe will not talk about must not keep the others from their turn.
    Payment.objects.filter(pk=payment_id).update(checked_at=now)
    try:
        if needless:
            withdraw(payment_id=payment_id, cause="no longer wanted", now=now)
        else:
            settlement.settle(payment_id=payment_id, cause="sweep", now=now)
    except ProviderError as error:
        logger.warning("payment_not_settled", extra={"payment_id": str(payment_id), "why": error})
    except Exception:  # whatever is wrong with one, the others have their turn
        logger.exception("payment_not_settled", extra={"payment_id": str(payment_id)})


def _payment_for(document: Document, shown: Shown, buyer: Buyer, now: datetime) -> Payment:
    """The open payment of the document, or a new one for what was shown, committed before Stripe hears of it."""
    with transaction.atomic():
        # Whoever comes second waits here and then finds the first one's row.
        document_now = Document.objects.select_for_update().get(pk=document.pk)
        if document_now.thrown_away_at:
            raise Http404
        mine = Payment.objects.orders().filter(document=document)
        if mine.filter(queries.IS_PAID).exists():
            raise AlreadyPaid
        if document_now.state != DocumentState.OUTLINED or not outline.is_complete(document_now):
            raise NotReady
        document.pages, document.state = document_now.pages, document_now.state
        payment = mine.select_related("user").filter(state__in=OPEN_STATES).first()
        if payment and (payment.state == PaymentState.PROCESSING or not _fits(payment, document, shown.code, buyer)):
            return payment
        quote = _quote_of(payment, document, buyer) if payment else _quote_for(document_now, shown.code, buyer, now)
        if (quote.total, quote.version) != (shown.total, shown.version):
            raise PriceChanged(shown_total=shown.total, quote=quote)
        # Also for a payment that is open already: its place may have been given to others meanwhile.
        if refusal := gates.ask(document_now):
            raise Refused(refusal)
        return payment or _open(document_now, quote, buyer, now)


def _open(document: Document, quote: Quote, buyer: Buyer, now: datetime) -> Payment:
    """A new order for a quote, with its promo code held. Raises PromoRefused when others were faster."""
    payment = create_payment(document, quote, buyer, now, purpose=PaymentPurpose.ORDER)
    if quote.code:
        promo.reserve(
            code=quote.code,
            payment=payment,
            document=document,
            ip_hash=buyer.ip_hash,
            former_ip_hashes=buyer.former_ip_hashes,
            now=now,
        )
    return payment


def create_payment(
    document: Document, quote: Quote, buyer: Buyer, now: datetime, *, purpose: PaymentPurpose, rewritings: int = 0
) -> Payment:
    """The row of a new payment, which is in the trail from then on."""
    payment = Payment.objects.create(
        document=document,
        purpose=purpose,
        user=buyer.user,
        price_list_id=quote.price_list_id,
        variant=quote.variant,
        pages=quote.pages,
        rewritings=rewritings,
        amount=quote.total,
        lines=quote.as_json(),
        language=get_language() or settings.LANGUAGE_CODE,
        addressee=buyer.addressee,
        consented_at=now,
        created_at=now,
        expires_at=now + sessions.expires_after(),
    )
    # From here on the document belongs to the books, whatever is paid for.
    Document.objects.filter(pk=document.pk, ordered_at=None).update(ordered_at=now)
    audit.record(
        action="payment.opened",
        subject=payment,
        by=buyer.user,
        details={"amount": str(quote.total), "pages": quote.pages, "purpose": purpose},
    )
    return payment


def _quote_for(document: Document, code: str, buyer: Buyer, now: datetime) -> Quote:
    """The price of a new order. Raises PromoRefused for a code that does not count."""
    mine = orders.terms_of(buyer)
    offer = orders.offer_of(code, document=document, buyer=buyer, mine=mine, now=now) if code else None
    return pricing.quote(document.pages, mine, offer=offer, now=now)


def _quote_of(payment: Payment, document: Document, buyer: Buyer) -> Quote:
    """What the order costs now with the payment's own code, which counts for it as it did when it was held."""
    return pricing.quote(document.pages, orders.terms_of(buyer), offer=_offer_of(payment))


def _offer_of(payment: Payment) -> Offer | None:
    redemption = Redemption.objects.select_related("promo_code").filter(payment=payment).first()
    return Offer(redemption.promo_code.code, redemption.promo_code.percent) if redemption else None


def _fits(payment: Payment, document: Document, code: str, buyer: Buyer) -> bool:
    """Whether the payment is for the order as it is now, by the list and the code that count now (R-13)."""
    quote = _quote_of(payment, document, buyer)
    ordered = (payment.pages, payment.price_list_id, payment.amount)
    return quote.code == promo.normalised(code) and ordered == (quote.pages, quote.price_list_id, quote.total)


def _as_stripe_sees(payment: Payment, now: datetime) -> Payment:
    """An older payment may have been paid in another tab; when Stripe is silent, its page can still be shown."""
    try:
        return settlement.settle(payment_id=payment.pk, cause="asked again", now=now)
    except ProviderError:
        return payment
