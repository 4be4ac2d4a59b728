"""The site of the staff. Its sign-in and its index are ours; the rest is Django's."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.domain import staff
from accounts.views import staff as staff_door
from tesigo import today, waiting
from tesigo.platform.forms import CleanText


class StaffSignInForm(CleanText, AdminAuthenticationForm):
    """Name and password; the password stays as it was typed."""

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


class AdminSite(admin.AdminSite):
    login_form = StaffSignInForm
    site_header = "TesiGo"
    site_title = "TesiGo"
    index_title = _("Today")
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Only past the second factor, and with a password of one's own (R-55)."""
        return super().has_permission(request) and staff_door.may_enter(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
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
        request.current_app = self.name  # type: ignore[attr-defined]  # as Django's own does
        door = PasswordDoor.as_view(
            authentication_form=self.login_form, template_name="admin/login.html", extra_context=context
        )
        return never_cache(door)(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Our own page does it."""
        return redirect("staff_password")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """With the page of work that waits, before Django's own, which catch all."""
        of_kind, again = self.admin_view(waiting.waiting_page), self.admin_view(waiting.try_again)
        return [
            path("waiting/", of_kind, name="waiting"),
            path("waiting/<slug:name>/", of_kind, name="waiting_kind"),
            path("waiting/<slug:name>/<str:pk>/again/", again, name="waiting_try_again"),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """With today at a glance; every other page is spared its queries."""
        now = timezone.now()
        figures = today.figures(user=request.user, now=now)
        seen = {"now": now, "figures": figures, "troubles": today.troubles(user=request.user)}
        return super().index(request, seen | (extra_context or {}))
