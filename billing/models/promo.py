"""Promo codes and who used them (R-62)."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.enums import RedemptionState
from billing.models.payments import Payment
from billing.models.prices import PriceList
from documents.enums import DocumentKind


class PromoCode(models.Model):
    """A percentage off (R-62). An empty limit, list or kind means no limit. Codes are upper case, without spaces.

    ``batch`` names codes that were made together.
    """

    code = models.CharField(
        _("code"), max_length=32, unique=True, validators=[RegexValidator(r"\A[A-Z0-9][A-Z0-9-]{2,31}\Z")]
    )
    percent = models.DecimalField(
        _("percent off"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(95))],
    )
    starts_at = models.DateTimeField(_("from (UTC)"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until (UTC)"), null=True, blank=True)
    limit_total = models.PositiveIntegerField(_("uses in all"), null=True, blank=True)
    limit_per_address = models.PositiveIntegerField(_("uses by one address"), null=True, blank=True, default=1)
    limit_per_ip = models.PositiveIntegerField(_("uses from one IP"), null=True, blank=True)
    price_lists = models.ManyToManyField(PriceList, blank=True, related_name="promo_codes")
    kinds = ArrayField(models.CharField(max_length=20, choices=DocumentKind), default=list, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    batch = models.CharField(_("batch"), max_length=60, blank=True, db_index=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=95), name="promo_percent_0_to_95"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="promo_window"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Redemption(models.Model):
    """One use of a code: reserved with its payment, used when that is paid, released when it is given up.

    ``ip_hash`` is a keyed hash, to count uses from one IP.
    """

    promo_code = models.ForeignKey(PromoCode, on_delete=models.PROTECT, related_name="redemptions")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="redemption")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="redemptions")
    ip_hash = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=RedemptionState, default=RedemptionState.RESERVED)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["promo_code", "state"], name="redemption_count")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RedemptionState.values), name="redemption_state_known")
        ]

    def __str__(self) -> str:
        return f"{self.promo_code_id} {self.get_state_display()}"
