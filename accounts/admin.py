"""People, their mails and their requests to sign in, for staff. Secrets and hashes are shown to nobody."""

from typing import Any, Final, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import addresses
from accounts.domain import mail_addresses, people, resending, staff
from accounts.models import Mail, MailEvent, MailStop, SignInRequest, User
from tesigo.platform.of_people import OfPeople, person_link, whose
from tesigo.platform.read_only import ReadOnly

admin.site.unregister(Group)
# Addresses are kept with the user, in one canonical form; allauth's own table stays empty.
admin.site.unregister(EmailAddress)
# Secrets of the second factor are shown to nobody; a colleague's is reset on the page of staff.
admin.site.unregister(Authenticator)

_MAY_RESEND: Final = "accounts.resend_mail"
_MAY_LIFT: Final = "accounts.change_mailstop"


@admin.register(User)
class UserAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """The address identifies the account and is proven by mail: it is never edited here."""

    list_display = (
        "email",
        "person",
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

    @admin.display(description=_("all about them"), ordering="email")
    def person(self, user: User) -> SafeString | str:
        return person_link(user)

    def rows_of(self, rows: QuerySet[User], people: list[int], address: str) -> QuerySet[User]:
        """Themselves."""
        return rows.filter(pk__in=people)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.change_user")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        people.set_premium(user=obj, premium=obj.is_premium, by=cast(User, request.user))


@admin.register(Mail)
class MailAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """How far each mail got."""

    list_display = ("created_at", "template", "to", "person", "state", "tries", "sent_at", "opened_at", "error")
    list_filter = ("state", "template", "created_at")
    search_fields = ("to", "error")
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
    readonly_fields = ("person",)
    actions = ("send_again",)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(_MAY_RESEND)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        return _with_people(super().get_queryset(request))

    def rows_of(self, rows: QuerySet[Mail], people: list[int], address: str) -> QuerySet[Mail]:
        return _mails_of(rows, people, address)

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Mail]) -> None:
        """Each as a mail of its own; what worked once only (a sign-in link) stays as it is."""
        by = cast(User, request.user)
        with staff.acting(by=by, right=_MAY_RESEND):
            sent = sum(resending.send_again(mail=mail, by=by) for mail in chosen)
        self.message_user(request, _("%s go out again.") % sent, messages.SUCCESS if sent else messages.WARNING)


@admin.register(MailStop)
class MailStopAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Addresses that are not written to. They are kept as hashes: search for one by typing it whole."""

    list_display = ("created_at", "reason", "status", "told_by", "person")
    list_filter = ("reason", "told_by", "created_at")
    person_path = "user"
    search_fields = ("status",)
    search_help_text = _("A whole address, also of somebody without an account")
    date_hierarchy = "created_at"
    fields = ("reason", "status", "told_by", "person", "created_at")
    readonly_fields = fields
    actions = ("lift",)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(_MAY_LIFT)

    def rows_of(self, rows: QuerySet[MailStop], people: list[int], address: str) -> QuerySet[MailStop]:
        """Theirs, and that of the address if it was typed whole."""
        return rows.filter(Q(user__in=people) | Q(pk__in=mail_addresses.stops_of(address=address)))

    @admin.action(description=_("Write to these addresses again"), permissions=["lift"])
    def lift(self, request: HttpRequest, chosen: QuerySet[MailStop]) -> None:
        by = cast(User, request.user)
        with staff.acting(by=by, right=_MAY_LIFT):
            count = sum(mail_addresses.lift_one(stop_id=row.pk, by=by) for row in chosen)
        self.message_user(request, _("%d notes are lifted.") % count, messages.SUCCESS)


@admin.register(MailEvent)
class MailEventAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """What mail servers and providers told about mails."""

    list_display = ("received_at", "to", "person", "provider", "kind", "status", "mail_id", "error")
    list_filter = ("provider", "kind", "received_at")
    search_fields = ("mail_id", "event_id")
    date_hierarchy = "received_at"
    fields = ("provider", "kind", "status", "mail_id", "event_id", "happened_at", "received_at", "due_at", "error")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailEvent]:
        """With what the mail says, which is kept for as long: to whom it went, and whose it is."""
        mail = _with_people(Mail.objects.filter(pk=OuterRef("mail_id")))
        told = {name: Subquery(mail.values(name)) for name in ("to", "whose")}
        return super().get_queryset(request).annotate(**told)

    @admin.display(description=_("to"))
    def to(self, event: MailEvent) -> str:
        return event.to or "–"  # type: ignore[attr-defined]  # annotated above

    def rows_of(self, rows: QuerySet[MailEvent], people: list[int], address: str) -> QuerySet[MailEvent]:
        return rows.filter(mail_id__in=_mails_of(Mail.objects.all(), people, address).values("pk"))


@admin.register(SignInRequest)
class SignInRequestAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Who asked to sign in; neither links nor codes, not even as hashes."""

    list_display = ("created_at", "email", "person", "ip", "known_browser", "outcome", "wrong_codes", "redeemed_at")
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignInRequest]:
        """Shows who has the address now; when the mail was asked for, nobody was looked up."""
        return super().get_queryset(request).annotate(whose=whose(User.objects.filter(email=OuterRef("email"))))

    def rows_of(self, rows: QuerySet[SignInRequest], people: list[int], address: str) -> QuerySet[SignInRequest]:
        """For the address, and for those that they have or asked to have."""
        theirs = User.objects.filter(pk__in=people).values("email")
        typed = Q(email__icontains=addresses.canonical(address))
        return rows.filter(typed | Q(email__in=theirs) | Q(new_address_of__in=people))


def _with_people(mails: QuerySet[Mail]) -> QuerySet[Mail]:
    """Shows the person of each mail; a sign-in mail has none when it is sent and is shown with its address's owner."""
    owner = whose(User.objects.filter(pk=OuterRef("user_id")))
    at_address = whose(User.objects.filter(email=OuterRef("signin__email")))
    return mails.annotate(whose=Coalesce(owner, at_address, output_field=JSONField()))


def _mails_of(mails: QuerySet[Mail], people: list[int], address: str) -> QuerySet[Mail]:
    """To them, and to the address."""
    canonical = addresses.canonical(address)
    to = Q(to__icontains=address) | Q(to__icontains=canonical) | Q(signin__email__icontains=canonical)
    theirs = User.objects.filter(pk__in=people).values("email")
    return mails.filter(Q(user__in=people) | Q(signin__email__in=theirs) | to)
