"""The books: double entry, in cents, never changed (R-14); receipts, numbered without gaps (R-68)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.enums import Account, Movement
from billing.models.payments import Dispute, Payment, Refund
from tesigo.platform.duty import Duty


class Booking(models.Model):
    """One movement of money. ``key`` says what it books, so that nothing is booked twice.

    The database refuses changes, and a booking whose entries do not add up to zero.
    """

    key = models.CharField(max_length=120, unique=True)
    movement = models.CharField(max_length=24, choices=Movement)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="bookings")
    refund = models.ForeignKey(Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings")
    dispute = models.ForeignKey(Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(movement__in=Movement.values), name="booking_movement_known")]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One side of a booking: cents to an account's debit (positive) or credit (negative)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="entries")
    account = models.CharField(max_length=20, choices=Account)
    cents = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["booking", "account"], name="one_entry_per_account"),
            models.CheckConstraint(condition=~Q(cents=0), name="entry_not_zero"),
            models.CheckConstraint(condition=Q(account__in=Account.values), name="entry_account_known"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.cents}"


class ReceiptCounter(models.Model):
    """The last number given in a year; its row is locked while the next one is."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Receipt(models.Model):
    """The receipt of a payment. ``seller`` and ``content`` are what it says, kept on the day it was issued (R-68).

    The database refuses changes. Receipts of before content was kept have none.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="receipt")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    seller = models.JSONField()
    content = models.JSONField(null=True, blank=True)
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="receipt_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="receipt_number_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:06d}"


class ReceiptFile(Duty):
    """The PDF of a receipt, made once in the background; lost in storage, it is made again of the same words.

    ``content`` is what a receipt says that was issued before such was kept.
    """

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="file")
    content = models.JSONField(null=True, blank=True)
    stored_as = models.CharField(max_length=200, blank=True, default="", db_default="")
    size = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"file of receipt {self.receipt_id}"


class Reconciliation(models.Model):
    """A comparison of the books, our payments and Stripe for one UTC day (R-14). ``differences`` are in words."""

    day = models.DateField(db_index=True)
    at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    repaired = models.JSONField(default=list)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.day}: {len(self.differences)}"
