"""What Stripe told us, and which of its objects are copied for staff."""

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing.admin.shared import stripe_ids
from billing.admin.stripe_objects import OF_A_PAYMENT
from billing.domain import events
from billing.models import Mirror, WebhookEvent
from tesigo.platform import duty
from tesigo.platform.of_people import OfPeople
from tesigo.platform.read_only import ReadOnly


@admin.register(WebhookEvent)
class WebhookEventAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """What Stripe told us, and whether it was worked."""

    list_display = ("received_at", "type", "object_id", "processed_at", "tries", "error")
    list_filter = ("type", "received_at", ("processed_at", admin.EmptyFieldListFilter))
    search_fields = ("event_id", "object_id", "type")
    fields = (
        "event_id",
        "type",
        "object_id",
        "received_at",
        "processed_at",
        "due_at",
        "given_up_at",
        "tries",
        "error",
        "traceback",
        "told",
    )
    actions = ("work_again",)

    def has_money_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_payment")

    def rows_of(self, rows: QuerySet[WebhookEvent], people: list[int], address: str) -> QuerySet[WebhookEvent]:
        """Those about an object of a payment of theirs."""
        ids = stripe_ids(people)
        return rows.filter(Q(object_id__in=ids) | Q(payload__payment_intent__in=ids))

    @admin.display(description=_("what it told"))
    def told(self, event: WebhookEvent) -> SafeString:
        """Ids and states of the event's object."""
        rows = [(name, value) for name, value in sorted(event.payload.items()) if name != "metadata"]
        rows += sorted(event.payload.get("metadata", {}).items())
        body = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", rows)
        return format_html("<table><tbody>{}</tbody></table>", body)

    @admin.action(description=_("Try again those that were given up or put off"), permissions=["money"])
    def work_again(self, request: HttpRequest, chosen: QuerySet[WebhookEvent]) -> None:
        count = sum(duty.try_again(events.EVENTS, event.pk) for event in chosen)
        self.message_user(request, _("%s are tried again now.") % count, messages.SUCCESS)


@admin.register(Mirror)
class MirrorAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Which of Stripe's objects are copied, and when each was last."""

    list_display = ("asked_at", "kind", "object_id", "mirrored_at", "tries", "error")
    list_filter = ("kind", "asked_at")
    search_fields = ("object_id",)
    fields = (
        "kind",
        "object_id",
        "asked",
        "asked_at",
        "mirrored_at",
        "due_at",
        "given_up_at",
        "tries",
        "error",
        "traceback",
    )

    def rows_of(self, rows: QuerySet[Mirror], people: list[int], address: str) -> QuerySet[Mirror]:
        """Those of their payments; what hangs on a payment is known by the copies."""
        ids = stripe_ids(people)
        below = (kind.objects.filter(stripe_data__payment_intent__in=ids).values("id") for kind in OF_A_PAYMENT)
        return rows.filter(Q(object_id__in=ids) | Q(*(("object_id__in", one) for one in below), _connector=Q.OR))
