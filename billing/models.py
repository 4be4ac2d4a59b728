"""Prices, payments and refunds. Money is ``Decimal`` euros with two places (R-02)."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.enums import PaymentState, PriceListState, RefundState
from documents.models import Document


class PriceList(models.Model):
    """What a page costs (R-01, R-60). Versioned; never edited once used."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    price_per_page = models.DecimalField(
        _("price per page"), max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal("0.10"))]
    )
    discount_percent = models.DecimalField(
        _("discount in percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(95))],
    )
    state = models.CharField(max_length=8, choices=PriceListState, default=PriceListState.DRAFT)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=PriceListState.ACTIVE), name="one_active_price_list"
            ),
            models.CheckConstraint(
                condition=Q(price_per_page__gte=Decimal("0.10")), name="price_per_page_at_least_10_cents"
            ),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=95), name="price_list_discount_0_to_95"
            ),
            models.CheckConstraint(condition=Q(state__in=PriceListState.values), name="price_list_state_known"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}: €{self.price_per_page} a page"


OPEN_STATES = [
    PaymentState.CREATED,
    PaymentState.PENDING,
    PaymentState.REQUIRES_ACTION,
    PaymentState.PROCESSING,
]
PAID_STATES = [PaymentState.SUCCEEDED, PaymentState.PARTIALLY_REFUNDED, PaymentState.DISPUTED]


class Payment(models.Model):
    """One attempt to pay for one document (R-63). ``lines`` are the price lines as shown and charged (R-13).

    ``idempotency_key`` goes to Stripe with the creation of the session and is stored before the call (R-64).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="payments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments")
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="payments")
    pages = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR")
    lines = models.JSONField()
    state = models.CharField(max_length=20, choices=PaymentState, default=PaymentState.CREATED)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stripe_session_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    stripe_payment_intent_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    checkout_url = models.URLField(max_length=2000, blank=True)
    refunded_amount = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(0))
    failure = models.CharField(max_length=300, blank=True)
    #: When the terms and the start at once (which ends the right of withdrawal) were agreed to.
    consented_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True, blank=True)
    #: When Stripe was last asked about it; the sweeper takes those asked longest ago.
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="payment_history"),
            models.Index(fields=["state", "checked_at"], name="payment_to_check"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document"], condition=Q(state__in=PAID_STATES), name="one_payment_succeeded_per_document"
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(state__in=OPEN_STATES), name="one_payment_open_per_document"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=F("amount")),
                name="payment_refunded_within_amount",
            ),
            models.CheckConstraint(condition=Q(pages__gte=1, pages__lte=200), name="payment_pages_1_to_200"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="payment_in_eur"),
            models.CheckConstraint(condition=Q(state__in=PaymentState.values), name="payment_state_known"),
        ]

    def __str__(self) -> str:
        return f"€{self.amount} {self.state}"


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
        return f"{self.from_state} → {self.to_state}"


class Refund(models.Model):
    """Money going back. One per (payment, cause): asking again for the same cause does nothing."""

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

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "cause"], name="one_refund_per_cause"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="refund_state_known"),
        ]

    def __str__(self) -> str:
        return f"€{self.amount} back ({self.cause})"


class WebhookEvent(models.Model):
    """A verified event from Stripe, stored before it is worked (R-65).

    ``payload`` keeps ids and states only: what Stripe tells about the payer stays with Stripe (R-74).
    """

    event_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(processed_at=None), name="webhook_event_unworked"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
