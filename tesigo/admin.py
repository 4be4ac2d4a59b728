"""The site of the staff. Its sign-in and its index are ours; the rest is Django's."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class AdminSite(admin.AdminSite):
    site_header = "TesiGo"
    site_title = "TesiGo"
    index_title = _("Today")
    site_url = "/"
    enable_nav_sidebar = False
