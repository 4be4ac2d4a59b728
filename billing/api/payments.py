"""What a person has paid, and the papers about it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from billing.domain import papers, queries
from billing.models import CreditNote, Payment, Receipt
from billing.serializers import BeingMadeSerializer, PaymentSerializer
from tesigo.platform import rate_limits
from tesigo.platform.api.etags import tagged
from tesigo.platform.api.negotiation import Anything
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet

_READ = (ApiScope.PAYMENTS_READ,)
_PDF = {
    (200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The PDF as it was issued."),
    (202, "application/json"): OpenApiResponse(BeingMadeSerializer, description="It is being set; see Retry-After."),
}
#: Columns of a document that no payment shows.
_UNSEEN = ("document__bibliography_html", "document__assignment_text", "document__search", "document__requirements")


class PaymentViewSet(ApiViewSet):
    """Payments of the caller's own."""

    required_scopes = {"list": _READ, "retrieve": _READ}
    queryset = Payment.objects.none()
    serializer_class = PaymentSerializer

    @extend_schema(
        summary="Payments",
        parameters=[OpenApiParameter("q", str, description="Words of a title, a receipt's number, an amount, a code.")],
        responses=PaymentSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Newest first, without those that never came to anything."""
        words = request.query_params.get("q", "")[:200]
        found = queries.payment_history(user=caller_of(request), words=words).defer(*_UNSEEN)
        page = self.paginate_queryset(found)
        return self.get_paginated_response(PaymentSerializer(page, many=True, context=self._context()).data)

    @extend_schema(summary="A payment", responses=PaymentSerializer)
    def retrieve(self, request: Request, payment_id: UUID) -> Response:
        """How it stands."""
        mine = Payment.objects.filter(user=caller_of(request), pk=payment_id).defer(*_UNSEEN)
        payment = mine.select_related("document", "receipt").prefetch_related("receipt__credit_notes").first()
        if payment is None:
            raise Http404
        return tagged(request, PaymentSerializer(payment, context=self._context()).data)

    def _context(self) -> dict[str, Any]:
        def to(name: str, pk: Any) -> str:
            return self.request.build_absolute_uri(reverse(name, args=[pk]))

        return {"address": to}


class PaperViewSet(ApiViewSet):
    """Receipts and credit notes as PDF (R-68)."""

    required_scopes = {"receipt": _READ, "credit_note": _READ}
    content_negotiation_class = Anything
    serializer_class = BeingMadeSerializer

    @extend_schema(summary="A receipt", responses=_PDF)
    def receipt(self, request: Request, payment_id: UUID) -> HttpResponseBase:
        """The receipt of a payment, as it was issued."""
        return self._sent(Receipt.objects.filter(payment__user=caller_of(request), payment_id=payment_id).first())

    @extend_schema(summary="A credit note", responses=_PDF)
    def credit_note(self, request: Request, note_id: int) -> HttpResponseBase:
        """The note of what went back, as it was issued."""
        return self._sent(CreditNote.objects.filter(receipt__payment__user=caller_of(request), pk=note_id).first())

    def _sent(self, paper: papers.Paper | None) -> HttpResponseBase:
        if paper is None:
            raise Http404
        key = str(caller_of(self.request).pk)
        asked = rate_limits.check("receipt", key, limit=settings.RECEIPTS_PER_HOUR, seconds=3600)
        if not asked.allowed:
            words = _("That were many receipts within an hour.")
            raise Refusal(words, status=429, kind="too-many-receipts", wait=asked.retry_after)
        if (pdf := papers.read(paper=paper)) is None:
            being_made = BeingMadeSerializer({"detail": _("It is being set.")}).data
            return Response(being_made, status=202, headers={"Retry-After": "3"})
        papers.note_taken(paper=paper, by=caller_of(self.request))
        name = f'attachment; filename="{papers.name_of(paper)}"'
        return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name})
