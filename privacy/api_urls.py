"""Addresses of the API that are about what people allow."""

from django.urls import path

from privacy import api_examples  # noqa: F401  # they are given once they are imported
from privacy.api import ConsentViewSet

app_name = "privacy-api"
urlpatterns = [
    path("user/consents", ConsentViewSet.as_view({"get": "retrieve", "put": "replace"}), name="consents"),
]
