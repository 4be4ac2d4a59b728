"""What the assignment sheet asks, and where it is met (R-17)."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.shared import READ, WRITE, DocumentRoute
from documents.domain.sheet import lines, meeting
from documents.errors import SheetFull
from documents.models import Document, SheetLine
from documents.serializers.sheet import AskedLineSerializer, SheetSerializer
from tesigo.platform.api.etags import tagged
from tesigo.platform.api.problems import Refusal


def shown(document: Document) -> Any:
    """The list as it is sent."""
    found = meeting.report(document)
    counts = {str(verdict.value): count for verdict, count in found.counts}
    return SheetSerializer({"is_read": found.is_read, "counts": counts, "lines": found.lines}).data


class SheetViewSet(DocumentRoute):
    """The list of what a sheet asks."""

    required_scopes = {"retrieve": READ, "create": WRITE, "correct": WRITE, "destroy": WRITE}
    refuses_with = {"create": (409,)}
    serializer_class = SheetSerializer

    @extend_schema(summary="What the sheet asks", responses=SheetSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """Each requirement with the sheet's words, and what the document as it stands now has of it.

        ``met`` is said only of what was counted; ``found`` means that words of it stand in the text.
        """
        return tagged(request, shown(self.document(document_id)))

    @extend_schema(summary="Add a requirement", request=AskedLineSerializer, responses={200: SheetSerializer})
    def create(self, request: Request, document_id: UUID) -> Response:
        """Reads figures, styles and parts out of the words, a line for each; else it is one question or point."""
        document = self.document(document_id)
        try:
            lines.add(document_id=document_id, asks=_asked(request), by=self.caller)
        except SheetFull as error:
            raise Refusal(_("The list is full. Take a line off it first."), status=409, kind="sheet-full") from error
        return tagged(request, shown(document))

    @extend_schema(summary="Correct a requirement", request=AskedLineSerializer, responses=SheetSerializer)
    def correct(self, request: Request, document_id: UUID, line_id: int) -> Response:
        """Takes these words in place of what was read; the sheet's own stay beside them."""
        document, line = self._line(document_id, line_id)
        lines.change(line=line, asks=_asked(request), by=self.caller)
        return tagged(request, shown(document))

    @extend_schema(summary="Take a requirement off the list", responses={204: None})
    def destroy(self, request: Request, document_id: UUID, line_id: int) -> Response:
        """It is not read out of the sheet again."""
        _document, line = self._line(document_id, line_id)
        lines.remove(line=line, by=self.caller)
        return Response(status=204)

    def _line(self, document_id: UUID, line_id: int) -> tuple[Document, SheetLine]:
        document = self.document(document_id)
        return document, lines.one(document, line_id)


def _asked(request: Request) -> str:
    sent = AskedLineSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return str(sent.validated_data["asks"])
