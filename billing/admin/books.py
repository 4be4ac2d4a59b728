"""The books, receipts and nightly comparisons: to read and to take along, never to change."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing.admin.payments import audit_export
from billing.admin.shared import csv_response
from billing.domain.reconciliation import reconcile
from billing.errors import ProviderError
from billing.models import Booking, CreditNote, Entry, Receipt, Reconciliation
from tesigo.platform.locales import in_euros
from tesigo.platform.of_people import OfPeople
from tesigo.platform.read_only import ReadOnly, ReadOnlyInline


class EntryInline(ReadOnlyInline):
    """Both sides of a booking."""

    model = Entry
    fields = ("account", "cents")


@admin.register(Booking)
class BookingAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Every movement of money, once (R-14)."""

    person_path = "payment__user"
    list_display = ("at", "person", "movement", "cents", "payment", "refund", "dispute")
    list_filter = ("movement", "at")
    list_select_related = ("payment", "refund", "dispute")
    search_fields = ("key", "payment__id")
    date_hierarchy = "at"
    inlines = (EntryInline,)
    fields = ("at", "movement", "key", "payment", "refund", "dispute")
    actions = ("export_csv",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return super().get_queryset(request).prefetch_related("entries")

    @admin.display(description=_("cents"))
    def cents(self, booking: Booking) -> int:
        return sum(entry.cents for entry in booking.entries.all() if entry.cents > 0)

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Booking]) -> HttpResponse:
        """One line for each entry of the chosen bookings."""
        audit_export(request, "bookings", chosen.count())
        entries = Entry.objects.filter(booking__in=chosen).select_related("booking").order_by("booking_id", "id")
        return csv_response(
            "bookings",
            ("at", "booking", "movement", "payment", "account", "cents"),
            (
                (
                    entry.booking.at.isoformat(),
                    entry.booking.key,
                    entry.booking.movement,
                    entry.booking.payment_id,
                    entry.account,
                    entry.cents,
                )
                for entry in entries.iterator(chunk_size=500)
            ),
        )


@admin.register(Receipt)
class ReceiptAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Receipts, numbered without gaps, with what went back of each (R-68)."""

    person_path = "payment__user"
    list_display = ("__str__", "issued_at", "person", "amount", "payment")
    list_filter = ("year",)
    list_select_related = ("payment",)
    search_fields = ("number", "payment__id")
    date_hierarchy = "issued_at"
    fields = ("year", "number", "payment", "issued_at", "seller")
    actions = ("export_csv",)

    @admin.display(description=_("amount"))
    def amount(self, receipt: Receipt) -> str:
        return in_euros(receipt.payment.amount)

    @admin.action(description=_("Export as CSV, with their credit notes"), permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Receipt]) -> HttpResponse:
        """One line for each chosen receipt and each credit note of it, without what they tell about the person."""
        audit_export(request, "receipts", chosen.count())
        rows = chosen.select_related("payment").prefetch_related("credit_notes").order_by("year", "number")
        heads = ("kind", "number", "issued_at", "receipt", "payment", "amount", "currency")
        return csv_response("receipts", heads, _lines_of(rows))


def _lines_of(rows: QuerySet[Receipt]) -> Iterator[tuple[object, ...]]:
    for receipt in rows.iterator(chunk_size=500):
        about = (str(receipt), receipt.payment_id)
        currency = receipt.payment.currency
        yield ("receipt", str(receipt), receipt.issued_at.isoformat(), *about, receipt.payment.amount, currency)
        for note in sorted(receipt.credit_notes.all(), key=lambda note: (note.year, note.number)):
            yield ("credit note", str(note), note.issued_at.isoformat(), *about, -note.amount, currency)


@admin.register(CreditNote)
class CreditNoteAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """What went back of receipts, in a series of its own (R-68)."""

    person_path = "receipt__payment__user"
    list_display = ("__str__", "issued_at", "person", "euros", "receipt")
    list_filter = ("year",)
    list_select_related = ("receipt",)
    search_fields = ("number", "receipt__number", "receipt__payment__id")
    date_hierarchy = "issued_at"
    fields = ("year", "number", "receipt", "refund", "dispute", "takes_back", "amount", "issued_at", "seller")

    @admin.display(description=_("amount"), ordering="amount")
    def euros(self, note: CreditNote) -> str:
        return in_euros(note.amount)


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnly, admin.ModelAdmin):
    """What the nightly comparison found (R-14)."""

    list_display = ("day", "at", "found", "mended")
    list_filter = ("day",)
    date_hierarchy = "day"
    fields = ("day", "at", "told", "differences_shown", "repaired_shown")
    readonly_fields = ("told", "differences_shown", "repaired_shown")
    actions = ("again",)

    def has_money_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_payment")

    @admin.display(description=_("differences"))
    def found(self, report: Reconciliation) -> int:
        return len(report.differences)

    @admin.display(description=_("repaired"))
    def mended(self, report: Reconciliation) -> int:
        return len(report.repaired)

    @admin.display(description=_("counts"))
    def told(self, report: Reconciliation) -> SafeString:
        rows = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", sorted(report.counts.items()))
        return format_html("<table><tbody>{}</tbody></table>", rows)

    @admin.display(description=_("differences"))
    def differences_shown(self, report: Reconciliation) -> SafeString | str:
        return _listed(report.differences)

    @admin.display(description=_("repaired"))
    def repaired_shown(self, report: Reconciliation) -> SafeString | str:
        return _listed(report.repaired)

    @admin.action(description=_("Compare these days again"), permissions=["money"])
    def again(self, request: HttpRequest, chosen: QuerySet[Reconciliation]) -> None:
        """Compares each of the chosen days once more, at most a week of them."""
        for day in sorted(set(chosen.values_list("day", flat=True)))[:7]:
            self._compare(request, day)

    def _compare(self, request: HttpRequest, day: date) -> None:
        if day > timezone.now().date() + timedelta(days=1):
            return
        try:
            report = reconcile(day=day)
        except ProviderError as error:
            self.message_user(request, _("Stripe could not be asked: %s") % error, messages.ERROR)
            return
        level = messages.WARNING if report.differences else messages.SUCCESS
        text = _("%(day)s: %(count)d differences.") % {"day": day, "count": len(report.differences)}
        self.message_user(request, text, level)


def _listed(lines: list[str]) -> SafeString | str:
    if not lines:
        return "–"
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in lines)))
