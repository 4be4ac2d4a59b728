"""API: progress of a job, choice of the writing model, retry after a failure."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from accounts.errors import QuotaReached
from documents.domain import lifecycle
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.errors import IllegalMove, NotEditable
from documents.models import Document
from generation.ai import chains
from generation.api.making import model_named
from generation.engine import calling_off
from generation.errors import WritingBegan
from generation.progress import job_status, snapshots
from generation.serializers import (
    JobStatusSerializer,
    OfferedSerializer,
    ProgressSerializer,
    StateSerializer,
    WriterSerializer,
)
from tesigo.platform.api.etags import expecting, tagged
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet

_READ = (ApiScope.DOCUMENTS_READ,)
_WRITE = (ApiScope.DOCUMENTS_WRITE,)


class JobViewSet(ApiViewSet):
    """Jobs of the caller's own documents."""

    required_scopes = {"status": _READ}
    serializer_class = JobStatusSerializer

    @extend_schema(summary="How far a job is", responses=JobStatusSerializer)
    def status(self, request: Request, job_id: UUID) -> Response:
        """Its status, what it waits for, and the document that it makes. Ask every few seconds, not more often."""
        return tagged(request, JobStatusSerializer(job_status.of(job_id=job_id, user=caller_of(request))).data)


class ProgressViewSet(ApiViewSet):
    """What the progress page shows."""

    required_scopes = {"retrieve": _READ}
    serializer_class = ProgressSerializer

    @extend_schema(summary="Progress in detail", responses=ProgressSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """Stages, sections, place in the queue and time left of a document."""
        document = owned_document(document_id=document_id, user=caller_of(request))
        return Response(snapshots.snapshot(document.pk, document=document))


class AgainViewSet(ApiViewSet):
    """What comes after a failure."""

    required_scopes = {"again": _WRITE}
    refuses_with = {"again": (409,)}
    serializer_class = StateSerializer

    @extend_schema(summary="Try a failed document again", request=None, responses=StateSerializer)
    def again(self, request: Request, document_id: UUID) -> Response:
        """A failed document, whose money went back, returns to its outline, to be changed and ordered anew."""
        owned_document(document_id=document_id, user=caller_of(request))
        try:
            lifecycle.move(
                document_id=document_id, to=DocumentState.OUTLINED, cause="owner tries again", by=caller_of(request)
            )
        except IllegalMove as error:
            words = _("Only a document that has failed can be tried again.")
            raise Refusal(words, status=409, kind="not-failed") from error
        said = {"document_id": document_id, "state": DocumentState.OUTLINED}
        return Response(StateSerializer(said).data)


class StopViewSet(ApiViewSet):
    """An order that is stopped in time."""

    required_scopes = {"stop": _WRITE}
    refuses_with = {"stop": (409, 429)}
    serializer_class = StateSerializer

    @extend_schema(summary="Stop an order", request=None, responses=StateSerializer)
    def stop(self, request: Request, document_id: UUID) -> Response:
        """Before its first section is being written. All the money goes back, and the outline is as before."""
        owned_document(document_id=document_id, user=caller_of(request))
        try:
            calling_off.stop(document_id=document_id, by=caller_of(request))
        except WritingBegan as error:
            words = _("Writing has begun, so the order can no longer be stopped.")
            raise Refusal(words, status=409, kind="writing-began") from error
        except QuotaReached as error:
            raise Refusal(str(error), status=429, kind="quota-reached", wait=error.retry_after) from error
        said = {"document_id": document_id, "state": DocumentState.OUTLINED}
        return Response(StateSerializer(said).data)


class WriterViewSet(ApiViewSet):
    """The model that writes (R-24)."""

    required_scopes = {"retrieve": _READ, "update": _WRITE, "list": _READ}
    refuses_with = {"update": (409, 412, 428)}
    serializer_class = WriterSerializer
    pagination_class = None

    @extend_schema(summary="Models that may be chosen", responses=OfferedSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Those that staff offer for writing, in the order in which they are asked without a choice."""
        return Response(OfferedSerializer(chains.offered_writers(), many=True).data)

    @extend_schema(summary="The model that writes", responses=WriterSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """Which model is asked first for the texts of this document, and which may be chosen."""
        document = owned_document(document_id=document_id, user=caller_of(request))
        return tagged(request, _writer(document))

    @extend_schema(summary="Choose the model that writes", request=WriterSerializer, responses=WriterSerializer)
    def update(self, request: Request, document_id: UUID) -> Response:
        """Chooses one of the offered models, until the document is paid for."""
        document = owned_document(document_id=document_id, user=caller_of(request))
        wished = WriterSerializer(data=request.data)
        wished.is_valid(raise_exception=True)
        name = wished.validated_data["model"]
        model = model_named(name) if name else None
        try:
            chains.choose_writer(
                document_id=document_id,
                model=model,
                by=caller_of(request),
                now=timezone.now(),
                expects=expecting(request, _writer),
            )
        except NotEditable as error:
            words = _("This document has been paid for; another model can no longer be chosen.")
            raise Refusal(words, status=409, kind="not-editable") from error
        return tagged(request, _writer(document))


def _writer(document: Document) -> Any:
    offered = chains.offered_writers()
    chosen = chains.chosen_writer(document.pk)
    first = chains.writer_of(document.pk)
    said = {
        "model": first.name if first else None,
        "is_chosen": first is not None and first.pk == chosen,
        "offered": list(dict.fromkeys(model.name for model in offered)),
    }
    return WriterSerializer(said).data
