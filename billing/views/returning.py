"""Coming back from Stripe's page."""

import re
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.domain.signed_in import SignedInRequest
from billing.domain import queries, settlement
from billing.domain.checkout import SETTLE_TASK
from billing.enums import PaymentState
from billing.errors import ProviderError
from billing.models import OPEN_STATES, PAID_STATES, Payment
from documents.domain.queries import owned_document
from tesigo.platform.enqueue import enqueue_on_commit

_SESSION_ID: Final = re.compile(r"[A-Za-z0-9_]{1,200}")


@login_required
@require_safe
def paid(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The way back from Stripe's page: looks how the payment stands and goes where that leads.

    The page shown while money is on its way asks here again through htmx; that only reads what is known.
    """
    document = owned_document(document_id=document_id, user=request.user)
    payment = queries.returned_payment(document=document, session_id=_session_named(request))
    if payment is None:
        return redirect("billing:price", document_id)
    if request.headers.get("HX-Request"):
        return _news(payment)
    asked = True
    try:
        payment = settlement.settle(payment_id=payment.pk, cause="return page")
    except ProviderError:
        asked = False  # a worker, the webhook or the sweep will say; the page looks again by itself
        enqueue_on_commit(SETTLE_TASK, str(payment.pk))
    if payment.state in PAID_STATES:
        return redirect("generation:progress", document_id)
    if payment.state in {PaymentState.PROCESSING, PaymentState.HELD} or (not asked and payment.state in OPEN_STATES):
        return render(request, "billing/on_its_way.html", {"document": document, "payment": payment})
    if not (payment.failure and payment.state in OPEN_STATES):  # the price page tells that one itself
        messages.warning(request, _why_not_paid(payment))
    return redirect("billing:price", document_id)


def _session_named(request: HttpRequest) -> str:
    """The session that Stripe's page names on the way back; nothing where it cannot be one's id."""
    named = request.GET.get("session", "")
    return named if _SESSION_ID.fullmatch(named) else ""


def _news(payment: Payment) -> HttpResponse:
    """Nothing while the money is still on its way; else where to go."""
    response = HttpResponse(status=204)
    if payment.state in PAID_STATES:
        response["HX-Redirect"] = reverse("generation:progress", args=[payment.document_id])
    elif payment.state not in {*OPEN_STATES, PaymentState.HELD}:
        response["HX-Redirect"] = reverse("billing:price", args=[payment.document_id])
    return response


def _why_not_paid(payment: Payment) -> str:
    if payment.state == PaymentState.REFUNDED:
        return _("That payment was not needed any more. The whole amount goes back the way it came.")
    if payment.state == PaymentState.EXPIRED:
        return _("The payment page has expired. Nothing was charged.")
    if payment.state == PaymentState.FAILED:
        return _("The payment did not go through. Nothing was charged.")
    return _("The payment was not finished. Nothing was charged.")
