"""Budgets, what was spent of them, and reservations for documents being paid (R-21, R-42)."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from generation.enums import Scope


class Budget(models.Model):
    """How much may be spent (R-21): ``euros`` on a job and by the house, ``tokens`` by a person."""

    scope = models.CharField(max_length=12, choices=Scope, unique=True)
    euros = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    tokens = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="budget_scope_known"),
            models.CheckConstraint(
                condition=Q(scope=Scope.USER_DAY, euros__isnull=True, tokens__isnull=False)
                | (~Q(scope=Scope.USER_DAY) & Q(euros__isnull=False, euros__gte=0, tokens__isnull=True)),
                name="budget_has_its_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.get_scope_display()


class PersonalLimit(models.Model):
    """What one person may use in a UTC day, where staff have set it, in place of the house's default (R-27)."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    tokens = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("limit of a person")
        verbose_name_plural = _("limits of people")
        ordering = ["person_id"]
        constraints = [
            models.CheckConstraint(condition=Q(tokens__gte=0), name="personal_limit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.tokens:,}"


class BudgetUse(models.Model):
    """What has gone from a budget, and what calls under way may still take from it.

    ``subject`` is the job or the person (empty for the house), ``period`` the UTC day ("2026-11-21"), the month
    ("2026-11"), or empty for a job. ``alerted`` is the highest share in percent that staff were told of. Changed only
    by ``generation.spending.budgets``, with ``F`` expressions.
    """

    scope = models.CharField(max_length=12, choices=Scope)
    subject = models.CharField(max_length=36, blank=True)
    period = models.CharField(max_length=10, blank=True)
    spent_euros = models.DecimalField(max_digits=14, decimal_places=6, default=Decimal(0))
    reserved_euros = models.DecimalField(max_digits=14, decimal_places=6, default=Decimal(0))
    spent_tokens = models.PositiveBigIntegerField(default=0)
    reserved_tokens = models.PositiveBigIntegerField(default=0)
    alerted = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-period", "scope", "subject"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "subject", "period"], name="budget_use_once"),
            models.CheckConstraint(
                condition=Q(spent_euros__gte=0, reserved_euros__gte=0), name="budget_use_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject} {self.period}".strip()


class Reservation(models.Model):
    """A place in the queue and a share of the budgets, held for a document while its owner pays (R-42).

    It ends with ``expires_at``, when the payment is given up, or when the job it was held for begins.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="reservation")
    tokens = models.PositiveBigIntegerField()
    cost = models.DecimalField(max_digits=10, decimal_places=4)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["expires_at"]
        constraints = [
            models.CheckConstraint(condition=Q(cost__gte=0), name="reservation_cost_not_negative"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="reservation_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}"
