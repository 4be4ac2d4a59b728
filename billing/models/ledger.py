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


class YearCounter(models.Model):
    """The last number given in a year; its row is locked while the next one is."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class ReceiptCounter(YearCounter):
    """Numbers of receipts."""


class CreditNoteCounter(YearCounter):
    """Numbers of credit notes: a series of their own."""


class Paper(models.Model):
    """A numbered paper of the books (R-68). ``seller`` and ``content`` are what it says, kept on its day.

    The database refuses changes.
    """

    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    seller = models.JSONField()
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["-year", "-number"]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:06d}"


class Receipt(Paper):
    """The receipt of a payment. Those of before content was kept have none."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="receipt")
    content = models.JSONField(null=True, blank=True)

    class Meta(Paper.Meta):
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="receipt_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="receipt_number_from_1"),
        ]


class CreditNote(Paper):
    """What went back of what a receipt says: by a refund or a lost dispute.

    Money that came back to us after all takes its note back by another one, for ``amount`` below zero.
    """

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="credit_notes")
    refund = models.OneToOneField(Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_note")
    dispute = models.OneToOneField(Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_note")
    takes_back = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="taken_back_by"
    )
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    content = models.JSONField()

    class Meta(Paper.Meta):
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="credit_note_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="credit_note_number_from_1"),
            models.CheckConstraint(
                condition=Q(refund__isnull=False, dispute=None, takes_back=None, amount__gt=0)
                | Q(refund=None, dispute__isnull=False, takes_back=None, amount__gt=0)
                | Q(refund=None, dispute=None, takes_back__isnull=False, amount__lt=0),
                name="credit_note_for_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"C-{super().__str__()}"


class ReceiptFile(Duty):
    """The PDF of a receipt or a credit note, made once in the background; lost in storage, it is made again alike.

    ``content`` is what a receipt says that was issued before such was kept.
    """

    receipt = models.OneToOneField(Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="file")
    credit_note = models.OneToOneField(CreditNote, null=True, blank=True, on_delete=models.PROTECT, related_name="file")
    content = models.JSONField(null=True, blank=True)
    stored_as = models.CharField(max_length=200, blank=True, default="", db_default="")
    size = models.PositiveIntegerField(default=0, db_default=0)

    class Meta(Duty.Meta):
        constraints = [
            *Duty.Meta.constraints,
            models.CheckConstraint(
                condition=Q(receipt__isnull=False, credit_note=None) | Q(receipt=None, credit_note__isnull=False),
                name="receipt_file_of_one_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"file of receipt {self.receipt_id}" if self.receipt_id else f"file of credit note {self.credit_note_id}"

    @property
    def paper(self) -> Receipt | CreditNote:
        """What it is the file of."""
        paper = self.receipt or self.credit_note
        assert paper is not None  # receipt_file_of_one_paper
        return paper


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
