"""Addresses of the API that are about signing in."""

from django.urls import path

from accounts import api

app_name = "accounts-api"
urlpatterns = [
    path("auth/magic-link/request", api.MagicLinkRequest.as_view(), name="magic-link-request"),
    path("auth/magic-link/verify", api.MagicLinkVerify.as_view(), name="magic-link-verify"),
    path("auth/token/refresh", api.TokenRefresh.as_view(), name="token-refresh"),
    path("auth/token/revoke", api.TokenRevoke.as_view(), name="token-revoke"),
]
