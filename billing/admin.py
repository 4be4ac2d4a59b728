"""Money for staff: price lists to draft and activate, payments to follow, settle and refund. No raw JSON."""

from decimal import Decimal
from typing import Any, Final, cast

from django.apps import apps
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from billing.domain import events, price_lists, pricing, refunds, settlement
from billing.enums import PriceListState
from billing.errors import PriceListFrozen, ProviderError
from billing.models import Payment, PaymentEvent, PriceList, Refund, WebhookEvent
from tesigo.platform.read_only import ReadOnly, ReadOnlyInline

#: Orders whose totals a price list shows.
SAMPLES: Final = (1, 10, 50, 120, 200)

# dj-stripe's own pages carry inline styles and scripts, which our policy refuses.
for mirrored in apps.get_app_config("djstripe").get_models():
    if admin.site.is_registered(mirrored):
        admin.site.unregister(mirrored)


def staff_of(request: HttpRequest) -> User:
    """Who acts; the admin lets nobody in who is not signed in."""
    return cast(User, request.user)


def money_table(rows: list[tuple[str, Decimal | str]]) -> SafeString:
    """Labels and euros as a small table."""
    body = format_html_join("", "<tr><td>{}</td><td>€{}</td></tr>", rows)
    return format_html("<table><tbody>{}</tbody></table>", body)


@admin.register(PriceList)
class PriceListAdmin(admin.ModelAdmin):
    """Draft, look at the totals, put in force, roll back."""

    list_display = ("version", "price_per_page", "discount_percent", "state", "activated_at", "note")
    list_filter = ("state",)
    search_fields = ("version", "note")
    fields = ("price_per_page", "discount_percent", "note", "version", "state", "activated_at", "created_by", "totals")
    readonly_fields = ("version", "state", "activated_at", "created_by", "totals")
    actions = ("activate", "draft_anew")

    def has_change_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        is_draft = obj is None or obj.state == PriceListState.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return False

    def has_price_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_pricelist")

    def save_model(self, request: HttpRequest, obj: PriceList, form: Any, change: bool) -> None:
        try:
            price_lists.save_draft(draft=obj, by=staff_of(request))
        except PriceListFrozen:
            self.message_user(request, _("This list is no longer a draft; nothing was changed."), messages.ERROR)

    @admin.display(description=_("totals"))
    def totals(self, price_list: PriceList) -> SafeString | str:
        """What sample orders cost by this list."""
        if price_list._state.adding:
            return "–"
        return money_table(
            [
                (ngettext("%d page", "%d pages", pages) % pages, pricing.quote(pages, price_list).total)
                for pages in SAMPLES
            ]
        )

    @admin.action(description=_("Put in force"), permissions=["price"])
    def activate(self, request: HttpRequest, chosen: QuerySet[PriceList]) -> None:
        if chosen.count() != 1:
            self.message_user(request, _("Choose exactly one list."), messages.ERROR)
            return
        active = price_lists.activate(price_list_id=chosen.get().pk, by=staff_of(request))
        self.message_user(request, _("Version %d is in force.") % active.version, messages.SUCCESS)

    @admin.action(description=_("Start a new draft from this list"), permissions=["price"])
    def draft_anew(self, request: HttpRequest, chosen: QuerySet[PriceList]) -> None:
        for price_list in chosen:
            draft = price_lists.draft_from(price_list_id=price_list.pk, by=staff_of(request))
            self.message_user(request, _("Version %d is a draft now.") % draft.version, messages.SUCCESS)


class EventInline(ReadOnlyInline):
    """Moves of a payment."""

    model = PaymentEvent
    fields = ("at", "from_state", "to_state", "cause", "actor_id")


class RefundInline(ReadOnlyInline):
    """What went back of a payment."""

    model = Refund
    fields = ("created_at", "amount", "cause", "reason", "state", "failure", "finished_at", "actor_id")


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):
    """Follow a payment; ask Stripe about it; give it back."""

    list_display = ("created_at", "euros", "pages", "state", "refunded_amount", "document", "price_list", "failure")
    list_filter = ("state", "price_list", "created_at", "succeeded_at")
    list_select_related = ("document", "price_list")
    search_fields = ("id", "stripe_session_id", "stripe_payment_intent_id", "document__id", "user__email")
    date_hierarchy = "created_at"
    inlines = (EventInline, RefundInline)
    actions = ("settle_now", "refund")
    fieldsets = (
        (None, {"fields": ("document", "user", "pages", "price_list", "order", "euros", "refunded_amount")}),
        (_("State"), {"fields": ("state", "failure", "consented_at", "created_at", "expires_at", "succeeded_at")}),
        (_("At Stripe"), {"fields": ("stripe_session_id", "stripe_payment_intent_id", "checked_at")}),
    )

    def has_money_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_payment")

    @admin.display(description=_("amount"), ordering="amount")
    def euros(self, payment: Payment) -> str:
        return f"€{payment.amount}"

    @admin.display(description=_("order"))
    def order(self, payment: Payment) -> SafeString:
        """The lines as shown and charged."""
        return money_table([(line["label"], line["amount"]) for line in payment.lines])

    @admin.action(description=_("Ask Stripe how it stands"), permissions=["money"])
    def settle_now(self, request: HttpRequest, chosen: QuerySet[Payment]) -> None:
        for payment in chosen:
            try:
                settled = settlement.settle(payment_id=payment.pk, cause="staff", by=staff_of(request))
            except ProviderError as error:
                self.message_user(request, _("Stripe could not be asked: %s") % error, messages.ERROR)
            else:
                self.message_user(request, f"{settled.pk}: {settled.get_state_display()}", messages.SUCCESS)

    @admin.action(description=_("Refund in full"), permissions=["money"])
    def refund(self, request: HttpRequest, chosen: QuerySet[Payment]) -> HttpResponse | None:
        """Asks for the reason on a page of its own, then gives all that is left back."""
        reason = request.POST.get("reason", "").strip()
        if not reason:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Refund in full"),
                "opts": self.model._meta,
                "payments": chosen.select_related("document"),
                "asked": "reason" in request.POST,
            }
            return render(request, "billing/admin/refund.html", context)
        for payment in chosen:
            refund = refunds.open_refund(
                payment_id=payment.pk, cause=f"staff-{payment.refunds.count() + 1}", reason=reason, by=staff_of(request)
            )
            if refund:
                self.message_user(request, _("€%s goes back.") % refund.amount, messages.SUCCESS)
            else:
                self.message_user(request, _("%s holds no money that could go back.") % payment.pk, messages.WARNING)
        return None


@admin.register(Refund)
class RefundAdmin(ReadOnly, admin.ModelAdmin):
    """Follow money that goes back."""

    list_display = ("created_at", "amount", "cause", "reason", "state", "failure", "finished_at", "payment")
    list_filter = ("state", "created_at")
    list_select_related = ("payment",)
    search_fields = ("id", "stripe_refund_id", "payment__id", "cause")
    fields = (
        "payment",
        "amount",
        "cause",
        "reason",
        "state",
        "failure",
        "stripe_refund_id",
        "created_at",
        "finished_at",
    )


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnly, admin.ModelAdmin):
    """What Stripe told us, and whether it was worked."""

    list_display = ("received_at", "type", "object_id", "processed_at", "tries", "error")
    list_filter = ("type", "received_at", ("processed_at", admin.EmptyFieldListFilter))
    search_fields = ("event_id", "object_id", "type")
    fields = ("event_id", "type", "object_id", "received_at", "processed_at", "tries", "error", "told")
    actions = ("work_again",)

    def has_money_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_payment")

    @admin.display(description=_("what it told"))
    def told(self, event: WebhookEvent) -> SafeString:
        """Ids and states of the event's object."""
        rows = [(name, value) for name, value in sorted(event.payload.items()) if name != "metadata"]
        rows += sorted(event.payload.get("metadata", {}).items())
        body = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", rows)
        return format_html("<table><tbody>{}</tbody></table>", body)

    @admin.action(description=_("Work those that still wait"), permissions=["money"])
    def work_again(self, request: HttpRequest, chosen: QuerySet[WebhookEvent]) -> None:
        for event in chosen:
            events.work(event_id=event.pk)
        self.message_user(request, _("Done."), messages.SUCCESS)
