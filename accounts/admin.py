"""People, their mails and their requests to sign in, for staff. Secrets and hashes are shown to nobody."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.domain import mail_addresses, people, resending
from accounts.models import Mail, MailEvent, MailStop, SignInRequest, User
from tesigo.platform.person_link import person_link
from tesigo.platform.read_only import ReadOnly

admin.site.unregister(Group)
# Addresses are kept with the user, in one canonical form; allauth's own table stays empty.
admin.site.unregister(EmailAddress)
# Secrets of the second factor are shown to nobody; a colleague's is reset on the page of staff.
admin.site.unregister(Authenticator)


@admin.register(User)
class UserAdmin(ReadOnly, admin.ModelAdmin):
    """The address identifies the account and is proven by mail: it is never edited here."""

    list_display = (
        "email",
        "whole",
        "name",
        "language",
        "is_premium",
        "is_staff",
        "is_active",
        "created_at",
        "last_login",
    )
    list_filter = ("is_premium", "is_staff", "is_active", "language", "created_at")
    search_fields = ("email", "email_as_typed", "name", "public_id")
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    fields = (
        "public_id",
        "email",
        "email_as_typed",
        "name",
        "language",
        "is_premium",
        "is_staff",
        "is_active",
        "created_at",
        "last_login",
    )
    readonly_fields = tuple(name for name in fields if name != "is_premium")

    @admin.display(description=_("all about them"))
    def whole(self, user: User) -> SafeString | str:
        return person_link(user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.change_user")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        people.set_premium(user=obj, premium=obj.is_premium, by=cast(User, request.user))


@admin.register(Mail)
class MailAdmin(ReadOnly, admin.ModelAdmin):
    """How far each mail got."""

    list_display = ("created_at", "template", "to", "state", "tries", "sent_at", "opened_at", "error")
    list_filter = ("state", "template", "created_at")
    search_fields = ("to", "user__email", "error")
    date_hierarchy = "created_at"
    fields = (
        "template",
        "to",
        "person",
        "language",
        "state",
        "status",
        "tries",
        "error",
        "created_at",
        "due_at",
        "sent_at",
        "delivered_at",
        "opened_at",
    )
    list_select_related = ("user",)
    readonly_fields = ("person",)
    actions = ("send_again",)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.resend_mail")

    @admin.display(description=_("person"))
    def person(self, mail: Mail) -> SafeString | str:
        return person_link(mail.user)

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Mail]) -> None:
        """Each as a mail of its own; what worked once only (a sign-in link) stays as it is."""
        sent = sum(resending.send_again(mail=mail, by=cast(User, request.user)) for mail in chosen)
        self.message_user(request, _("%s go out again.") % sent, messages.SUCCESS if sent else messages.WARNING)


@admin.register(MailStop)
class MailStopAdmin(ReadOnly, admin.ModelAdmin):
    """Addresses that are not written to. They are kept as hashes: search for one by typing it whole."""

    list_display = ("created_at", "reason", "status", "told_by", "user_address")
    list_filter = ("reason", "told_by", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    search_help_text = _("A whole address, also of somebody without an account")
    date_hierarchy = "created_at"
    fields = ("reason", "status", "told_by", "user_address", "created_at")
    readonly_fields = fields
    actions = ("lift",)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_mailstop")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MailStop], search_term: str
    ) -> tuple[QuerySet[MailStop], bool]:
        found, may_double = super().get_search_results(request, queryset, search_term)
        if "@" not in search_term:
            return found, may_double
        return found | queryset.filter(pk__in=mail_addresses.stops_of(address=search_term)), may_double

    @admin.display(description=_("account"))
    def user_address(self, stop: MailStop) -> str:
        return stop.user.email if stop.user else "–"

    @admin.action(description=_("Write to these addresses again"), permissions=["lift"])
    def lift(self, request: HttpRequest, chosen: QuerySet[MailStop]) -> None:
        count = sum(mail_addresses.lift_one(stop_id=row.pk, by=cast(User, request.user)) for row in chosen)
        self.message_user(request, _("%d notes are lifted.") % count, messages.SUCCESS)


@admin.register(MailEvent)
class MailEventAdmin(ReadOnly, admin.ModelAdmin):
    """What mail servers and providers told about mails."""

    list_display = ("received_at", "provider", "kind", "status", "mail_id", "error")
    list_filter = ("provider", "kind", "received_at")
    search_fields = ("mail_id", "event_id")
    date_hierarchy = "received_at"
    fields = ("provider", "kind", "status", "mail_id", "event_id", "happened_at", "received_at", "due_at", "error")


@admin.register(SignInRequest)
class SignInRequestAdmin(ReadOnly, admin.ModelAdmin):
    """Who asked to sign in; neither links nor codes, not even as hashes."""

    list_display = ("created_at", "email", "ip", "known_browser", "outcome", "wrong_codes", "redeemed_at")
    list_filter = ("known_browser", "wrong_codes", "created_at")
    search_fields = ("email", "domain", "ip")
    date_hierarchy = "created_at"
    fields = (
        "email",
        "email_as_typed",
        "ip",
        "known_browser",
        "language",
        "wrong_codes",
        "next_url",
        "created_at",
        "expires_at",
        "redeemed_at",
    )

    @admin.display(description=_("outcome"))
    def outcome(self, request: SignInRequest) -> str:
        return str(request.outcome)
