"""What an order costs, for programs: the lines that the price page shows (R-13)."""

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.signed_in import SignedInRequest
from accounts.enums import ApiScope
from billing import gates
from billing.domain import orders, promo
from billing.errors import NoPriceList
from billing.views.ordering import TRY_AGAIN_AFTER, buyer_of
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiView


class PriceView(ApiView):
    """GET: lines and total of a document of one's own, with ``?code=`` taken off. Amounts in euros, as text."""

    required_scopes = {"GET": (ApiScope.DOCUMENTS_READ,)}

    def get(self, request: Request, document_id: UUID) -> Response:
        """The present price; 429 where the caller's own allowance is used up, 503 while nothing can be ordered."""
        assert request.user.is_authenticated  # the default permission lets nobody else in
        document = owned_document(document_id=document_id, user=request.user)
        code = promo.normalised(request.query_params.get("code", ""))
        if document.state == DocumentState.OUTLINED and (refusal := gates.look(document)):
            wait = refusal.retry_after or TRY_AGAIN_AFTER
            raise _not_now(refusal.reason, wait, status=429 if refusal.is_personal else 503)
        try:
            order = orders.show(document=document, buyer=buyer_of(cast(SignedInRequest, request._request)), code=code)
        except NoPriceList:
            raise _not_now(_("Prices are being changed."), TRY_AGAIN_AFTER, status=503) from None
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


def _not_now(detail: str, wait: timedelta, *, status: int) -> Refusal:
    return Refusal(detail, status=status, kind="not-now", wait=wait.total_seconds())
