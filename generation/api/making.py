"""API: start an outline or a whole work."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from accounts.errors import QuotaReached
from documents.domain import outline, uploads
from documents.domain.queries import owned_document
from documents.errors import NotEditable, Refused
from generation.ai import chains
from generation.engine import admission, whole_orders
from generation.enums import JobKind
from generation.errors import ModelNotOffered
from generation.flags import WHOLE_ORDERS
from generation.models import AIModel
from generation.progress import job_status
from generation.progress.job_status import Status
from generation.serializers import BegunSerializer, WholeOrderSerializer, WishSerializer
from tesigo.platform import come_back
from tesigo.platform.api.idempotency import once_per_key
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet


class MakingViewSet(ApiViewSet):
    """What costs a model's time."""

    required_scopes = {
        "outline": (ApiScope.DOCUMENTS_WRITE,),
        "whole": (ApiScope.DOCUMENTS_WRITE, ApiScope.ORDERS_WRITE),
    }
    refuses_with = {"outline": (404, 409, 422, 429, 503), "whole": (409, 422, 429, 503)}
    serializer_class = BegunSerializer

    @extend_schema(
        summary="Ask for an outline",
        request=WishSerializer,
        responses={202: BegunSerializer},
    )
    @once_per_key
    def outline(self, request: Request) -> Response:
        """Has the first or a new outline made in the background. Asking while one is on its way gives that one."""
        wished = WishSerializer(data=request.data)
        wished.is_valid(raise_exception=True)
        document_id = wished.validated_data["document_id"]
        document = owned_document(document_id=document_id, user=caller_of(request))
        if uploads.are_being_read(document):
            words = _("Your files are still being read. Ask for the outline in a moment.")
            raise Refusal(words, status=409, kind="files-being-read", wait=2)
        try:
            outline.request(document_id=document_id, by=caller_of(request), wish=wished.validated_data["wish"])
        except NotEditable as error:
            words = _("This document has been paid for; its outline can no longer be changed.")
            raise Refusal(words, status=409, kind="not-editable") from error
        except Refused as refused:
            raise come_back.closed_problem(refused.refusal) from refused
        return _begun(request, job_id=_outline_job(document_id), document_id=document_id)

    @extend_schema(
        summary="Order a whole work",
        request=WholeOrderSerializer,
        responses={202: BegunSerializer},
    )
    @once_per_key
    def whole(self, request: Request) -> Response:
        """Describes a work and asks for its outline; the job goes on to the text.

        A program cannot pay: the job waits until its owner has, at ``payment_url``, and writing begins by itself then.
        """
        if not WHOLE_ORDERS.is_on(person=caller_of(request)):
            words = _("Your account cannot order a whole work in one call yet. Ask for an outline instead, then order.")
            raise Refusal(words, status=403, kind="not-open-yet")
        ordered = WholeOrderSerializer(data=request.data, context={"request": request})
        ordered.is_valid(raise_exception=True)
        brief = dict(ordered.validated_data)
        title, wish, name = brief.pop("title"), brief.pop("wish"), brief.pop("model", "")
        model = model_named(name) if name else None
        brief.setdefault("topic", title)
        try:
            order = whole_orders.begin(by=caller_of(request), brief=brief, model=model, wish=wish, now=timezone.now())
        except QuotaReached as error:
            raise Refusal(str(error), status=429, kind="quota-reached", wait=error.retry_after) from error
        except Refused as refused:
            raise come_back.closed_problem(refused.refusal) from refused
        return _begun(request, job_id=order.pk, document_id=order.document_id)


def model_named(name: str) -> AIModel:
    """The offered model of this name. Raises ValidationError, which names those that are offered."""
    try:
        return chains.writer_named(name)
    except ModelNotOffered as error:
        raise ValidationError({"model": [str(error)]}) from error


def _outline_job(document_id: UUID) -> UUID:
    """The job of the outline that was asked for; it is opened by a signal, which may have failed."""
    admission.start_outline(document_id=document_id)
    job = job_status.newest(document_id=document_id, kind=JobKind.OUTLINE)
    if job is None:
        words = _("The outline could not be begun just now. Ask for it again.")
        raise Refusal(words, status=503, kind="not-begun", wait=5)
    return job.pk


def _begun(request: Request, *, job_id: UUID, document_id: UUID) -> Response:
    check = request.build_absolute_uri(reverse("generation-api:job-status", args=[job_id]))
    begun: dict[str, Any] = {
        "job_id": job_id,
        "document_id": document_id,
        "status": Status.QUEUED,
        "check_url": check,
        "payment_url": job_status.payment_page(document_id),
    }
    return Response(BegunSerializer(begun).data, status=202, headers={"Location": check})
