"""Addresses of the API that are about signing in and the account."""

from django.urls import path

from accounts import api, api_examples  # noqa: F401  # the examples are given once they are imported
from accounts.api_account import DeviceViewSet, UserViewSet
from accounts.api_address import AddressViewSet
from accounts.api_data import DataExportViewSet, DataFileViewSet
from accounts.api_erasing import ErasureViewSet
from accounts.api_programs import ProgramViewSet, TokenViewSet

app_name = "accounts-api"
urlpatterns = [
    path("auth/magic-link/request", api.MagicLinkRequest.as_view(), name="magic-link-request"),
    path("auth/magic-link/verify", api.MagicLinkVerify.as_view(), name="magic-link-verify"),
    path("auth/token/refresh", api.TokenRefresh.as_view(), name="token-refresh"),
    path("auth/token/revoke", api.TokenRevoke.as_view(), name="token-revoke"),
    path("user", UserViewSet.as_view({"get": "retrieve", "patch": "change"}), name="user"),
    path("user/mail-notice/read", UserViewSet.as_view({"post": "read_notice"}), name="mail-notice"),
    path("user/address", AddressViewSet.as_view({"post": "ask"}), name="address"),
    path("user/address/confirm", AddressViewSet.as_view({"post": "confirm"}), name="address-confirm"),
    path("user/tokens", TokenViewSet.as_view({"get": "list"}), name="tokens"),
    path("user/tokens/<uuid:token_id>", TokenViewSet.as_view({"delete": "destroy"}), name="token"),
    path("user/programs", ProgramViewSet.as_view({"get": "list"}), name="programs"),
    path("user/programs/<uuid:sign_in_id>", ProgramViewSet.as_view({"delete": "destroy"}), name="program"),
    path("user/devices", DeviceViewSet.as_view({"get": "list"}), name="devices"),
    path("user/devices/<int:device_id>", DeviceViewSet.as_view({"delete": "destroy"}), name="device"),
    path("user/export-data", DataExportViewSet.as_view({"post": "ask", "get": "retrieve"}), name="export-data"),
    path(
        "user/export-data/<uuid:data_export_id>/file",
        DataFileViewSet.as_view({"get": "download"}),
        name="export-data-file",
    ),
    path(
        "user/delete-account",
        ErasureViewSet.as_view({"get": "retrieve", "delete": "ask"}),
        name="delete-account",
    ),
    path("user/delete-account/cancel", ErasureViewSet.as_view({"post": "keep"}), name="keep-account"),
    path("user/sign-out-everywhere", DeviceViewSet.as_view({"post": "leave"}), name="sign-out-everywhere"),
]
