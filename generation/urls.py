"""URLs of generation."""

from django.urls import path

from generation import views
from generation.api.jobs import ProgressViewSet

app_name = "generation"

urlpatterns = [
    path("documents/<uuid:document_id>/progress/", views.progress_page, name="progress"),
    path("documents/<uuid:document_id>/progress/fragment/", views.progress_fragment, name="progress-fragment"),
    path("documents/<uuid:document_id>/try-again/", views.try_again, name="try-again"),
    path(
        "api/documents/<uuid:document_id>/progress/", ProgressViewSet.as_view({"get": "retrieve"}), name="progress-api"
    ),
]
