"""Files: those that are handed in, and those that are taken away."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import QuotaReached
from documents import downloads
from documents.api.shared import READ, WRITE, DocumentRoute, not_editable, over_quota, take_back
from documents.domain import requesting, uploads
from documents.enums import ExportFormat, ExportState, UploadPurpose, UploadState
from documents.errors import NotEditable, UploadRefused
from documents.models import Document, Export, Upload
from documents.serializers.files import ExportSerializer, HandedInSerializer, UploadSerializer, WantedExportSerializer
from tesigo.platform.api.etags import expecting_if_said, tagged
from tesigo.platform.api.negotiation import Anything
from tesigo.platform.api.parsers import ApiJsonParser
from tesigo.platform.api.problems import Refusal

#: What is typed instead of chosen, by the field it comes in.
_TYPED_NAMES = {"bibtex": "references.bib", "ris": "references.ris"}


class SourceViewSet(DocumentRoute):
    """Files handed in: assignment sheets, and sources to be cited."""

    required_scopes = {"list": READ, "retrieve": READ, "create": WRITE, "destroy": WRITE}
    refuses_with = {"create": (409, 413, 415, 422, 429), "destroy": (409, 412)}
    queryset = Upload.objects.none()
    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser, ApiJsonParser]

    @extend_schema(summary="Files handed in", responses=UploadSerializer(many=True))
    def list(self, request: Request, document_id: UUID) -> Response:
        """Each with where it stands; a rejected one says why in ``verdict``."""
        page = self.paginate_queryset(self.document(document_id).uploads.all())
        return self.get_paginated_response(UploadSerializer(page, many=True).data)

    @extend_schema(
        summary="Hand a file in",
        request={"multipart/form-data": HandedInSerializer, "application/json": HandedInSerializer},
        responses={202: UploadSerializer},
    )
    def create(self, request: Request, document_id: UUID) -> Response:
        """Takes a file (PDF, DOCX, ODT, text), or a list of references: as a file (BibTeX, RIS, EndNote's .enw and XML,
        PubMed's .nbib, Web of Science, CSL JSON), or BibTeX or RIS as text. It is read in the background.

        422 with the reason for one that cannot be used; nothing of it is kept.
        """
        document = self.document(document_id)
        handed_in = HandedInSerializer(data=request.data)
        handed_in.is_valid(raise_exception=True)
        upload = self._receive(document, handed_in.validated_data)
        if upload.state == UploadState.REJECTED:
            uploads.delete(upload_id=upload.pk, by=self.caller)
            raise Refusal(upload.verdict, status=422, kind="file-not-usable")
        return Response(UploadSerializer(upload).data, status=202)

    @extend_schema(summary="One file handed in", responses=UploadSerializer)
    def retrieve(self, request: Request, document_id: UUID, upload_id: UUID) -> Response:
        """Where it stands."""
        return tagged(request, _shown(self._upload(document_id, upload_id)))

    @extend_schema(summary="Take a file back", responses={204: None})
    def destroy(self, request: Request, document_id: UUID, upload_id: UUID) -> Response:
        """The file goes with all that was read from it. If-Match may say which state was seen."""
        self._upload(document_id, upload_id)
        take_back(upload_id=upload_id, by=self.caller, expects=expecting_if_said(request, _shown))
        return Response(status=204)

    def _upload(self, document_id: UUID, upload_id: UUID) -> Upload:
        found = self.document(document_id).uploads.filter(pk=upload_id).first()
        if found is None:
            raise Http404
        return found

    def _receive(self, document: Document, sent: Any) -> Upload:
        file = sent.get("file")
        field = next((name for name in _TYPED_NAMES if name in sent), "")
        name, chunks = (file.name or "", file.chunks()) if file else (_TYPED_NAMES[field], [sent[field].encode()])
        try:
            return uploads.receive(
                document=document, purpose=UploadPurpose(sent["purpose"]), name=name, chunks=chunks, by=self.caller
            )
        except NotEditable as error:
            raise not_editable() from error
        except UploadRefused as refused:
            raise Refusal(str(refused), status=409, kind="file-refused") from refused
        except QuotaReached as error:
            raise over_quota(error) from error


def _shown(upload: Upload) -> Any:
    return UploadSerializer(upload).data


class ExportViewSet(DocumentRoute):
    """Files of a finished document to take away."""

    required_scopes = {"list": READ, "create": WRITE}
    refuses_with = {"list": (409,), "create": (409, 429)}
    queryset = Export.objects.none()
    serializer_class = ExportSerializer

    @extend_schema(summary="Files to take away", responses=ExportSerializer(many=True))
    def list(self, request: Request, document_id: UUID) -> Response:
        """In every citation style, newest first, each with where it is fetched once it is ready."""
        document = self.finished(document_id)
        page = self.paginate_queryset(document.exports.select_related("proof").defer("proof__manifest"))
        return self.get_paginated_response(ExportSerializer(page, many=True, context=self._context(document)).data)

    @extend_schema(summary="Ask for a file", request=WantedExportSerializer, responses={202: ExportSerializer})
    def create(self, request: Request, document_id: UUID) -> Response:
        """Has it made in the background; the same file is there at once where nothing has changed since."""
        document = self.finished(document_id)
        wanted = WantedExportSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        _not_frozen(document)
        try:
            export = requesting.request_export(
                document_id=document_id,
                format=ExportFormat(wanted.validated_data["format"]),
                with_ai_statement=wanted.validated_data["with_ai_statement"],
                with_comments=wanted.validated_data["with_comments"],
                by=self.caller,
            )
        except QuotaReached as error:
            raise over_quota(error) from error
        export.refresh_from_db()
        return Response(ExportSerializer(export, context=self._context(document)).data, status=202)

    def _context(self, document: Document) -> dict[str, Any]:
        def address_of(export: Export) -> str:
            address = reverse("documents-api:export-file", args=[export.document_id, export.pk])
            return self.request.build_absolute_uri(address)

        def manifest_of(export: Export) -> str:
            address = reverse("documents-api:export-manifest", args=[export.document_id, export.pk])
            return self.request.build_absolute_uri(address)

        return {"address_of": address_of, "manifest_of": manifest_of, "document": document}


class FileViewSet(DocumentRoute):
    """A file on its way."""

    required_scopes = {"download": READ, "manifest": READ}
    refuses_with = {"download": (409, 503), "manifest": (409,)}
    content_negotiation_class = Anything
    serializer_class = ExportSerializer

    @extend_schema(
        summary="Fetch a file",
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")},
    )
    def download(self, request: Request, document_id: UUID, export_id: UUID) -> HttpResponseBase:
        """The finished file as it is stored; 409 while it is being made, or made again."""
        document = self.finished(document_id)
        export = document.exports.filter(pk=export_id).first()
        if export is None:
            raise Http404
        _not_frozen(document)
        if export.state == ExportState.READY:
            try:
                return downloads.streamed(request, export=export, document=document, by=self.caller)
            except FileNotFoundError:
                requesting.note_lost(export=export)
                words = _("This file was lost. It is being made again and will be here in a moment.")
                raise Refusal(words, status=409, kind="not-ready", wait=5) from None
        if export.state == ExportState.FAILED:
            raise Refusal(_("This file could not be made. Ask for it again."), status=409, kind="export-failed")
        raise Refusal(_("This file is being made."), status=409, kind="not-ready", wait=2)

    @extend_schema(
        summary="Fetch the manifest of a file",
        responses={(200, "application/json"): OpenApiResponse(OpenApiTypes.OBJECT, description="The manifest.")},
        examples=[OpenApiExample("A manifest", {"format": "tesigo-manifest", "version": 1}, response_only=True)],
    )
    def manifest(self, request: Request, document_id: UUID, export_id: UUID) -> HttpResponseBase:
        """What each of its citations rests on, to be checked with tesigo-verify; 404 for a file without one."""
        document = self.finished(document_id)
        _not_frozen(document)
        return downloads.manifest(export_id=export_id, document=document, by=self.caller)


def _not_frozen(document: Document) -> None:
    if document.frozen_at:
        words = _("The payment of this document is disputed. Nothing can be taken away until that is settled.")
        raise Refusal(words, status=409, kind="frozen")
