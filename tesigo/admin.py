"""The site of the staff. Its sign-in and its index are ours; the rest is Django's."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tesigo import today
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

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """With today at a glance; every other page is spared its queries."""
        now = timezone.now()
        seen = {"now": now, "figures": today.figures(user=request.user, now=now)}
        return super().index(request, seen | (extra_context or {}))
