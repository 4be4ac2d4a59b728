"""What its owner calls a document, and their tags."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.shared import READ, WRITE, DocumentRoute
from documents.domain import labels
from documents.domain.queries import tags
from documents.errors import LabelRefused
from documents.models import Document
from documents.serializers.labels import LabelSerializer, TagCountSerializer
from tesigo.platform.api.etags import tagged
from tesigo.platform.api.problems import Refusal


def shown(document: Document) -> Any:
    """Name and tags as they are sent."""
    words = document.tags.values_list("word", flat=True)
    return LabelSerializer({"name": document.called, "tags": list(words)}).data


class LabelViewSet(DocumentRoute):
    """Name and tags of a document, and all tags of the caller."""

    required_scopes = {"retrieve": READ, "change": WRITE, "list": READ}
    refuses_with = {"change": (409,)}
    serializer_class = LabelSerializer
    queryset = Document.objects.none()

    @extend_schema(summary="Name and tags", responses=LabelSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """What its owner calls the document; an empty name is the title. Nothing of it is printed."""
        return tagged(request, shown(self.document(document_id)))

    @extend_schema(summary="Change name or tags", request=LabelSerializer(partial=True), responses=LabelSerializer)
    def change(self, request: Request, document_id: UUID) -> Response:
        """Takes the name, the tags, or both; tags are taken as a whole."""
        self.document(document_id)
        sent = LabelSerializer(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        try:
            labels.change(document_id=document_id, by=self.caller, name=said.get("name"), tags=said.get("tags"))
        except LabelRefused as error:
            raise Refusal(str(error), status=409, kind="too-many-tags") from error
        return tagged(request, shown(self.document(document_id)))

    @extend_schema(summary="The caller's tags", responses=TagCountSerializer(many=True), filters=False)
    def list(self, request: Request) -> Response:
        """Each with how many documents have it; those that are put or thrown away are not counted."""
        rows = [{"tag": word, "documents": count} for word, count in tags(user=self.caller)]
        return Response(TagCountSerializer(rows, many=True).data)
