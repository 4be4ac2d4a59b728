"""Asking for money for more pages of rewriting, through the checkout of orders (R-13, R-93)."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing import gates
from billing.domain import checkout, more_pages, orders, pricing
from billing.domain.checkout import Shown
from billing.domain.orders import Buyer
from billing.enums import PaymentPurpose, PaymentState
from billing.errors import NotSold, PriceChanged, Refused
from billing.models import MOST_MORE_PAGES, OPEN_STATES, Payment
from billing.quotes import Quote
from documents.domain.queries import owned_document
from documents.models import Document


def quote(*, pages: int, buyer: Buyer) -> Quote:
    """What ``pages`` (1 to 50) cost this person now: as a document of that length. Raises NoPriceList and ValueError.

    Promo codes count for documents only, and so does a comparison of price lists: nobody is given a variant here.
    """
    if not 1 <= pages <= MOST_MORE_PAGES:
        raise ValueError(f"{pages} pages")
    return pricing.quote(pages, orders.kept_terms_of(buyer))


def open_checkout(*, document_id: UUID, pages: int, shown: Shown, buyer: Buyer, now: datetime | None = None) -> Payment:
    """The one open payment for more pages of the user's document; otherwise as for an order.

    One that was open until now and turns out to be paid is returned as it is: the button was pressed once more after
    paying in another tab, before we heard of it.

    Raises Http404, NotSold with a plain reason, Refused, PriceChanged, NoPriceList, ProviderError, and ValueError for
    a number of pages that is not sold.
    """
    now = now or timezone.now()
    document = owned_document(document_id=document_id, user=buyer.user)
    orders.count_order(buyer=buyer, now=now)
    fits = partial(_fits, pages=pages, buyer=buyer)

    def find() -> Payment:
        return _payment_for(document, pages, shown, buyer, now)

    return checkout.open_page(document=document, shown=shown, buyer=buyer, find=find, fits=fits, now=now)


def _payment_for(document: Document, pages: int, shown: Shown, buyer: Buyer, now: datetime) -> Payment:
    """The open payment for more pages, or a new one for what was shown, committed before Stripe hears of it."""
    with transaction.atomic():
        # Whoever comes second waits here and then finds the first one's row.
        held = Document.objects.select_for_update().get(pk=document.pk)
        if why := more_pages.why_not(held):
            raise NotSold(why)
        mine = Payment.objects.of_more_pages().select_related("user").filter(document=held, state__in=OPEN_STATES)
        payment = mine.first()
        if payment and (payment.state == PaymentState.PROCESSING or not _fits(payment, pages=pages, buyer=buyer)):
            return payment
        asked = quote(pages=pages, buyer=buyer)
        if (asked.total, asked.version) != (shown.total, shown.version):
            raise PriceChanged(shown_total=shown.total, quote=asked)
        # Only before money is asked for: what comes in for pages that were sold buys them.
        if refusal := gates.more_pages.ask(held):
            raise Refused(refusal)
        rewritings = more_pages.rewritings_of(pages)
        return payment or checkout.create_payment(
            held, asked, buyer, now, purpose=PaymentPurpose.MORE_PAGES, rewritings=rewritings
        )


def _fits(payment: Payment, *, pages: int, buyer: Buyer) -> bool:
    """Whether the payment is for these pages, at the price and with the rewritings of now."""
    asked = quote(pages=pages, buyer=buyer)
    ordered = (payment.pages, payment.price_list_id, payment.amount, payment.rewritings)
    return ordered == (asked.pages, asked.price_list_id, asked.total, more_pages.rewritings_of(asked.pages))
