"""The API as a whole: its description, and the page that shows it (R-58)."""

from django.urls import include, path
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer]), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="api-schema", template_name="api/docs.html", authentication_classes=[SessionAuthentication]
        ),
        name="api-docs",
    ),
    path("", include("accounts.api_urls")),
    path("", include("privacy.api_urls")),
    path("", include("documents.api_urls")),
    path("", include("billing.api_urls")),
    path("", include("generation.api_urls")),
]
