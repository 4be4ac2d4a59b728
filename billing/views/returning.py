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
    payment = queries.returned_payment(document=document, session_id=session_named(request))
    if payment is None:
        return redirect("billing:price", document_id)
    if request.headers.get("HX-Request"):
        writing, order = (reverse(name, args=[document_id]) for name in ("generation:progress", "billing:price"))
        return news(payment, paid=writing, not_paid=order)
    payment, asked = look(payment)
    if payment.state in PAID_STATES:
        return redirect("generation:progress", document_id)
    if is_on_its_way(payment, asked=asked):
        return render(request, "billing/on_its_way.html", {"document": document, "payment": payment})
    if not (payment.failure and payment.state in OPEN_STATES):  # the price page tells that one itself
        messages.warning(request, why_not_paid(payment))
    return redirect("billing:price", document_id)


def look(payment: Payment) -> tuple[Payment, bool]:
    """The payment as Stripe has it now, and whether Stripe could be asked.

    Where it could not, a worker, the webhook or the sweep will say; the page looks again by itself.
    """
    try:
        return settlement.settle(payment_id=payment.pk, cause="return page"), True
    except ProviderError:
        enqueue_on_commit(SETTLE_TASK, str(payment.pk))
        return payment, False


def is_on_its_way(payment: Payment, *, asked: bool) -> bool:
    """Whether nobody knows yet what comes of it: the bank, staff, or Stripe, if it could not be ``asked``."""
    is_waiting = payment.state in {PaymentState.PROCESSING, PaymentState.HELD}
    return is_waiting or (not asked and payment.state in OPEN_STATES)


def session_named(request: HttpRequest) -> str:
    """The session that Stripe's page names on the way back; nothing where it cannot be one's id."""
    named = request.GET.get("session", "")
    return named if _SESSION_ID.fullmatch(named) else ""


def news(payment: Payment, *, paid: str, not_paid: str) -> HttpResponse:
    """Nothing while the money is still on its way; else the address to go to."""
    response = HttpResponse(status=204)
    if payment.state in PAID_STATES:
        response["HX-Redirect"] = paid
    elif payment.state not in {*OPEN_STATES, PaymentState.HELD}:
        response["HX-Redirect"] = not_paid
    return response


def why_not_paid(payment: Payment) -> str:
    """What became of a payment that was not paid, in words for its owner."""
    if payment.state == PaymentState.REFUNDED:
        return _("That payment was not needed any more. The whole amount goes back the way it came.")
    if payment.state == PaymentState.EXPIRED:
        return _("The payment page has expired. Nothing was charged.")
    if payment.state == PaymentState.FAILED:
        return _("The payment did not go through. Nothing was charged.")
    return _("The payment was not finished. Nothing was charged.")
