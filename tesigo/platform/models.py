"""The tables of the ground floor.

Alerts and conditions (R-113), workers (R-112), removals (R-84), backups (R-120), feature flags (R-130).
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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


class BackupKind(models.TextChoices):
    """What a backup holds; a drill is none, but is asked for and noted in the same way."""

    FULL = "full", _("full")
    INCREMENTAL = "incremental", _("incremental")
    FILES = "files", _("files")
    DRILL = "drill", _("drill")


class BackupState(models.TextChoices):
    """How far a backup is."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")


OPEN_BACKUP_STATES: Final = (BackupState.WAITING, BackupState.RUNNING)


class BackupRun(Duty):
    """One backup, or one drill: asked for, under way, or how it ended. Written by `tesigo.platform.backup.runs`.

    ``size_bytes`` and ``parts`` are what went to each destination; ``destinations`` says of each by its name how far it
    is. ``error`` and ``due_at`` are those of work that is tried again (R-116).
    """

    kind = models.CharField(max_length=12, choices=BackupKind)
    state = models.CharField(max_length=10, choices=BackupState, default=BackupState.WAITING)
    #: The name of its folder at the destinations, such as 20261129T020000Z-full.
    backup_id = models.CharField(max_length=60, blank=True, default="")
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    parts = models.PositiveIntegerField(null=True, blank=True)
    destinations = models.JSONField(default=dict, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-asked_at", "-pk"]
        indexes = [*Duty.Meta.indexes, models.Index(fields=["kind", "state", "ended_at"], name="backuprun_newest")]
        constraints = [
            *Duty.Meta.constraints,
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state__in=["waiting", "running"]), name="backuprun_one_open_of_a_kind"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "running"]) | Q(ended_at=None), name="backuprun_open_has_no_end"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["succeeded", "failed"]) | Q(due_at=None), name="backuprun_ended_is_over"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} backup {self.pk}" if self.kind != BackupKind.DRILL else f"drill {self.pk}"


class FlagState(models.TextChoices):
    """Who has a feature."""

    OFF = "off", _("nobody")
    ON = "on", _("everybody")
    PEOPLE = "people", _("the people named")
    SHARE = "share", _("the people named, and a share of all others")


class Flag(models.Model):
    """How far a feature is rolled out, once somebody has changed it; before, its declaration says (R-130).

    Read by `tesigo.platform.flags`, never directly.
    """

    name = models.SlugField(primary_key=True, max_length=60)
    state = models.CharField(_("who has it"), max_length=10, choices=FlagState, default=FlagState.OFF)
    share_percent = models.PositiveSmallIntegerField(_("share in percent"), default=0)

    class Meta:
        ordering = ["name"]
        verbose_name = _("feature flag")
        verbose_name_plural = _("feature flags")
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__lte=100),
                name="flag_share_is_a_percentage",
                violation_error_message=_("A share is between 0 and 100 percent."),
            ),
            models.CheckConstraint(condition=Q(state__in=["off", "on", "people", "share"]), name="flag_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class FlagPerson(models.Model):
    """Somebody who has a feature before others do."""

    flag = models.ForeignKey(Flag, on_delete=models.CASCADE, related_name="named", verbose_name=_("feature flag"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    named_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["flag", "-named_at"]
        verbose_name = _("person named for a feature")
        verbose_name_plural = _("people named for features")
        constraints = [
            models.UniqueConstraint(
                fields=["flag", "user"],
                name="flagperson_once",
                violation_error_message=_("This person is named for this feature already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.flag_id} for person {self.user_id}"
