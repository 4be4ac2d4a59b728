"""Stripe's objects as dj-stripe mirrors them: to look at, never to change."""

from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from djstripe import models as mirrored

from billing.admin.shared import stripe_ids
from tesigo.platform.of_people import OfPeople
from tesigo.platform.read_only import ReadOnly

# dj-stripe's own pages carry inline styles and scripts, which our policy refuses.
for model in apps.get_app_config("djstripe").get_models():
    if admin.site.is_registered(model):
        admin.site.unregister(model)

#: Kinds that name the payment they hang on.
OF_A_PAYMENT: Final = (mirrored.Charge, mirrored.Refund, mirrored.Dispute)
#: Of what Stripe tells, the parts that staff need; the rest stays in the row.
_SHOWN: Final = ("id", "object", "status", "payment_status", "amount", "amount_total", "amount_refunded", "currency")
_MORE: Final = ("payment_intent", "charge", "reason", "failure_code", "failure_reason", "disputed", "created")


class MirrorAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """One kind of Stripe's objects."""

    list_display = ("id", "created", "livemode", "djstripe_updated")
    list_filter = ("livemode", "created")
    search_fields = ("id",)
    fields = ("id", "created", "livemode", "djstripe_updated", "told")
    readonly_fields = ("told",)
    ordering = ("-created",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.view_mirror")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whoever may see which objects are copied may see the copies."""
        return request.user.has_perm("billing.view_mirror")

    def rows_of(self, rows: QuerySet[Any], people: list[int], address: str) -> QuerySet[Any]:
        """Those of their payments."""
        ids = stripe_ids(people)
        return rows.filter(Q(id__in=ids) | Q(stripe_data__payment_intent__in=ids))

    @admin.display(description=_("at Stripe"))
    def told(self, row: mirrored.base.StripeModel) -> SafeString:
        """Ids, states and amounts of the object as it was last seen."""
        data = row.stripe_data or {}
        known = ((name, data[name]) for name in (*_SHOWN, *_MORE) if data.get(name) not in (None, "", {}, []))
        body = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", known)
        return format_html("<table><tbody>{}</tbody></table>", body)


for kind in (mirrored.Session, mirrored.PaymentIntent, mirrored.Charge, mirrored.Refund, mirrored.Dispute):
    admin.site.register(kind, MirrorAdmin)
