"""Usage of past jobs, from which estimates learn (R-26), and credit bought at providers."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.enums import DocumentKind, Language
from generation.enums import JobKind, Provider
from generation.models.queue import Job


class JobUsage(models.Model):
    """What one job took for one kind of question: rows of jobs that were written in one go, whatever becomes of them.

    ``input_tokens`` and ``output_tokens`` are all; the others are of these, as in ``Attempt``.
    """

    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="usage")
    #: Of the job, also when that is gone: what belongs together.
    job_key = models.UUIDField()
    kind = models.CharField(max_length=12, choices=JobKind)
    language = models.CharField(max_length=5, choices=Language)
    pages = models.PositiveSmallIntegerField()
    sections = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=32)
    calls = models.PositiveIntegerField()
    input_tokens = models.PositiveBigIntegerField()
    cached_tokens = models.PositiveBigIntegerField(default=0)
    cache_write_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField()
    reasoning_tokens = models.PositiveBigIntegerField(default=0)
    ended_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-ended_at"]
        indexes = [models.Index(fields=["kind", "-ended_at"], name="usage_newest")]
        constraints = [
            models.UniqueConstraint(fields=["job_key", "purpose"], name="usage_once_for_job_and_purpose"),
            models.CheckConstraint(condition=Q(kind__in=JobKind.values), name="usage_kind_known"),
            models.CheckConstraint(condition=Q(calls__gte=1, pages__gte=1), name="usage_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.job_key} {self.purpose}"


class ModelDay(models.Model):
    """What a model was asked and cost on one UTC day, of calls whose own rows are gone (R-77). ``cost`` in euros.

    ``failed`` counts the calls without an answer; ``lost`` is the most that answers may have cost that nobody received.
    """

    day = models.DateField()
    provider = models.CharField(max_length=12, choices=Provider)
    model_name = models.CharField(max_length=100)
    calls = models.PositiveBigIntegerField()
    failed = models.PositiveBigIntegerField()
    input_tokens = models.PositiveBigIntegerField()
    output_tokens = models.PositiveBigIntegerField()
    cached_tokens = models.PositiveBigIntegerField()
    cache_write_tokens = models.PositiveBigIntegerField()
    reasoning_tokens = models.PositiveBigIntegerField()
    cost = models.DecimalField(max_digits=14, decimal_places=6)
    lost = models.DecimalField(max_digits=14, decimal_places=6)

    class Meta:
        ordering = ["-day", "model_name"]
        constraints = [
            models.UniqueConstraint(fields=["day", "provider", "model_name"], name="model_day_once"),
            models.CheckConstraint(
                condition=Q(calls__gte=1, cost__gte=0, lost__gte=0), name="model_day_is_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_name} {self.day}"


class CallMonth(models.Model):
    """What the calls of a UTC month cost whose own rows are gone, by the documents that they were made for (R-118).

    ``month`` is its first day; ``cost`` in euros, ``tokens`` of input and output. ``language`` and ``kind`` are empty
    where the document had been thrown away before. All of it is part of what `ModelDay` holds.
    """

    month = models.DateField()
    language = models.CharField(max_length=8, choices=Language, blank=True, default="", db_default="")
    kind = models.CharField(max_length=16, choices=DocumentKind, blank=True, default="", db_default="")
    cost = models.DecimalField(max_digits=14, decimal_places=6)
    tokens = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["-month", "language", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["month", "language", "kind"], name="call_month_once"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="call_month_cost_not_negative"),
            models.CheckConstraint(condition=Q(month__day=1), name="call_month_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.language} {self.kind}"


class ProviderCredit(models.Model):
    """Credit that staff bought at a provider (R-26). ``spent`` is what calls booked since, until more was bought.

    ``told_percent`` is the highest share used that staff were told of.
    """

    provider = models.CharField(max_length=12, choices=Provider)
    euros = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))])
    bought_at = models.DateTimeField(_("bought"), default=timezone.now)
    spent = models.DecimalField(max_digits=14, decimal_places=6, default=Decimal(0), editable=False)
    told_percent = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("credit at a provider")
        verbose_name_plural = _("credit at providers")
        ordering = ["provider", "-bought_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(euros__gt=0, spent__gte=0), name="credit_is_money"),
            models.CheckConstraint(condition=Q(provider__in=Provider.values), name="credit_provider_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} €{self.euros}"
