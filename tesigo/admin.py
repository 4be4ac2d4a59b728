"""The site of the staff. Its sign-in and its index are ours; the rest is Django's."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.domain import staff
from accounts.models import User
from accounts.views import staff as staff_door
from tesigo import backups, colleagues, dashboard, person, statistics_page, waiting
from tesigo.audited import audited, looked
from tesigo.platform.forms import CleanText
from tesigo.version import VERSION


class StaffSignInForm(CleanText, AdminAuthenticationForm):
    """Name and password; the password stays as it was typed."""

    error_messages = {  # as Django declares it
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("Address and password do not belong together, or are not of a member of staff."),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        """Only staff; a password that somebody else made opens for some days only."""
        super().confirm_login_allowed(user)
        until = staff.first_password_until(user)
        if until is not None and until <= timezone.now():
            words = _("This first password has ended. Ask a colleague for a new one.")
            raise ValidationError(words, code="first_password_over")


class PasswordDoor(LoginView):
    """The first step of signing in; the second factor comes after it."""

    def form_valid(self, form: Any) -> HttpResponseBase:  # type: ignore[override]  # a redirect of django-allauth's
        """On to the second factor."""
        return staff_door.enter(self.request, user=form.get_user(), next_url=self.get_success_url())


class Choices(AutocompleteJsonView):
    """What is found while one types."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        """A person by address: they were searched for by it, and a number tells nobody who that is."""
        found: dict[str, str] = super().serialize_result(obj, to_field_name)
        return found | {"text": f"{obj.email} ({obj})"} if isinstance(obj, User) else found


class AdminSite(admin.AdminSite):
    login_form = StaffSignInForm
    site_header = "TesiGo"
    site_title = "TesiGo"
    index_title = _("Today")
    site_url = "/"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any) -> None:
        """Every page leaves its trail (R-76)."""
        super().register(model_or_iterable, audited(admin_class or admin.ModelAdmin), **options)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """A search among people is a look at them."""
        response = cast(HttpResponse, Choices.as_view(admin_site=self)(request))
        if response.status_code == 200:
            looked(request, subject=None, what=f"{request.GET.get('model_name', '')[:40]} search", searched=True)
        return response

    def has_permission(self, request: HttpRequest) -> bool:
        """Only past the second factor, and with a password of one's own (R-55)."""
        return super().has_permission(request) and staff_door.may_enter(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The password here, the rest on the pages of the second factor; signed-in staff are led to what is missing."""
        asked_for = request.GET.get(REDIRECT_FIELD_NAME, "")
        if request.method == "GET" and super().has_permission(request):
            return redirect(staff_door.next_step(request, asked_for))
        context = {
            **self.each_context(request),
            "title": _("Sign in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
            context[REDIRECT_FIELD_NAME] = reverse("admin:index", current_app=self.name)
        request.current_app = self.name
        door = PasswordDoor.as_view(
            authentication_form=self.login_form, template_name="admin/login.html", extra_context=context
        )
        return cast(HttpResponse, never_cache(door)(request))

    def password_change(  # type: ignore[override]  # a redirect, no page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Our own page does it."""
        return redirect("staff_password")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """With the pages of people, of staff and of work that waits, before Django's own, which catch all."""
        view = self.admin_view
        of_kind, again = self.admin_view(waiting.waiting_page), self.admin_view(waiting.try_again)
        return [
            path("people/<int:pk>/", view(person.person_page), name="person"),
            path("people/<int:pk>/mails/<uuid:mail_id>/", view(person.send_mail_again), name="person_mail"),
            path("people/<int:pk>/devices/<int:device_id>/", view(person.sign_device_out), name="person_device"),
            path("people/<int:pk>/programs/<uuid:sign_in_id>/", view(person.sign_program_out), name="person_program"),
            path("people/<int:pk>/tokens/<uuid:token_id>/", view(person.revoke_token), name="person_token"),
            path("people/<int:pk>/exports/<uuid:data_export_id>/", view(person.take_export), name="person_export"),
            path("people/<int:pk>/<slug:what>/", view(person.act_on_person), name="person_act"),
            path("staff/", view(colleagues.colleagues_page), name="colleagues"),
            path("staff/<int:pk>/", view(colleagues.colleague_page), name="colleague"),
            path("staff/<int:pk>/<slug:what>/", view(colleagues.act_on_colleague), name="colleague_act"),
            path("statistics/", view(statistics_page.statistics_page), name="statistics"),
            path("statistics/file/", view(statistics_page.statistics_file), name="statistics_file"),
            path("backups/take/", view(backups.take_now), name="backup_take"),
            path("waiting/", of_kind, name="waiting"),
            path("waiting/<slug:name>/", of_kind, name="waiting_kind"),
            path("waiting/<slug:name>/<str:pk>/again/", again, name="waiting_try_again"),
            *super().get_urls(),
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the version, for the foot of each page."""
        return {**super().each_context(request), "site_version": VERSION}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """With today at a glance; every other page is spared its queries."""
        now = timezone.now()
        figures = dashboard.figures(user=request.user, now=now)
        seen = {
            "now": now,
            "has_statistics": statistics_page.may_see(request.user),
            "figures": figures,
            "troubles": dashboard.troubles(user=request.user),
            "conditions": dashboard.conditions(user=request.user),
        }
        return super().index(request, seen | (extra_context or {}))
