"""How a document's files are laid out, before and after it is paid for."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import QuotaReached
from documents.api.shared import READ, WRITE, DocumentRoute, over_quota
from documents.domain import printing
from documents.serializers.page_format import ChosenFormatSerializer, PageFormatSerializer, format_shown, wished
from tesigo.platform.api.etags import expecting, tagged


class PageFormatViewSet(DocumentRoute):
    """The format of a document's files."""

    required_scopes = {"retrieve": READ, "replace": WRITE}
    refuses_with = {"replace": (412, 428, 429)}
    serializer_class = ChosenFormatSerializer

    @extend_schema(summary="The format of the files", responses=ChosenFormatSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """Typeface, size, lines, margins and numbers, with the sheets that the text takes in this and each preset."""
        return tagged(request, format_shown(self.document(document_id)))

    @extend_schema(summary="Another format", request=PageFormatSerializer, responses=ChosenFormatSerializer)
    def replace(self, request: Request, document_id: UUID) -> Response:
        """Takes a preset or values, at any time and at no cost; a finished document's files are made anew (R-11)."""
        self.document(document_id)
        said = PageFormatSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        try:
            printing.change_format(
                document_id=document_id,
                page_format=wished(said.validated_data),
                by=self.caller,
                expects=expecting(request, format_shown),
            )
        except QuotaReached as error:
            raise over_quota(error) from error
        return tagged(request, format_shown(self.document(document_id)))
