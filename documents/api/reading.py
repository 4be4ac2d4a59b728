"""Reading a document: its sections, and each citation with what it rests on."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import QuotaReached
from documents.api.documents import shown
from documents.api.shared import READ, WRITE, DocumentRoute, over_quota
from documents.domain import restyling
from documents.domain.citations import report
from documents.domain.queries import numbered
from documents.enums import DocumentState
from documents.models import Section
from documents.serializers.document import DocumentSerializer
from documents.serializers.text import (
    CitationReportSerializer,
    SectionSerializer,
    StyleSerializer,
)
from tesigo.platform.api.etags import expecting, tagged


class SectionViewSet(DocumentRoute):
    """Sections of a document, in the order of the text."""

    required_scopes = {"list": READ}
    queryset = Section.objects.none()
    serializer_class = SectionSerializer
    ordering = ("position",)

    @extend_schema(summary="Sections in order", responses=SectionSerializer(many=True))
    def list(self, request: Request, document_id: UUID) -> Response:
        """Chapters and sections, depth first; their text once the document is ready."""
        document = self.document(document_id)
        is_ready = document.state == DocumentState.READY
        sections = document.sections.defer("provenance", "covers", "leaves_out")
        page = self.paginate_queryset(sections if is_ready else sections.defer("text", "html"))
        light = numbered(document.sections.only("parent_id", "document_id").order_by("position"))
        context = {"numbers": {section.pk: section.number for section in light}, "is_ready": is_ready}
        return self.get_paginated_response(SectionSerializer(page, many=True, context=context).data)


class CitationViewSet(DocumentRoute):
    """The citations of a finished document."""

    required_scopes = {"retrieve": READ}
    refuses_with = {"retrieve": (409,)}
    serializer_class = CitationReportSerializer

    @extend_schema(summary="The citation report", responses=CitationReportSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """Every citation with its passage, its source, and how it was checked (R-10)."""
        found = report(self.finished(document_id))
        said = {
            "total": found.total,
            "sources": found.sources,
            "removed": found.removed,
            "by_check": {str(check.value): count for check, count in found.by_check},
            "by_origin": {str(origin.value): count for origin, count in found.by_origin},
            "only_own_sources": found.only_own,
            "citations": [card for section in found.sections for card in section.cards],
            "shares": found.shares,
            "sections": [section for section in found.sections if section.originality],
        }
        return Response(CitationReportSerializer(said).data)


class StyleViewSet(DocumentRoute):
    """The citation style of a finished document; before, it is part of the brief."""

    required_scopes = {"update": WRITE}
    refuses_with = {"update": (409, 412, 428, 429)}
    serializer_class = StyleSerializer

    @extend_schema(summary="Another citation style", request=StyleSerializer, responses={202: DocumentSerializer})
    def update(self, request: Request, document_id: UUID) -> Response:
        """Has the citations of a finished document set anew in the background, in every format (R-96).

        If-Match takes the ETag of the document.
        """
        document = self.finished(document_id)
        wished = StyleSerializer(data=request.data, context={"request": request})
        wished.is_valid(raise_exception=True)
        style = wished.validated_data["citation_style"]
        try:
            restyling.request(
                document_id=document.pk, citation_style=style, by=self.caller, expects=expecting(request, shown)
            )
        except QuotaReached as error:
            raise over_quota(error) from error
        return tagged(request, shown(self.document(document_id)), status=202)
