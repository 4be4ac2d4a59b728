"""Every address of the site, app by app."""

from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from tesigo.platform import health
from tesigo.platform.metrics import page

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("tesigo.api")),
    path("staff/", include("accounts.staff_urls")),
    path("", include("accounts.urls")),
    path("", include("privacy.urls")),
    path("", include("documents.urls")),
    path("", include("billing.urls")),
    path("", include("generation.urls")),
    # Browsers ask for it by themselves where a page names no icon, the admin's for instance.
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("img/mark.svg"))),
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", page.metrics, name="metrics"),
]

if settings.DEBUG_PANEL:
    urlpatterns.insert(0, path("__debug__/", include("debug_toolbar.urls")))

handler400 = "tesigo.errors.bad_request"
handler403 = "tesigo.errors.forbidden"
handler404 = "tesigo.errors.not_found"
handler500 = "tesigo.errors.server_error"
