"""Promo codes: made one by one or in batches, their use shown (R-62)."""

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import RegexValidator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing.admin.payments import audit_export
from billing.admin.shared import csv_response, staff_of
from billing.domain import promo
from billing.enums import RedemptionState
from billing.models import PromoCode, Redemption
from documents.enums import DocumentKind
from tesigo.platform.forms import ModelForm
from tesigo.platform.of_people import OfPeople
from tesigo.platform.read_only import ReadOnly

_TERMS = (
    "percent",
    "starts_at",
    "ends_at",
    "limit_total",
    "limit_per_address",
    "limit_per_ip",
    "price_lists",
    "kinds",
    "note",
)


class TermsForm(ModelForm):
    """What a code takes off, and for whom."""

    kinds = forms.MultipleChoiceField(
        label=_("Kinds of documents"),
        choices=DocumentKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every kind."),
    )


class BatchForm(TermsForm):
    """Many codes with the same terms."""

    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=5000)
    code_prefix = forms.CharField(
        label=_("Prefix"), max_length=16, validators=[RegexValidator(r"\A[A-Z0-9]{2,16}\Z", _("Capitals and digits."))]
    )
    batch = forms.CharField(label=_("Batch"), max_length=60)

    class Meta:
        model = PromoCode
        fields = _TERMS
        widgets: ClassVar = {"price_lists": forms.CheckboxSelectMultiple}
        help_texts: ClassVar = {"price_lists": _("None chosen: every list.")}


class BatchFilter(admin.AllValuesFieldListFilter):
    """By batch, with a word for codes that were made one by one."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """A link without words could not be followed."""
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or _("none")}


@admin.register(PromoCode)
class PromoCodeAdmin(admin.ModelAdmin):
    """Terms of a code that was used do not change any more; switching it off is always possible."""

    list_display = ("code", "percent", "used", "reserved", "limit_total", "starts_at", "ends_at", "enabled", "batch")
    list_filter = ("enabled", ("batch", BatchFilter), "starts_at", "ends_at")
    form = TermsForm
    search_fields = ("code", "batch", "note")
    fields = ("code", *_TERMS, "enabled", "batch")
    filter_horizontal = ("price_lists",)
    actions = ("switch_off", "export_csv")
    change_list_template = "billing/admin/promo_codes.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromoCode]:
        counted = {
            f"{state}_count": Count("redemptions", filter=Q(redemptions__state=state))
            for state in (RedemptionState.USED, RedemptionState.RESERVED)
        }
        return super().get_queryset(request).annotate(**counted)

    def get_readonly_fields(self, request: HttpRequest, obj: PromoCode | None = None) -> tuple[str, ...]:
        if obj is not None and obj.redemptions.exists():
            return ("code", "percent", "price_lists", "kinds", "batch", "uses")
        return ("uses",)

    def get_fields(self, request: HttpRequest, obj: PromoCode | None = None) -> tuple[str, ...]:
        return (*self.fields, "uses") if obj else self.fields

    def has_delete_permission(self, request: HttpRequest, obj: PromoCode | None = None) -> bool:
        return obj is not None and not obj.redemptions.exists() and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: PromoCode, form: Any, change: bool) -> None:
        promo.save(code=obj, by=staff_of(request))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.batch)
        return [path("batch/", view, name="billing_promocode_batch"), *super().get_urls()]

    def batch(self, request: HttpRequest) -> HttpResponse:
        """Makes many codes at once and hands them out as a list."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BatchForm(request.POST or None)
        if form.is_valid() and self._make(request, form):
            changelist = reverse("admin:billing_promocode_changelist")
            return redirect(f"{changelist}?{urlencode({'batch': form.cleaned_data['batch']})}")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Make many codes"),
            "opts": self.model._meta,
            "form": form,
        }
        return render(request, "billing/admin/batch.html", context)

    def _make(self, request: HttpRequest, form: BatchForm) -> bool:
        values = dict(form.cleaned_data)
        try:
            made = promo.create_batch(
                count=values.pop("count"),
                prefix=values.pop("code_prefix"),
                batch=values.pop("batch"),
                price_lists=list(values.pop("price_lists")),
                by=staff_of(request),
                **values,
            )
        except ValidationError as error:
            form.add_error(None, error)
            return False
        self.message_user(request, _("%d codes were made.") % len(made), messages.SUCCESS)
        return True

    @admin.display(description=_("uses"))
    def uses(self, code: PromoCode) -> SafeString:
        """The way to them: there may be tens of thousands, so they have pages of their own."""
        changelist = reverse("admin:billing_redemption_changelist")
        return format_html('<a href="{}?promo_code__id__exact={}">{}</a>', changelist, code.pk, _("Show its uses"))

    @admin.display(description=_("used"), ordering="used_count")
    def used(self, code: PromoCode) -> int:
        return code.used_count  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=_("reserved"), ordering="reserved_count")
    def reserved(self, code: PromoCode) -> int:
        return code.reserved_count  # type: ignore[attr-defined]  # annotated above

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, chosen: QuerySet[PromoCode]) -> None:
        for code in chosen:
            code.enabled = False
            promo.save(code=code, by=staff_of(request))
        self.message_user(request, _("Switched off."), messages.SUCCESS)

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[PromoCode]) -> HttpResponse:
        """The chosen codes with their use."""
        audit_export(request, "promo codes", chosen.count())
        heads = ("code", "percent", "batch", "used", "reserved", "limit_total", "starts_at", "ends_at", "enabled")
        return csv_response(
            "promo-codes",
            heads,
            (
                (
                    code.code,
                    code.percent,
                    code.batch,
                    self.used(code),
                    self.reserved(code),
                    code.limit_total,
                    code.starts_at.isoformat() if code.starts_at else "",
                    code.ends_at.isoformat() if code.ends_at else "",
                    code.enabled,
                )
                for code in chosen.iterator(chunk_size=500)
            ),
        )


@admin.register(Redemption)
class RedemptionAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Uses of codes."""

    person_path = "user"
    list_display = ("created_at", "promo_code", "person", "payment", "state", "changed_at")
    list_filter = ("state", "created_at")
    list_select_related = ("promo_code", "payment")
    search_fields = ("promo_code__code", "payment__id")
    fields = ("promo_code", "payment", "state", "created_at", "changed_at")
