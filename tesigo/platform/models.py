"""The tables of the ground floor: what staff are told and what is wrong (R-113), workers (R-112), files to go."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tesigo.platform.duty import Duty


class ToldToStaff(Duty):
    """Something that needs a person, and whether they were told. ``subject`` and ``text`` hold ids, no personal data.

    The same ``key`` is not told again within ``cool_down`` of when it was sent.
    """

    key = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    cool_down = models.DurationField(default=timedelta(hours=1))
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        abstract = True
        ordering = ["-created_at"]
        indexes = [*Duty.Meta.indexes, models.Index(fields=["key", "sent_at"], name="%(class)s_by_key")]
        constraints = [
            *Duty.Meta.constraints,
            models.CheckConstraint(condition=Q(sent_at=None) | Q(due_at=None), name="%(class)s_sent_is_over"),
        ]

    def __str__(self) -> str:
        return self.subject


class Alert(ToldToStaff):
    """An alert by mail, to everybody in ALERT_EMAILS at once."""


class TelegramAlert(ToldToStaff):
    """An alert by Telegram. A table of its own, so that no site of before Telegram mails its rows."""

    #: The chats that have it already: one that fails does not make the others read it twice.
    chats_told = ArrayField(models.CharField(max_length=100), default=list, blank=True, editable=False)


class Condition(models.Model):
    """Something that is wrong for as long as it lasts: one open row for each key (R-113).

    Staff are told at its begin, again after each cool-down, and at its end. ``clear_since`` is when it was last found
    over, while nobody is told yet because it may come back.
    """

    key = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    cool_down = models.DurationField(default=timedelta(hours=1))
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    clear_since = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_count = models.PositiveIntegerField(default=0)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-since"]
        indexes = [models.Index(fields=["key", "resolved_at"], name="condition_by_key")]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(resolved_at=None), name="condition_open_once"),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(resolved_at__gte=models.F("since")), name="condition_ends_after_begin"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Worker(models.Model):
    """A Celery worker, as its last sign of work says: which version it runs, and how full its machine is (R-112)."""

    node = models.CharField(max_length=200, unique=True)
    version = models.CharField(max_length=50)
    #: When it last did something: began or ended a task, or went on with a long one.
    worked_at = models.DateTimeField()
    memory_percent = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["node"]

    def __str__(self) -> str:
        return self.node


class Removal(Duty):
    """A file to be deleted from storage; the row goes with it. Written with what forgets the file (R-84)."""

    stored_as = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]
        # From when only documents had files.
        db_table = "documents_removal"

    def __str__(self) -> str:
        return f"removal {self.pk}"
