"""All that is kept about the caller, to take along, for programs (R-71)."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_account import demand_fresh_proof
from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from privacy.domain import exports
from privacy.errors import ExportRefused
from privacy.models import DataExport
from tesigo.platform import ranges
from tesigo.platform.api.negotiation import Anything
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet
from tesigo.platform.streamed import attachment


class DataExportSerializer(serializers.ModelSerializer[DataExport]):
    """An archive of everything, and how far it is."""

    file_url = serializers.SerializerMethodField(help_text="Where it is fetched; null while it cannot be had.")

    class Meta:
        model = DataExport
        fields: ClassVar[Any] = (
            "id", "state", "progress", "size", "asked_at", "finished_at", "expires_at", "file_url",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields

    def get_file_url(self, export: DataExport) -> str | None:
        """The address of the ZIP."""
        if not exports.can_be_had(export, now=timezone.now()):
            return None
        request: Request = self.context["request"]
        return request.build_absolute_uri(reverse("accounts-api:export-data-file", args=[export.pk]))


class DataExportViewSet(ApiViewSet):
    """The caller's data. Open to who has not agreed to the present terms: who leaves may take it along."""

    is_open_without_consent = True
    required_scopes = {"ask": (ApiScope.ACCOUNT_WRITE,), "retrieve": (ApiScope.ACCOUNT_READ,)}
    refuses_with = {"ask": (409, 429), "retrieve": (404,)}
    serializer_class = DataExportSerializer

    @extend_schema(summary="Ask for all that is kept", request=None, responses={202: DataExportSerializer})
    def ask(self, request: Request) -> Response:
        """Has it put together in the background; a mail tells when it is ready. One under way is returned as it is."""
        caller = caller_of(request)
        try:
            export = exports.ask(user=caller, by=caller, now=timezone.now())
        except ExportRefused as refusal:
            wait = refusal.retry_after
            status, kind = (429, "quota-reached") if wait else (409, "export-refused")
            raise Refusal(str(refusal), status=status, kind=kind, wait=wait) from refusal
        return Response(self._shown(export), status=202)

    @extend_schema(summary="How far the newest is", responses=DataExportSerializer)
    def retrieve(self, request: Request) -> Response:
        """The last one that was asked for; 404 where there is none."""
        export = exports.newest(user=caller_of(request))
        if export is None:
            raise Http404
        return Response(self._shown(export))

    def _shown(self, export: DataExport) -> Any:
        return DataExportSerializer(export, context={"request": self.request}).data


class DataFileViewSet(ApiViewSet):
    """The archive itself."""

    is_open_without_consent = True
    required_scopes = {"download": (ApiScope.ACCOUNT_READ,)}
    refuses_with = {"download": (403, 409)}
    content_negotiation_class = Anything
    serializer_class = DataExportSerializer

    @extend_schema(
        summary="Fetch all that is kept",
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The ZIP.")},
    )
    def download(self, request: Request, data_export_id: UUID) -> HttpResponseBase:
        """The ZIP, until the day that the page says. Takes a sign-in of the last quarter of an hour."""
        caller, now = caller_of(request), timezone.now()
        export = exports.of(user=caller).filter(pk=data_export_id).first()
        if export is None:
            raise Http404
        demand_fresh_proof(request, now=now)
        asked = ranges.asked(request, stored_as=export.stored_as, size=export.size)
        try:
            file = exports.open_file(export=export, asked=asked, by=caller, now=now)
        except FileNotFoundError:
            words = _("This file is not here, or not any more. GET user/export-data says how the newest stands.")
            raise Refusal(words, status=409, kind="not-ready") from None
        return attachment(file, asked=asked, name=exports.file_name(export), content_type="application/zip")
