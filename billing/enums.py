"""States of prices, payments and refunds."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PriceListState(models.TextChoices):
    """One list of each variant is active at most; a retired one may be put in force again."""

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


class PaymentPurpose(models.TextChoices):
    """What is paid for: a document, or rewritings of one that is written (R-93)."""

    ORDER = "order", _("a document")
    MORE_PAGES = "more_pages", _("more pages of rewriting")


class RefundState(models.TextChoices):
    """A refund is decided (created), accepted by Stripe (pending), and then paid back or sent back to us."""

    CREATED = "created", _("created")
    PENDING = "pending", _("on its way")
    SUCCEEDED = "succeeded", _("paid back")
    FAILED = "failed", _("failed")


class PriceListMove(models.TextChoices):
    """What staff do with a price list."""

    DRAFTED = "drafted", _("drafted")
    ACTIVATED = "activated", _("put in force")
    ROLLED_BACK = "rolled_back", _("rolled back to")
    RETIRED = "retired", _("retired")


class Variant(models.TextChoices):
    """The arms of a test of prices. Without a test everybody sees A."""

    A = "A", "A"
    B = "B", "B"


class RedemptionState(models.TextChoices):
    """A code's use is reserved at checkout and ends as used or released."""

    RESERVED = "reserved", _("reserved")
    USED = "used", _("used")
    RELEASED = "released", _("released")


class DisputeState(models.TextChoices):
    """How a dispute stands."""

    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class Account(models.TextChoices):
    """Accounts of the books."""

    STRIPE = "stripe", _("balance at Stripe")
    SALES = "sales", _("sales")
    REFUNDS = "refunds", _("refunds")
    REFUNDS_DUE = "refunds_due", _("refunds on their way")
    DISPUTES = "disputes", _("disputed")


class Movement(models.TextChoices):
    """What a booking books, and between which accounts (``billing.domain.ledger``)."""

    PAID = "paid", _("paid")
    REFUND_OPENED = "refund_opened", _("refund decided")
    REFUND_PAID = "refund_paid", _("refund paid back")
    REFUND_FAILED = "refund_failed", _("refund sent back")
    DISPUTE_WITHDRAWN = "dispute_withdrawn", _("disputed money withdrawn")
    DISPUTE_REINSTATED = "dispute_reinstated", _("disputed money given back")
