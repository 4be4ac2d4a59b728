"""How long what has to do with prices and payments is kept (R-73, R-77).

Payments that came, refunds, disputes, bookings, receipts and credit notes are the books: they are kept for ten years,
as the law asks, and no rule lets them go.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from billing.enums import PaymentState, PriceListState, RedemptionState, Variant
from billing.models import Payment, PriceList, Redemption
from documents.models import Document
from privacy.registry import Retention

#: Nobody has paid, and nothing was ever booked, put on paper, given back or disputed.
_UNPAID: Final = Q(
    state__in=[PaymentState.FAILED, PaymentState.EXPIRED],
    succeeded_at=None,
    bookings=None,
    refunds=None,
    disputes=None,
    receipt=None,
)
#: Nobody is expected to pay by it any more, and its money, if some came, has gone back: no receipt is issued.
_WITHOUT_RECEIPT: Final = Q(
    state__in=[PaymentState.FAILED, PaymentState.EXPIRED, PaymentState.REFUNDED], addressee__isnull=False
)


def _forget_unpaid(payments: QuerySet[Model]) -> int:
    """Deletes orders that were not paid; a draft that was never ordered otherwise goes by the rule of drafts."""
    with transaction.atomic():
        # Documents first, as whoever opens or settles a payment locks them.
        documents = list(payments.values_list("document_id", flat=True))
        list(Document.objects.select_for_update().filter(pk__in=documents).order_by("pk").values_list("pk"))
        ids = list(
            Payment.objects.filter(_UNPAID, pk__in=payments.order_by().values("pk")).values_list("pk", flat=True)
        )
        Redemption.objects.filter(payment__in=ids).delete()
        _total, by_model = Payment.objects.filter(pk__in=ids).delete()
        others = Payment.objects.filter(document=OuterRef("pk"))
        Document.objects.filter(~Exists(others), pk__in=documents).update(ordered_at=None)
    return by_model.get(Payment._meta.label, 0)


class _OfPriceTest(Retention):
    """Who saw which of two prices: for as long as two are compared, and some time after it."""

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose time is over, oldest first; none while a test is running."""
        second = PriceList.objects.filter(state=PriceListState.ACTIVE).exclude(variant=Variant.A)
        return super().due(now).filter(~Exists(second))


def _copies(*names: str) -> Iterable[Retention]:
    for name in names:
        yield Retention(
            f"djstripe.{name}",
            _("Copies of what the payment provider knows of a payment"),
            timedelta(days=400),
            since="djstripe_updated",
        )


RULES: Final = (
    Retention(
        "billing.Payment",
        _("Orders that were not paid"),
        timedelta(days=90),
        only=_UNPAID,
        forget=_forget_unpaid,
        ends=False,
    ),
    Retention(
        "billing.Payment",
        _("Whom the receipt of an order that was not paid was to name"),
        timedelta(days=30),
        only=_WITHOUT_RECEIPT,
        empties={"addressee": None},
        ends=False,
    ),
    Retention(
        "billing.PaymentEvent",
        _("When a payment went from one state to the next; the payment itself belongs to the books"),
        timedelta(days=1461),
        since="at",
    ),
    Retention(
        "billing.Redemption",
        _("The hash of the address from which a promo code was used"),
        timedelta(days=90),
        since="changed_at",
        only=~Q(state=RedemptionState.RESERVED),
        empties={"ip_hash": ""},
    ),
    _OfPriceTest(
        "billing.Assignment",
        _("Which of two prices you were shown, once they are no longer compared"),
        timedelta(days=90),
        since="at",
    ),
    Retention(
        "billing.WebhookEvent",
        _("Notices from the payment provider"),
        timedelta(days=90),
        since="received_at",
        only=Q(processed_at__isnull=False),
    ),
    Retention(
        "billing.Mirror",
        _("Notes on copies of what the payment provider knows"),
        timedelta(days=90),
        since="asked_at",
        only=Q(due_at=None),
    ),
    Retention(
        "billing.Reconciliation",
        _("Nightly comparisons of our books with the payment provider"),
        timedelta(days=1461),
        since="at",
    ),
    # dj-stripe's own notes of what it was told and asked for: what it writes down by itself holds addresses and bodies.
    Retention(
        "djstripe.WebhookEventTrigger", _("Notices from the payment provider"), timedelta(days=90), since="created"
    ),
    Retention("djstripe.Event", _("Notices from the payment provider"), timedelta(days=90), since="djstripe_updated"),
    Retention(
        "djstripe.IdempotencyKey", _("Keys of calls to the payment provider"), timedelta(days=90), since="created"
    ),
    *_copies(
        "Refund", "Dispute", "Session", "Charge", "PaymentIntent", "BalanceTransaction", "PaymentMethod", "Customer"
    ),
)
