"""Pages about money: the calculator, the price of an order, paying it and coming back."""

import re
from math import ceil
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.domain.signed_in import SignedInRequest
from billing.domain import pricing, queries, settlement
from billing.domain.checkout import open_checkout
from billing.enums import PaymentState
from billing.errors import AlreadyPaid, NoPriceList, NotReady, PriceChanged, ProviderError, Refused
from billing.forms import PagesForm, PayForm
from billing.models import OPEN_STATES, PAID_STATES, Payment
from documents.domain import outline
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.models import Document

#: Seconds after which paying may be tried again when Stripe, or we, could not be asked.
TRY_AGAIN_AFTER = 60
PAGES_AT_FIRST = 12
_SESSION_ID = re.compile(r"[A-Za-z0-9_]{1,200}")


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What the house does and what it costs. Without JavaScript the calculator comes back here."""
    return render(request, "billing/landing.html", _calculated(request))


@require_GET
def quote(request: HttpRequest) -> HttpResponse:
    """The calculator's answer: the lines and the total of ``?pages=``, or a plain word why not."""
    return render(request, "billing/_quote.html", _calculated(request))


@login_required
@require_safe
def price(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The order like a receipt, and the button that pays it."""
    document = owned_document(document_id=document_id, user=request.user)
    if queries.money_in(document):
        return redirect("billing:paid", document.pk)
    if document.state != DocumentState.OUTLINED or not outline.is_complete(document):
        return _elsewhere(document)
    if "left" in request.GET:
        messages.info(request, _("Nothing was charged. You can pay whenever you are ready."))
    return _price_page(request, document)


@login_required
@require_POST
def pay(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Opens the payment and sends its owner to Stripe's page. Whatever stands in the way, nothing is charged."""
    document = owned_document(document_id=document_id, user=request.user)
    form = PayForm(request.POST)
    if not form.is_valid():
        return _price_page(request, document, form=form, status=422)
    try:
        payment = open_checkout(
            document_id=document_id,
            shown_total=form.cleaned_data["total"],
            shown_version=form.cleaned_data["version"],
            by=request.user,
        )
    except PriceChanged as change:
        return _price_page(request, document, changed=change, status=409)
    except AlreadyPaid:
        return redirect("billing:paid", document_id)
    except NotReady:
        document.refresh_from_db()
        return _elsewhere(document)
    except Refused as refused:
        wait = refused.refusal.retry_after
        seconds = ceil(wait.total_seconds()) if wait else TRY_AGAIN_AFTER
        status = 429 if refused.refusal.is_personal else 503
        return _not_now(request, document, refused.refusal.reason, seconds, status=status)
    except (ProviderError, NoPriceList):
        messages.error(
            request, _("The payment provider cannot be reached just now. Nothing was charged. Try again in a minute.")
        )
        return _price_page(request, document, status=503)
    if payment.state == PaymentState.PROCESSING:
        return redirect("billing:paid", document_id)
    return HttpResponseRedirect(payment.checkout_url)


@login_required
@require_safe
def paid(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The way back from Stripe's page: looks how the payment stands and goes where that leads.

    The page shown while money is on its way asks here again through htmx; that only reads what is known.
    """
    document = owned_document(document_id=document_id, user=request.user)
    payment = queries.latest_payment(document=document, session_id=_session_named(request))
    if payment is None:
        return redirect("billing:price", document_id)
    if request.headers.get("HX-Request"):
        return _news(payment)
    asked = True
    try:
        payment = settlement.settle(payment_id=payment.pk, cause="return page")
    except ProviderError:
        asked = False  # the webhook and the sweep will say; the page looks again by itself
    if payment.state in PAID_STATES:
        return redirect("generation:progress", document_id)
    if payment.state in {PaymentState.PROCESSING, PaymentState.HELD} or (not asked and payment.state in OPEN_STATES):
        return render(request, "billing/on_its_way.html", {"document": document, "payment": payment})
    if not (payment.failure and payment.state in OPEN_STATES):  # the price page tells that one itself
        messages.warning(request, _why_not_paid(payment))
    return redirect("billing:price", document_id)


@login_required
@require_GET
def payment_history(request: SignedInRequest) -> HttpResponse:
    """A person's payments: a page of its own, or the list alone for the account page, which fetches it by htmx."""
    template = "billing/_history.html" if request.headers.get("HX-Request") else "billing/history.html"
    return render(request, template, {"payments": queries.payment_history(user=request.user)})


def _calculated(request: HttpRequest) -> dict[str, Any]:
    """The context of the calculator: the asked pages' quote, or why there is none."""
    form = PagesForm(request.GET if "pages" in request.GET else {"pages": PAGES_AT_FIRST})
    context: dict[str, Any] = {"pages": PAGES_AT_FIRST, "quote": None, "price_per_page": None, "error": ""}
    if not form.is_valid():
        return context | {"error": form.errors["pages"][0]}
    pages = form.cleaned_data["pages"]
    try:
        quoted = pricing.quote(pages)
    except NoPriceList:
        return context | {"pages": pages, "error": _("Prices are being changed. Look again in a few minutes.")}
    return context | {"pages": pages, "quote": quoted, "price_per_page": quoted.price_per_page}


def _price_page(
    request: HttpRequest,
    document: Document,
    *,
    form: PayForm | None = None,
    changed: PriceChanged | None = None,
    status: int = 200,
) -> HttpResponse:
    try:
        quoted = changed.quote if changed else pricing.quote(document.pages)
    except NoPriceList:
        return _not_now(request, document, _("Prices are being changed. Nothing was charged."), TRY_AGAIN_AFTER)
    present = {"total": quoted.total, "version": quoted.version}
    if form is None:
        shown = PayForm(initial=present)
    else:
        # Consent as it came in, the price as it is now: what was sent for it is never shown back.
        shown = PayForm({name: form.data.get(name, "") for name in ("terms", "start_now")} | present)
        if "total" in form.errors or "version" in form.errors:
            messages.warning(request, _("The price could not be read. Nothing was charged. Please look at it again."))
    last = queries.latest_payment(document=document)
    context = {"document": document, "quote": quoted, "form": shown, "changed": changed, "last_payment": last}
    return render(request, "billing/price.html", context, status=status)


def _elsewhere(document: Document) -> HttpResponse:
    """Where a document that cannot be paid now goes on."""
    if document.state == DocumentState.DRAFT:
        return redirect("documents:brief", document.pk)
    if document.state in {DocumentState.OUTLINING, DocumentState.OUTLINED}:
        return redirect("documents:outline", document.pk)
    return redirect("generation:progress", document.pk)


def _not_now(request: HttpRequest, document: Document, reason: str, seconds: int, *, status: int = 503) -> HttpResponse:
    minutes = max(1, round(seconds / 60))
    context = {"document": document, "reason": reason, "minutes": minutes, "hours": ceil(seconds / 3600)}
    response = render(request, "billing/not_now.html", context, status=status)
    response["Retry-After"] = str(seconds)
    return response


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
