"""States of prices, payments and refunds."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PriceListState(models.TextChoices):
    """Only one list is active; a retired one may be put in force again."""

    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    RETIRED = "retired", _("retired")


class PaymentState(models.TextChoices):
    """R-63. Legal moves: ``billing.domain.payments.MOVES``."""

    CREATED = "created", _("created")
    PENDING = "pending", _("waiting for payment")
    REQUIRES_ACTION = "requires_action", _("waiting for the bank's check")
    PROCESSING = "processing", _("money on its way")
    SUCCEEDED = "succeeded", _("paid")
    PARTIALLY_REFUNDED = "partially_refunded", _("partly refunded")
    REFUNDED = "refunded", _("refunded")
    FAILED = "failed", _("failed")
    EXPIRED = "expired", _("expired")
    HELD = "held", _("held for a look by staff")
    DISPUTED = "disputed", _("disputed")


class RefundState(models.TextChoices):
    """A refund is decided (created), accepted by Stripe (pending), and then paid back or sent back to us."""

    CREATED = "created", _("created")
    PENDING = "pending", _("on its way")
    SUCCEEDED = "succeeded", _("paid back")
    FAILED = "failed", _("failed")
