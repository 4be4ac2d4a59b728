"""What the routes of a document have in common."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from accounts.errors import QuotaReached
from accounts.models import User
from documents.domain import uploads
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.errors import NotEditable, UploadInUse
from documents.models import Document, Upload
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


def take_back(*, upload_id: UUID, by: User, expects: Callable[[Upload], None] | None = None) -> None:
    """Takes a file of the caller's back. Raises Http404, and a `Refusal` where it has to stay.

    ``expects`` as for `uploads.delete`.
    """
    try:
        uploads.delete(upload_id=upload_id, by=by, expects=expects)
    except NotEditable as error:
        raise not_editable() from error
    except UploadInUse as error:
        words = _("Citations rest on this file, so it has to stay.")
        raise Refusal(words, status=409, kind="file-in-use") from error
    except ObjectDoesNotExist as error:  # taken back by another request meanwhile
        raise Http404 from error


def not_editable() -> Refusal:
    """For what can no longer be changed."""
    words = _("This document has been paid for or its outline is on its way; it cannot be changed now.")
    return Refusal(words, status=409, kind="not-editable")


def over_quota(error: QuotaReached) -> Refusal:
    """A day's or a person's allowance is used up (R-85)."""
    return Refusal(str(error), status=429, kind="quota-reached", wait=error.retry_after)
