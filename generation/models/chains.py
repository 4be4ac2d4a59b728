"""AI models and the chains they are in (R-23, R-24)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from generation.enums import Effort, Provider, Purpose
from generation.known import efforts, known

_NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class AIModel(models.Model):
    """A model that may be asked (R-23). Prices are euros per million tokens.

    Without a cache price, cached and written input costs as other input. Above ``long_prompt_tokens`` of input the
    whole call costs the long prices, and cached input as much more as other input does. ``told_…`` is what its provider
    said last; ``gone_since`` when every key was told that there is no such model. ``position`` is the place in the one
    chain that there was before there were ``ChainPlace`` rows; only older code reads it.
    """

    provider = models.CharField(max_length=12, choices=Provider)
    name = models.CharField(_("name at the provider"), max_length=100)
    input_price = models.DecimalField(max_digits=8, decimal_places=3, validators=_NOT_NEGATIVE)
    cached_price = models.DecimalField(
        _("price of cached input"), max_digits=9, decimal_places=4, null=True, blank=True, validators=_NOT_NEGATIVE
    )
    cache_write_price = models.DecimalField(
        _("price of cache writes"), max_digits=9, decimal_places=4, null=True, blank=True, validators=_NOT_NEGATIVE
    )
    output_price = models.DecimalField(max_digits=8, decimal_places=3, validators=_NOT_NEGATIVE)
    long_prompt_tokens = models.PositiveIntegerField(_("longest prompt at these prices"), null=True, blank=True)
    long_input_price = models.DecimalField(
        _("input price above it"), max_digits=8, decimal_places=3, null=True, blank=True, validators=_NOT_NEGATIVE
    )
    long_output_price = models.DecimalField(
        _("output price above it"), max_digits=8, decimal_places=3, null=True, blank=True, validators=_NOT_NEGATIVE
    )
    context_tokens = models.PositiveIntegerField(_("context window"))
    max_output_tokens = models.PositiveIntegerField(_("longest answer"))
    enabled = models.BooleanField(default=True)
    ends_on = models.DateField(_("announced end"), null=True, blank=True)
    #: The last warning of that end, in days before it.
    end_told_days = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    gone_since = models.DateTimeField(null=True, blank=True, editable=False)
    #: When its provider was last asked of it and answered.
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    told_context_tokens = models.PositiveIntegerField(null=True, blank=True, editable=False)
    told_output_tokens = models.PositiveIntegerField(null=True, blank=True, editable=False)
    #: The first of the days on which its provider's list could not be read.
    unread_since = models.DateField(null=True, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("place in the chain"), default=100, editable=False)

    class Meta:
        verbose_name = _("AI model")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="ai_model_once"),
            models.CheckConstraint(condition=Q(input_price__gte=0, output_price__gte=0), name="ai_price_not_negative"),
            models.CheckConstraint(condition=Q(provider__in=Provider.values), name="ai_provider_known"),
            models.CheckConstraint(
                condition=(Q(cached_price__isnull=True) | Q(cached_price__gte=0))
                & (Q(cache_write_price__isnull=True) | Q(cache_write_price__gte=0)),
                name="ai_cache_price_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    long_prompt_tokens__isnull=True, long_input_price__isnull=True, long_output_price__isnull=True
                )
                | Q(
                    ("long_prompt_tokens__isnull", False),
                    ("long_input_price__isnull", False),
                    ("long_output_price__isnull", False),
                    ("long_input_price__gte", 0),
                    ("long_output_price__gte", 0),
                ),
                name="ai_long_prompt_has_prices",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.name}"

    @property
    def longest_answer(self) -> int:
        """Tokens that an answer may have: never more than its provider says that the model gives (R-25)."""
        return min(self.max_output_tokens, self.most_output_tokens or self.max_output_tokens)

    @property
    def window(self) -> int:
        """Tokens of question and answer together, never more than its provider says."""
        return min(self.context_tokens, self.most_context_tokens or self.context_tokens)

    @property
    def most_output_tokens(self) -> int | None:
        """The longest answer by its provider's list, or else as is known of the name; None for an unknown model."""
        found = known(self.provider, self.name)
        return self.told_output_tokens or (found.longest_answer if found else None)

    @property
    def most_context_tokens(self) -> int | None:
        """The same of its window."""
        found = known(self.provider, self.name)
        return self.told_context_tokens or (found.context_tokens if found else None)

    def can_be_asked(self, *, today: date) -> bool:
        """Whether it is on and there: what has ended costs no call (R-25)."""
        return self.enabled and self.gone_since is None and (self.ends_on is None or today < self.ends_on)


class ChainPlace(models.Model):
    """The place of a model in the chain of a purpose, and how much it reasons there (R-24, R-32).

    The lowest position is asked first. Without an effort the model reasons as much as its provider has it do.
    """

    purpose = models.CharField(max_length=12, choices=Purpose)
    model = models.ForeignKey(AIModel, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField(default=100)
    effort = models.CharField(max_length=8, choices=Effort, blank=True)

    class Meta:
        verbose_name = _("place in a chain")
        verbose_name_plural = _("chains of models")
        ordering = ["purpose", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "model"], name="chain_model_once"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="chain_purpose_known"),
            models.CheckConstraint(condition=Q(effort__in=["", *Effort.values]), name="chain_effort_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.position}: {self.model}"

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Refuses an effort that the model does not take: each question to it would be refused."""
        super().clean_fields(exclude)
        if "effort" in (exclude or ()) or not self.effort or self.model_id is None:
            return
        takes = efforts(self.model.provider, self.model.name)
        if self.effort in takes:
            return
        if not takes:
            words = _("%(model)s takes no effort: leave it empty.") % {"model": self.model}
        else:
            facts = {"model": self.model, "efforts": ", ".join(str(effort.label) for effort in takes)}
            words = _("%(model)s does not take this effort, but only: %(efforts)s.") % facts
        raise ValidationError({"effort": words})
