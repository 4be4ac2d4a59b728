"""What a page costs, for whom, and since when (R-60)."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.enums import PriceListMove, PriceListState, Variant


class PriceList(models.Model):
    """What a page costs (R-01, R-60). Versioned; never edited once used.

    The discount counts from ``discount_from`` until ``discount_until`` (always, where both are empty). Two active lists
    of different ``variant`` are an A/B test; ``weight`` is a variant's share of the visitors, against the others'.
    """

    version = models.PositiveIntegerField(_("version"), unique=True)
    price_per_page = models.DecimalField(
        _("price per page"), max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal("0.10"))]
    )
    discount_percent = models.DecimalField(
        _("discount in percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(95))],
    )
    discount_from = models.DateTimeField(_("discount from (UTC)"), null=True, blank=True)
    discount_until = models.DateTimeField(_("discount until (UTC)"), null=True, blank=True)
    variant = models.CharField(_("variant"), max_length=1, choices=Variant, default=Variant.A)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    state = models.CharField(max_length=8, choices=PriceListState, default=PriceListState.DRAFT)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["variant"], condition=Q(state=PriceListState.ACTIVE), name="one_active_price_list_per_variant"
            ),
            models.CheckConstraint(
                condition=Q(discount_from=None) | Q(discount_until=None) | Q(discount_until__gt=F("discount_from")),
                name="price_list_discount_window",
            ),
            models.CheckConstraint(condition=Q(variant__in=Variant.values), name="price_list_variant_known"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=1000), name="price_list_weight_1_to_1000"),
            models.CheckConstraint(
                condition=Q(price_per_page__gte=Decimal("0.10")), name="price_per_page_at_least_10_cents"
            ),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=95), name="price_list_discount_0_to_95"
            ),
            models.CheckConstraint(condition=Q(state__in=PriceListState.values), name="price_list_state_known"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}: €{self.price_per_page} a page"


class PriceTier(models.Model):
    """From ``from_page`` on, each page costs ``price_per_page``: graduated, so a longer document never costs less."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="tiers")
    from_page = models.PositiveSmallIntegerField(
        _("from page"), validators=[MinValueValidator(2), MaxValueValidator(200)]
    )
    price_per_page = models.DecimalField(
        _("price per page"), max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal("0.10"))]
    )

    class Meta:
        ordering = ["from_page"]
        constraints = [
            models.UniqueConstraint(fields=["price_list", "from_page"], name="one_tier_per_page"),
            models.CheckConstraint(condition=Q(from_page__gte=2, from_page__lte=200), name="tier_from_page_2_to_200"),
            models.CheckConstraint(
                condition=Q(price_per_page__gte=Decimal("0.10")), name="tier_price_at_least_10_cents"
            ),
        ]

    def __str__(self) -> str:
        return f"from page {self.from_page}: €{self.price_per_page}"


class PriceListEvent(models.Model):
    """What staff did with a list, and why."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=20, choices=PriceListMove)
    reason = models.CharField(max_length=300, blank=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"


class Assignment(models.Model):
    """The variant of the prices that a person sees, kept once given (R-60)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="price_assignment")
    variant = models.CharField(max_length=1, choices=Variant)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["variant", "at"], name="assignment_by_variant")]
        constraints = [models.CheckConstraint(condition=Q(variant__in=Variant.values), name="assignment_variant_known")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.variant}"
