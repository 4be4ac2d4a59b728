"""What the routes of a document have in common."""

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from accounts.errors import QuotaReached
from accounts.models import User
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.models import Document
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet

READ: Final = (ApiScope.DOCUMENTS_READ,)
WRITE: Final = (ApiScope.DOCUMENTS_WRITE,)


class DocumentRoute(ApiViewSet):
    """Routes below one document of the caller's own; somebody else's does not exist (R-100)."""

    @property
    def caller(self) -> User:
        """Who calls."""
        return caller_of(self.request)

    def document(self, document_id: UUID) -> Document:
        """The caller's document. Raises Http404."""
        return owned_document(document_id=document_id, user=self.caller)

    def finished(self, document_id: UUID) -> Document:
        """The caller's document, once it is written. Raises Http404, and a `Refusal` for one that is not ready."""
        document = self.document(document_id)
        if document.state != DocumentState.READY:
            words = _("The document is not written yet. Its job says how far it is.")
            raise Refusal(words, status=409, kind="not-ready", more={"state": document.state})
        return document


def not_editable() -> Refusal:
    """For what can no longer be changed."""
    words = _("This document has been paid for or its outline is on its way; it cannot be changed now.")
    return Refusal(words, status=409, kind="not-editable")


def over_quota(error: QuotaReached) -> Refusal:
    """A day's or a person's allowance is used up (R-85)."""
    return Refusal(str(error), status=429, kind="quota-reached", wait=error.retry_after)
