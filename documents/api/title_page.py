"""The title page of a document, before and after it is paid for."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import QuotaReached
from documents.api.shared import READ, WRITE, DocumentRoute, over_quota
from documents.domain import printing, title_pages
from documents.models import Document
from documents.serializers.title_page import TitlePageSerializer
from tesigo.platform.api.etags import expecting, tagged


def shown(document: Document) -> Any:
    """The title page as it is sent."""
    return TitlePageSerializer(title_pages.values(document)).data


class TitlePageViewSet(DocumentRoute):
    """The title page of a document."""

    required_scopes = {"retrieve": READ, "replace": WRITE}
    refuses_with = {"replace": (412, 428, 429)}
    serializer_class = TitlePageSerializer

    @extend_schema(summary="The title page", responses=TitlePageSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """What is printed beside the text; empty where nothing was said."""
        return tagged(request, shown(self.document(document_id)))

    @extend_schema(summary="Replace the title page", request=TitlePageSerializer, responses=TitlePageSerializer)
    def replace(self, request: Request, document_id: UUID) -> Response:
        """Takes this title page, at any time; the files of a finished document are made anew in the background."""
        document = self.document(document_id)
        said = TitlePageSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        if flaws := title_pages.flaws(said.validated_data, language=document.language):
            raise ValidationError({name: [words] for name, words in flaws.items()})
        try:
            printing.change_title_page(
                document_id=document_id, by=self.caller, expects=expecting(request, shown), **said.validated_data
            )
        except QuotaReached as error:
            raise over_quota(error) from error
        return tagged(request, shown(self.document(document_id)))
