"""Payments to follow, settle and refund; what went back, and what is disputed."""

from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.domain.staff import acting
from billing.admin.shared import csv_response, money_table, staff_of
from billing.domain import refunds, settlement
from billing.domain.checkout import SETTLE_TASK
from billing.errors import ProviderError
from billing.models import Booking, Dispute, Payment, PaymentEvent, Refund
from privacy.domain import audit
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.forms import Form
from tesigo.platform.locales import in_euros
from tesigo.platform.of_people import OfPeople
from tesigo.platform.read_only import ReadOnly, ReadOnlyInline

_MAY_REFUND: Final = "billing.refund_payment"
_ORDERED: Final = ("document", "purpose", "person", "pages", "rewritings", "price_list", "order", "euros", "back")


class EventInline(ReadOnlyInline):
    """Moves of a payment."""

    model = PaymentEvent
    fields = ("at", "from_state", "to_state", "cause", "actor_id")


class RefundInline(ReadOnlyInline):
    """What went back of a payment."""

    model = Refund
    fields = ("created_at", "amount", "cause", "reason", "state", "failure", "finished_at", "actor_id")


class DisputeInline(ReadOnlyInline):
    """Objections of the payer's bank."""

    model = Dispute
    fields = ("opened_at", "amount", "reason", "state", "closed_at")


class BookingInline(ReadOnlyInline):
    """What the books say of a payment."""

    model = Booking
    fk_name = "payment"
    fields = ("at", "movement", "cents")
    readonly_fields = ("cents",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return super().get_queryset(request).prefetch_related("entries")

    @admin.display(description=_("cents"))
    def cents(self, booking: Booking) -> str:
        return ", ".join(f"{entry.get_account_display()} {entry.cents:+d}" for entry in booking.entries.all())


class RefundForm(Form):
    """How much goes back, and why. ``once`` names the form: sent twice, it gives back once."""

    once = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    amount = forms.DecimalField(
        label=_("Amount in euros"),
        required=False,
        max_digits=8,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text=_("Empty: all that is left."),
    )
    pages = forms.IntegerField(
        label=_("Or in pages"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("What they cost in the order, every discount in it, is computed."),
    )
    reason = forms.CharField(
        label=_("Reason, in words for the student"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": _("Please give a reason; the student will read it.")},
    )

    def clean(self) -> dict[str, Any]:
        """One measure or none, not both."""
        values = super().clean() or {}
        if values.get("amount") is not None and values.get("pages") is not None:
            self.add_error("pages", _("Give euros or pages, not both."))
        return values


def audit_export(request: HttpRequest, what: str, count: int) -> None:
    """Leaves a row in the audit trail: payments left the house in a file."""
    audit.record(action="export.csv", subject=None, by=staff_of(request), details={"what": what, "rows": count})


@admin.register(Payment)
class PaymentAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Follow a payment; ask Stripe about it; give it back."""

    list_display = (
        "created_at",
        "document",
        "purpose",
        "person",
        "euros",
        "back",
        "state",
        "pages",
        "price_list",
        "failure",
    )
    list_filter = ("state", "purpose", "price_list", "created_at", "succeeded_at")
    list_select_related = ("document", "price_list", "user")
    person_path = "user"
    readonly_fields = ("person",)
    search_fields = ("id", "stripe_session_id", "stripe_payment_intent_id", "document__id")
    date_hierarchy = "created_at"
    inlines = (EventInline, RefundInline, DisputeInline, BookingInline)
    actions = ("settle_now", "refund", "export_csv")
    fieldsets = (
        (None, {"fields": _ORDERED}),
        (_("State"), {"fields": ("state", "failure", "consented_at", "created_at", "expires_at", "succeeded_at")}),
        (_("At Stripe"), {"fields": ("stripe_session_id", "stripe_payment_intent_id", "checked_at")}),
    )

    def has_money_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_payment")

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(_MAY_REFUND)

    @admin.display(description=_("amount"), ordering="amount")
    def euros(self, payment: Payment) -> str:
        return in_euros(payment.amount)

    @admin.display(description=_("given back"), ordering="refunded_amount")
    def back(self, payment: Payment) -> str:
        return in_euros(payment.refunded_amount) if payment.refunded_amount else "–"

    @admin.display(description=_("order"))
    def order(self, payment: Payment) -> SafeString:
        """The lines as shown and charged."""
        return money_table([(line["label"], line["amount"]) for line in payment.lines])

    @admin.action(description=_("Ask Stripe how it stands"), permissions=["money"])
    def settle_now(self, request: HttpRequest, chosen: QuerySet[Payment]) -> None:
        for payment in chosen:
            try:
                settled = settlement.settle(payment_id=payment.pk, cause="staff", by=staff_of(request), again=True)
            except ProviderError as error:
                # Of many at once the last ones find no patience left in this request.
                enqueue_on_commit(SETTLE_TASK, str(payment.pk))
                words = _("Stripe could not be asked: %s It is asked again in the background.") % error
                self.message_user(request, words, messages.ERROR)
            else:
                self.message_user(request, f"{settled.pk}: {settled.get_state_display()}", messages.SUCCESS)

    @admin.action(description=_("Refund, in full or in part"), permissions=["refund"])
    def refund(self, request: HttpRequest, chosen: QuerySet[Payment]) -> HttpResponse | None:
        """Asks for amount and reason on a page of its own, then gives that much back of each."""
        form = RefundForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": _("Refund"),
                "opts": self.model._meta,
                "payments": chosen.select_related("document"),
                "form": form,
            }
            return render(request, "billing/admin/refund.html", context)
        given = form.cleaned_data
        for payment in chosen:
            cause = f"staff-{given['once']}"
            amount = given["amount"]
            if given["pages"] is not None:
                if given["pages"] > payment.pages:
                    words = _("%(payment)s: only %(pages)d pages were ordered; nothing goes back.")
                    values = {"payment": payment.pk, "pages": payment.pages}
                    self.message_user(request, words % values, messages.ERROR)
                    continue
                amount = refunds.cost_of_pages(total=payment.amount, ordered=payment.pages, pages=given["pages"])
            self._refund_one(request, payment, amount=amount, reason=given["reason"], cause=cause)
        return None

    def _refund_one(
        self, request: HttpRequest, payment: Payment, *, amount: Decimal | None, reason: str, cause: str
    ) -> None:
        by = staff_of(request)
        try:
            with acting(by=by, right=_MAY_REFUND):
                refund = refunds.open_refund(payment_id=payment.pk, cause=cause, reason=reason, amount=amount, by=by)
        except ValueError:
            left = payment.amount - payment.refunded_amount
            text = _("%(payment)s: %(amount)s is more than the %(left)s that are left; nothing goes back.")
            values = {"payment": payment.pk, "amount": in_euros(amount or 0), "left": in_euros(left)}
            self.message_user(request, text % values, messages.ERROR)
            return
        if refund:
            self.message_user(request, _("%s goes back.") % in_euros(refund.amount), messages.SUCCESS)
        else:
            self.message_user(request, _("%s holds no money that could go back.") % payment.pk, messages.WARNING)

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Payment]) -> HttpResponse:
        """The chosen payments, one line each, without what they tell about the person."""
        audit_export(request, "payments", chosen.count())
        rows = chosen.select_related("price_list").order_by("created_at").iterator(chunk_size=500)
        heads = (
            "payment",
            "document",
            "user",
            "created_at",
            "succeeded_at",
            "state",
            "pages",
            "price_list",
            "variant",
            "amount",
            "refunded",
            "currency",
            "stripe_session",
            "stripe_payment_intent",
            "purpose",
        )
        return csv_response(
            "payments",
            heads,
            (
                (
                    payment.pk,
                    payment.document_id,
                    payment.user_id,
                    payment.created_at.isoformat(),
                    payment.succeeded_at.isoformat() if payment.succeeded_at else "",
                    payment.state,
                    payment.pages,
                    payment.price_list.version,
                    payment.variant,
                    payment.amount,
                    payment.refunded_amount,
                    payment.currency,
                    payment.stripe_session_id,
                    payment.stripe_payment_intent_id,
                    payment.purpose,
                )
                for payment in rows
            ),
        )


@admin.register(Refund)
class RefundAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Follow money that goes back."""

    person_path = "payment__user"
    list_display = ("created_at", "person", "euros", "cause", "reason", "state", "failure", "finished_at", "payment")
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
        "due_at",
        "tries",
        "error",
        "traceback",
    )

    @admin.display(description=_("amount"), ordering="amount")
    def euros(self, refund: Refund) -> str:
        return in_euros(refund.amount)


@admin.register(Dispute)
class DisputeAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Objections of payers' banks. Evidence is handed in at Stripe."""

    person_path = "payment__user"
    list_display = ("opened_at", "person", "euros", "reason", "state", "closed_at", "payment")
    list_filter = ("state", "opened_at")
    list_select_related = ("payment",)
    search_fields = ("stripe_dispute_id", "payment__id")
    fields = ("payment", "amount", "reason", "state", "is_withdrawn", "stripe_dispute_id", "opened_at", "closed_at")

    @admin.display(description=_("amount"), ordering="amount")
    def euros(self, dispute: Dispute) -> str:
        return in_euros(dispute.amount)
