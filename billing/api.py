"""What an order costs, for programs: the lines that the price page shows (R-13)."""

from typing import cast
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.signed_in import SignedInRequest
from billing.domain import orders, promo
from billing.errors import NoPriceList
from billing.views.ordering import TRY_AGAIN_AFTER, buyer_of
from documents.domain.queries import owned_document


class PriceView(APIView):
    """GET: lines and total of a document of one's own, with ``?code=`` taken off. Amounts in euros, as text."""

    def get(self, request: Request, document_id: UUID) -> Response:
        """The present price; 503 while there is none."""
        assert request.user.is_authenticated  # the default permission lets nobody else in
        document = owned_document(document_id=document_id, user=request.user)
        code = promo.normalised(request.query_params.get("code", ""))
        try:
            order = orders.show(document=document, buyer=buyer_of(cast(SignedInRequest, request._request)), code=code)
        except NoPriceList:
            seconds = str(int(TRY_AGAIN_AFTER.total_seconds()))
            return Response({"detail": "Prices are being changed."}, status=503, headers={"Retry-After": seconds})
        quoted = order.quote
        return Response(
            {
                "pages": quoted.pages,
                "version": quoted.version,
                "currency": "EUR",
                "lines": quoted.as_json(),
                "total": str(quoted.total),
                "code": quoted.code,
                "code_problem": order.code_problem,
            }
        )
