"""Asking for an outline, reading and editing it."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.shared import READ, WRITE, DocumentRoute, not_editable
from documents.domain import dropped, outline, waiting
from documents.domain.queries import sections_in_order
from documents.enums import DocumentState
from documents.errors import NotEditable, OutlineInvalid
from documents.models import Document
from documents.serializers.outline import DroppedSectionSerializer, OutlineSerializer, outline_shown, proposal
from tesigo.platform.api.etags import expecting, tagged
from tesigo.platform.api.problems import Refusal


def shown(document: Document) -> Any:
    """The outline as it is sent."""
    waits = waiting.told(document.pk) if document.state == DocumentState.OUTLINING else None
    words = str(waits["words"]) if waits else None
    return outline_shown(document, sections_in_order(document), is_complete=outline.is_complete(document), waits=words)


class OutlineViewSet(DocumentRoute):
    """The outline of a document."""

    required_scopes = {"retrieve": READ, "replace": WRITE, "dropped": READ, "bring_back": WRITE}
    refuses_with = {"replace": (409, 412, 428), "bring_back": (409,)}
    serializer_class = OutlineSerializer

    @extend_schema(summary="The outline", responses=OutlineSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """Chapters and sections with their pages; ``is_complete`` says whether it can be ordered as it is."""
        return tagged(request, shown(self.document(document_id)))

    @extend_schema(summary="Replace the outline", request=OutlineSerializer, responses=OutlineSerializer)
    def replace(self, request: Request, document_id: UUID) -> Response:
        """Takes this outline. Pages are shared anew in proportion to those sent, so that they add up to the order.

        There is nothing else to approve: what is paid for is the outline as it stands then.
        """
        document = self.document(document_id)
        wished = OutlineSerializer(data=request.data)
        wished.is_valid(raise_exception=True)
        try:
            outline.edit(
                document_id=document_id,
                proposal=proposal(wished.validated_data, title=document.title),
                by=self.caller,
                expects=expecting(request, shown),
            )
        except OutlineInvalid as error:
            raise Refusal(str(error), status=400, kind="outline-invalid") from error
        except NotEditable as error:
            if document.state == DocumentState.DRAFT:
                words = _("There is no outline yet. Ask for one first.")
                raise Refusal(words, status=409, kind="no-outline") from error
            raise not_editable() from error
        return tagged(request, shown(self.document(document_id)))

    @extend_schema(summary="What was thrown away", responses=DroppedSectionSerializer(many=True), filters=False)
    def dropped(self, request: Request, document_id: UUID) -> Response:
        """Rows that earlier outlines had, the newest first: each can be brought back for 30 days."""
        return Response(DroppedSectionSerializer(dropped.of(self.document(document_id)), many=True).data)

    @extend_schema(summary="Bring a section back", request=None, responses=OutlineSerializer)
    def bring_back(self, request: Request, document_id: UUID, row_id: int) -> Response:
        """Into its chapter, where that is there, else at the end; pages are shared anew."""
        self.document(document_id)
        try:
            if not outline.bring_back(document_id=document_id, row_id=row_id, by=self.caller):
                raise Http404
        except OutlineInvalid as error:
            raise Refusal(str(error), status=400, kind="outline-invalid") from error
        except NotEditable as error:
            raise not_editable() from error
        return tagged(request, shown(self.document(document_id)))
