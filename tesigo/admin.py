"""The site of the staff. Its sign-in and its index are ours; the rest is Django's."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tesigo import today, waiting
from tesigo.platform.forms import CleanText


class StaffSignInForm(CleanText, AdminAuthenticationForm):
    """Name and password; the password stays as it was typed."""


class AdminSite(admin.AdminSite):
    login_form = StaffSignInForm
    site_header = "TesiGo"
    site_title = "TesiGo"
    index_title = _("Today")
    site_url = "/"
    enable_nav_sidebar = False

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
