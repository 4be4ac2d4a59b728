"""Word templates that a caller brings, and the one that a document's DOCX is made in (R-04)."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.errors import QuotaReached
from documents.api.shared import READ, WRITE, DocumentRoute, over_quota
from documents.domain import printing, word_templates
from documents.errors import TemplateInUse, TemplateInvalid
from documents.models import Document, OwnTemplate
from documents.serializers.word_templates import BroughtTemplateSerializer, ChosenTemplateSerializer, TemplateSerializer
from tesigo.platform.api.etags import expecting, tagged
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet


class WordTemplateListViewSet(ApiViewSet):
    """Word templates of the caller's own."""

    required_scopes = {"list": READ, "create": WRITE, "destroy": WRITE}
    refuses_with = {"create": (413, 415, 422, 429), "destroy": (404, 409)}
    pagination_class = None
    serializer_class = TemplateSerializer
    parser_classes = [MultiPartParser]

    @extend_schema(summary="Word templates", responses=TemplateSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Those that the caller brought."""
        return Response(TemplateSerializer(word_templates.own(by=caller_of(request)), many=True).data)

    @extend_schema(
        summary="Bring a Word template",
        request={"multipart/form-data": BroughtTemplateSerializer},
        responses={201: TemplateSerializer},
    )
    def create(self, request: Request) -> Response:
        """Keeps the styles, page, head and foot of a DOCX or DOTX. The same file twice is one template."""
        sent = BroughtTemplateSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        file = sent.validated_data["file"]
        try:
            template = word_templates.add(data=file.read(), name=file.name or "", by=caller_of(request))
        except TemplateInvalid as refusal:
            raise Refusal(str(refusal), status=422, kind="file-not-usable") from refusal
        except QuotaReached as error:
            raise over_quota(error) from error
        return Response(TemplateSerializer(template).data, status=201)

    @extend_schema(summary="Remove a Word template", request=None, responses={204: None})
    def destroy(self, request: Request, template_id: UUID) -> Response:
        """Removes a template that no document uses. Files that were made in it stay."""
        try:
            word_templates.remove(template_id, by=caller_of(request))
        except OwnTemplate.DoesNotExist:
            raise Refusal(_("You have no Word template of that id."), status=404) from None
        except TemplateInUse as refusal:
            raise Refusal(str(refusal), status=409, kind="template-in-use") from refusal
        return Response(status=204)


class WordTemplateViewSet(DocumentRoute):
    """The Word template of a document."""

    required_scopes = {"retrieve": READ, "replace": WRITE}
    refuses_with = {"replace": (412, 428, 429)}
    serializer_class = ChosenTemplateSerializer

    @extend_schema(summary="The Word template of a document", responses=ChosenTemplateSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """Which one the DOCX is made in, and what it does to the document."""
        return tagged(request, _shown(self.document(document_id)))

    @extend_schema(
        summary="Another Word template", request=ChosenTemplateSerializer, responses=ChosenTemplateSerializer
    )
    def replace(self, request: Request, document_id: UUID) -> Response:
        """Takes one of the caller's, or none; a finished document's files are made anew, at no cost."""
        self.document(document_id)
        wished = ChosenTemplateSerializer(data=request.data, context={"request": request})
        wished.is_valid(raise_exception=True)
        try:
            printing.change_template(
                document_id=document_id,
                template=wished.validated_data["template"],
                by=self.caller,
                expects=expecting(request, _shown),
            )
        except QuotaReached as error:
            raise over_quota(error) from error
        return tagged(request, _shown(self.document(document_id)))


def _shown(document: Document) -> Any:
    return ChosenTemplateSerializer({"template": document.own_template}).data
