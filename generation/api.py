"""The progress of a document for programs, and for pages that cannot hold a WebSocket."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from documents.domain.queries import owned_document
from generation.domain import progress
from tesigo.platform.api.views import ApiView


class ProgressView(ApiView):
    """GET: the snapshot that the WebSocket sends. 404 for a document that is not the caller's."""

    required_scopes = {"GET": (ApiScope.DOCUMENTS_READ,)}

    def get(self, request: Request, document_id: UUID) -> Response:
        """The present state."""
        assert request.user.is_authenticated  # the default permission lets nobody else in
        document = owned_document(document_id=document_id, user=request.user)
        return Response(progress.snapshot(document.pk))
