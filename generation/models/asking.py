"""Language factors, key limits, and attempts: one row for each call to a model (R-20, R-33, R-36)."""

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.enums import Language
from generation.enums import Effort, Outcome, Provider
from generation.models.chains import AIModel
from generation.models.queue import Job, Step


class LanguageFactor(models.Model):
    """How many tokens a text takes, as a multiple of one of the same length in English (R-20)."""

    language = models.CharField(max_length=5, choices=Language, unique=True)
    factor = models.DecimalField(
        max_digits=4, decimal_places=2, validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(5))]
    )

    class Meta:
        verbose_name = _("tokens of a language")
        verbose_name_plural = _("tokens of languages")
        ordering = ["language"]
        constraints = [
            models.CheckConstraint(condition=Q(factor__gte=Decimal("0.5"), factor__lte=5), name="factor_plausible")
        ]

    def __str__(self) -> str:
        return f"{self.get_language_display()} × {self.factor}"


class KeyLimit(models.Model):
    """What a provider lets one key do in a minute (R-33).

    ``place`` is the key's place in the environment, from 1; the row of place 0 is for every key without one of its own.
    """

    provider = models.CharField(max_length=12, choices=Provider)
    place = models.PositiveSmallIntegerField(default=0)
    requests_per_minute = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    tokens_per_minute = models.PositiveIntegerField(validators=[MinValueValidator(1_000)])

    class Meta:
        verbose_name = _("limit of a key")
        verbose_name_plural = _("limits of keys")
        ordering = ["provider", "place"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "place"], name="key_limit_once"),
            models.CheckConstraint(condition=Q(provider__in=Provider.values), name="key_limit_provider_known"),
            models.CheckConstraint(
                condition=Q(requests_per_minute__gte=1, tokens_per_minute__gte=1_000), name="key_limit_lets_calls_pass"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.place or '*'}"


class Attempt(models.Model):
    """One paid call to a model; written before it is made (R-36). ``cost`` in euros.

    ``reserved_cost`` and ``reserved_tokens`` are what the budgets hold for it until its usage is known (R-21);
    ``key_place`` is the place of its key in the environment, from 1.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What was spent stays spent when a document is thrown away or its owner erased.
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="attempts")
    # A new outline after a failed order takes its sections' steps along; what was spent stays with the job.
    step = models.ForeignKey(Step, null=True, on_delete=models.SET_NULL, related_name="attempts")
    model = models.ForeignKey(AIModel, null=True, on_delete=models.SET_NULL, related_name="attempts")
    provider = models.CharField(max_length=12, choices=Provider)
    model_name = models.CharField(max_length=100)
    key_place = models.PositiveSmallIntegerField(default=1)
    purpose = models.CharField(max_length=32)
    #: The same for every try of one question, so that a repeated and paid-for answer can be seen and counted.
    idempotency_key = models.UUIDField(db_index=True, editable=False)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.INTENT)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    #: Of the input, and of the output.
    cached_tokens = models.PositiveIntegerField(default=0, db_default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0, db_default=0)
    reasoning_tokens = models.PositiveIntegerField(default=0, db_default=0)
    effort = models.CharField(max_length=8, choices=Effort, blank=True, default="", db_default="")
    cost = models.DecimalField(max_digits=10, decimal_places=6, default=Decimal(0))
    reserved_tokens = models.PositiveIntegerField(default=0)
    reserved_cost = models.DecimalField(max_digits=10, decimal_places=6, default=Decimal(0))
    latency_ms = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["started_at"]
        indexes = [models.Index(fields=["-started_at"], name="attempt_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="attempt_outcome_known"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="attempt_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_name} {self.outcome}"
