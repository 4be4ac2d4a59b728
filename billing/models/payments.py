"""Payments, what goes back of them, and what is disputed (R-63)."""

import uuid
from decimal import Decimal
from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing.enums import DisputeState, PaymentPurpose, PaymentState, RefundState, Variant
from billing.models.prices import PriceList
from documents.models import Document
from tesigo.platform.duty import Duty

OPEN_STATES = [
    PaymentState.CREATED,
    PaymentState.PENDING,
    PaymentState.REQUIRES_ACTION,
    PaymentState.PROCESSING,
]
PAID_STATES = [PaymentState.SUCCEEDED, PaymentState.PARTIALLY_REFUNDED, PaymentState.DISPUTED]


#: Pages of rewriting that are sold at once.
MOST_MORE_PAGES: Final = 50


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Payments by what they are for: who looks for the payment of a document means its order."""

    def orders(self) -> Self:
        """Those for a document."""
        return self.filter(purpose=PaymentPurpose.ORDER)

    def of_more_pages(self) -> Self:
        """Those for rewritings of a document that is written (R-93)."""
        return self.filter(purpose=PaymentPurpose.MORE_PAGES)

    def that_count(self) -> Self:
        """Those whose money is here and not disputed: also where a refund came back to us."""
        came_back = Q(state=PaymentState.HELD, receipt__isnull=False)
        return self.filter(Q(state__in=[PaymentState.SUCCEEDED, PaymentState.PARTIALLY_REFUNDED]) | came_back)


class Payment(models.Model):
    """One attempt to pay for one document, or for more pages of rewriting for it (R-63, R-93).

    ``lines`` are the price lines as shown and charged (R-13).

    ``idempotency_key`` goes to Stripe with the creation of the session and is stored before the call (R-64).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="payments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments")
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="payments")
    purpose = models.CharField(
        max_length=12, choices=PaymentPurpose, default=PaymentPurpose.ORDER, db_default=PaymentPurpose.ORDER
    )
    pages = models.PositiveSmallIntegerField()
    #: How many rewritings more pages were sold with; 0 for an order, and where they were sold before this was kept.
    rewritings = models.PositiveIntegerField(default=0, db_default=0)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR")
    #: Of its lines and of what Stripe's page is told: as when it was ordered, for the same key must say the same words.
    language = models.CharField(max_length=8, default="en", db_default="en", editable=False)
    lines = models.JSONField()
    #: The variant of the prices that was shown (R-60).
    variant = models.CharField(max_length=1, choices=Variant, default=Variant.A)
    state = models.CharField(max_length=20, choices=PaymentState, default=PaymentState.CREATED)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stripe_session_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    stripe_payment_intent_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    checkout_url = models.URLField(max_length=2000, blank=True)
    refunded_amount = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(0))
    failure = models.CharField(max_length=300, blank=True)
    #: Whom the receipt is to be made out to, until it is issued (``billing.domain.addressees``).
    addressee = models.JSONField(null=True, blank=True, editable=False)
    #: When the terms and the start at once (which ends the right of withdrawal) were agreed to.
    consented_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True, blank=True)
    #: When Stripe was last asked about it; the sweeper takes those asked longest ago.
    checked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PaymentQuerySet] = PaymentQuerySet.as_manager()  # type: ignore[assignment]  # manager from queryset

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="payment_history"),
            models.Index(fields=["state", "checked_at"], name="payment_to_check"),
            models.Index(fields=["created_at"], name="payment_by_day"),
            models.Index(fields=["succeeded_at"], name="payment_by_day_paid"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(purpose=PaymentPurpose.ORDER, state__in=PAID_STATES),
                name="one_order_paid_per_document",
            ),
            models.UniqueConstraint(
                fields=["document", "purpose"],
                condition=Q(state__in=OPEN_STATES),
                name="one_payment_open_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(purpose=PaymentPurpose.ORDER)
                | Q(purpose=PaymentPurpose.MORE_PAGES, pages__lte=MOST_MORE_PAGES),
                name="payment_purpose_known",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=F("amount")),
                name="payment_refunded_within_amount",
            ),
            models.CheckConstraint(condition=Q(pages__gte=1, pages__lte=200), name="payment_pages_1_to_200"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="payment_in_eur"),
            models.CheckConstraint(condition=Q(state__in=PaymentState.values), name="payment_state_known"),
            models.CheckConstraint(condition=Q(variant__in=Variant.values), name="payment_variant_known"),
        ]

    def __str__(self) -> str:
        return f"€{self.amount} {self.get_state_display()}"

    @property
    def can_go_back(self) -> bool:
        """Whether it holds money that could be given back."""
        return self.state in {*PAID_STATES, PaymentState.HELD} and self.refunded_amount < self.amount


class PaymentEvent(models.Model):
    """One move of a payment, with its cause (R-63)."""

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=20, choices=PaymentState)
    to_state = models.CharField(max_length=20, choices=PaymentState)
    cause = models.CharField(max_length=200)
    actor_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"


class Refund(Duty):
    """Money going back. One per (payment, cause): asking again for the same cause does nothing.

    ``failure`` is Stripe's no; ``error`` is why the last try did not get an answer out of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    cause = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=RefundState, default=RefundState.CREATED)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stripe_refund_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    failure = models.CharField(max_length=300, blank=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]
        indexes = [
            *Duty.Meta.indexes,
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=[RefundState.CREATED, RefundState.PENDING]),
                name="refund_unfinished",
            ),
        ]
        constraints = [
            *Duty.Meta.constraints,
            models.UniqueConstraint(fields=["payment", "cause"], name="one_refund_per_cause"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="refund_state_known"),
        ]

    def __str__(self) -> str:
        return f"€{self.amount} back ({self.cause})"


class Dispute(models.Model):
    """A payer's objection at the bank. While one is open, nothing is taken away from the document (R-63)."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    stripe_dispute_id = models.CharField(max_length=200, unique=True)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=8, choices=DisputeState, default=DisputeState.OPEN)
    #: What Stripe has taken from our balance for it, as far as it was said.
    is_withdrawn = models.BooleanField(default=False)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=DisputeState.values), name="dispute_state_known"),
        ]

    def __str__(self) -> str:
        return f"€{self.amount} {self.get_state_display()}"
