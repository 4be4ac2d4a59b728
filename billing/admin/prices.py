"""Price lists as a control panel: draft, look at the totals, put in force, roll back, compare (R-60)."""

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.domain.staff import acting
from billing.admin.shared import staff_of
from billing.domain import comparison, price_lists, pricing, promo, warnings
from billing.domain.pricing import Offer
from billing.domain.terms import Terms
from billing.enums import PriceListState, Variant
from billing.errors import PriceListFrozen
from billing.models import PriceList, PriceTier, PromoCode
from tesigo.platform.forms import Form, ModelForm

#: The moves that the panel's buttons make.
_ACTIVATE: Final = "activate"
_END_TEST: Final = "end-test"
_DRAFT: Final = "draft"
_MAY_ACTIVATE: Final = "billing.activate_pricelist"


class TierFormSet(BaseInlineFormSet):
    """Tiers of a draft: each cheaper than, or as dear as, the one before it."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        tiers = [PriceTier(from_page=row["from_page"], price_per_page=row["price_per_page"]) for row in kept]
        base = self.instance.price_per_page
        if base is not None:
            price_lists.check_tiers(base, tiers)


#: Tiers as they are typed, for the preview.
_TYPED_TIERS: Final = inlineformset_factory(
    PriceList, PriceTier, form=ModelForm, formset=TierFormSet, fields=("from_page", "price_per_page")
)


class TierInline(admin.TabularInline):
    """Prices from a page on."""

    model = PriceTier
    form = ModelForm
    formset = TierFormSet
    extra = 1

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """With its name for ears: the head of the column is no label."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = capfirst(field.label)
        return field

    def _may(self, request: HttpRequest, obj: PriceList | None) -> bool:
        is_draft = obj is None or obj.state == PriceListState.DRAFT
        return is_draft and request.user.has_perm("billing.change_pricelist")

    def has_add_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return self._may(request, obj)


class ReasonForm(Form):
    """Why something is done; kept with the list."""

    reason = forms.CharField(max_length=300, error_messages={"required": _("Please give a reason.")})


@admin.register(PriceList)
class PriceListAdmin(admin.ModelAdmin):
    """A used list is never edited: changing one means a new draft from it."""

    form = ModelForm
    list_display = ("version", "variant", "price_per_page", "discount_percent", "state", "activated_at", "note")
    list_filter = ("state", "variant")
    search_fields = ("version", "note")
    fieldsets = (
        (None, {"fields": ("price_per_page", "note")}),
        (_("Discount"), {"fields": ("discount_percent", "discount_from", "discount_until")}),
        (_("Comparison of two lists"), {"fields": ("variant", "weight")}),
        (_("State"), {"fields": ("version", "state", "activated_at", "created_by")}),
    )
    readonly_fields = ("version", "state", "activated_at", "created_by")
    inlines = (TierInline,)
    actions = ("draft_anew",)
    change_form_template = "billing/admin/price_list.html"
    change_list_template = "billing/admin/price_lists.html"

    def has_change_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        is_draft = obj is None or obj.state == PriceListState.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return False

    def has_price_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_pricelist")

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(_MAY_ACTIVATE)

    def save_model(self, request: HttpRequest, obj: PriceList, form: Any, change: bool) -> None:
        price_lists.save_draft(draft=obj, by=staff_of(request))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PriceListFrozen:
            # Somebody put it in force while the form was under way; its tiers were not saved either.
            self.message_user(request, _("This list is no longer a draft; nothing was changed."), messages.ERROR)
            return redirect(request.path)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/move/<str:what>/", view(self.move), name="billing_pricelist_move"),
            path("preview/", view(self.preview), name="billing_pricelist_preview"),
            path("comparison/", view(self.comparison), name="billing_pricelist_comparison"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        price_list = PriceList.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        panel = _panel(price_list, request.GET.get("code", "")) if price_list else {}
        may_act = self.has_price_permission(request)
        is_draft = price_list is not None and price_list.state == PriceListState.DRAFT
        more = {
            **(extra_context or {}),
            **panel,
            "may_act": may_act,
            "may_activate": self.has_activate_permission(request),
            "is_live": may_act and is_draft,
        }
        return super().change_view(request, object_id, form_url, more)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {**(extra_context or {}), "is_live": self.has_price_permission(request)}
        return super().add_view(request, form_url, more)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What orders would cost by what is typed in the form, and what is worth a second look. Saves nothing."""
        if not self.has_price_permission(request):
            raise PermissionDenied
        return _preview(request, self)

    def move(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Puts a list in force or ends a comparison, with a reason; or starts a draft from the list."""
        return _moved(self, request, pk, what)

    def comparison(self, request: HttpRequest) -> HttpResponse:
        """Both arms of the running comparison side by side."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Comparison of two price lists"),
            "opts": self.model._meta,
            "found": comparison.of_variants(),
        }
        return render(request, "billing/admin/comparison.html", context)

    @admin.action(description=_("Start a new draft from this list"), permissions=["price"])
    def draft_anew(self, request: HttpRequest, chosen: QuerySet[PriceList]) -> None:
        for price_list in chosen:
            draft = price_lists.draft_from(price_list_id=price_list.pk, by=staff_of(request))
            self.message_user(request, _("Version %d is a draft now.") % draft.version, messages.SUCCESS)


@require_POST
def _post_move(request: HttpRequest, page: PriceListAdmin, pk: int, what: str) -> HttpResponse:
    back = redirect(reverse("admin:billing_pricelist_change", args=[pk]))
    if what != _DRAFT and not page.has_activate_permission(request):
        raise PermissionDenied
    if what == _DRAFT:
        draft = price_lists.draft_from(price_list_id=pk, by=staff_of(request))
        page.message_user(request, _("Version %d is a draft now.") % draft.version, messages.SUCCESS)
        return redirect(reverse("admin:billing_pricelist_change", args=[draft.pk]))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        page.message_user(request, str(form.errors["reason"][0]), messages.ERROR)
        return back
    reason, by = form.cleaned_data["reason"], staff_of(request)
    try:
        if what == _ACTIVATE:
            with acting(by=by, right=_MAY_ACTIVATE):
                moved = price_lists.activate(price_list_id=pk, reason=reason, by=by)
            page.message_user(request, _("Version %d is in force.") % moved.version, messages.SUCCESS)
        else:
            with acting(by=by, right=_MAY_ACTIVATE):
                moved = price_lists.end_test(price_list_id=pk, reason=reason, by=by)
            page.message_user(request, _("The comparison is over; everybody sees A now."), messages.SUCCESS)
    except PriceListFrozen:
        page.message_user(request, _("That cannot be done with this list as it stands."), messages.ERROR)
    except ValidationError as error:
        page.message_user(request, " ".join(error.messages), messages.ERROR)
    return back


def _moved(page: PriceListAdmin, request: HttpRequest, pk: int, what: str) -> HttpResponse:
    if not page.has_price_permission(request):
        raise PermissionDenied
    get_object_or_404(PriceList, pk=pk)
    if what not in {_ACTIVATE, _END_TEST, _DRAFT}:
        return redirect(reverse("admin:billing_pricelist_change", args=[pk]))
    return _post_move(request, page, pk, what)


def _panel(price_list: PriceList, code: str) -> dict[str, Any]:
    """What stands below the form: totals with a code and without, warnings, moves, history."""
    can_end = price_list.state == PriceListState.ACTIVE and price_list.variant != Variant.A
    return {
        **_totals(Terms.of(price_list), code),
        "warnings": warnings.of(price_list),
        "history": price_list.events.all()[:50],
        "can_activate": price_list.state != PriceListState.ACTIVE,
        "is_roll_back": price_list.state == PriceListState.RETIRED,
        "can_end": can_end,
        "reason_form": ReasonForm(),
    }


def _totals(terms: Terms, code: str) -> dict[str, Any]:
    """What orders cost by these terms, with a code and without."""
    offer, code_problem = _offer(code)
    rows = [
        {
            "pages": pages,
            "total": (plain := pricing.quote(pages, terms)).total,
            "per_page": (plain.total / pages).quantize(pricing.CENT),
            "lines": plain.lines,
            "with_code": pricing.quote(pages, terms, offer=offer).total if offer else None,
        }
        for pages in warnings.SAMPLES
    ]
    return {"rows": rows, "offer": offer, "code": code, "code_problem": code_problem}


@require_POST
def _preview(request: HttpRequest, page: PriceListAdmin) -> HttpResponse:
    form = page.get_form(request)(request.POST, instance=PriceList())
    is_valid = form.is_valid()
    # As if all tiers were new: whether they are rows already does not matter for what they cost.
    typed = {name: value for name, value in request.POST.items() if not name.endswith(("-id", "-price_list"))}
    tiers = _TYPED_TIERS(typed | {"tiers-INITIAL_FORMS": "0"}, instance=form.instance)
    if not (tiers.is_valid() and is_valid):
        wrong: list[Any] = [form.errors, *tiers.errors]
        problems = [problem for errors in wrong for found in errors.values() for problem in found]
        context: dict[str, Any] = {"problems": [*problems, *tiers.non_form_errors()]}
        return render(request, "billing/admin/_preview.html", context)
    kept = [row.instance for row in tiers.forms if row.has_changed() and row not in tiers.deleted_forms]
    context = _totals(Terms.of(form.instance, tiers=kept), request.POST.get("code", ""))
    context["warnings"] = warnings.of(form.instance, tiers=kept)
    return render(request, "billing/admin/_preview.html", context)


def _offer(code: str) -> tuple[Offer | None, str]:
    """A promo code for the preview; its limits and window do not matter there."""
    if not code.strip():
        return None, ""
    found = PromoCode.objects.filter(code=promo.normalised(code)).first()
    if found is None:
        return None, str(_("There is no such code."))
    return Offer(found.code, found.percent), ""
