"""The price of an order, and the button that pays it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.domain.client import client_ip, counted_address
from accounts.domain.signed_in import SignedInRequest
from billing import gates
from billing.domain import addressees, orders, promo, queries
from billing.domain.checkout import Shown, open_checkout
from billing.domain.orders import Buyer
from billing.enums import PaymentState
from billing.errors import AlreadyPaid, NoPriceList, NotReady, PriceChanged, PromoRefused, ProviderError, Refused
from billing.forms import CodeForm, PayForm
from billing.gates import NotNow
from billing.models import OPEN_STATES, Payment
from billing.views.calculator import seen_before
from documents.domain import outline, page_formats
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.models import Document
from tesigo.platform import come_back
from tesigo.platform.crypto import keyed_hashes

#: What is shown back as it was sent; the price never is.
_KEPT: Final = ("terms", "start_now", *addressees.PARTS)
#: After which paying may be tried again when Stripe, or we, could not be asked.
TRY_AGAIN_AFTER: Final = timedelta(minutes=1)


@login_required
@require_safe
def price(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The order like a receipt, with ``?code=`` taken off, and the button that pays it."""
    document = owned_document(document_id=document_id, user=request.user)
    if queries.money_in(document):
        return redirect("billing:paid", document.pk)
    if document.state != DocumentState.OUTLINED or not outline.is_complete(document):
        return _elsewhere(document)
    if refusal := gates.look(document):
        return _closed(request, document, refusal)
    if "left" in request.GET:
        messages.info(request, _("Nothing was charged. You can pay whenever you are ready."))
    asked = request.GET.get("code")
    code = queries.code_held(document=document) if asked is None else promo.normalised(asked)
    return _price_page(request, document, code=code)


@login_required
@require_POST
def pay(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Opens the payment and sends its owner to Stripe's page. Whatever stands in the way, nothing is charged."""
    document = owned_document(document_id=document_id, user=request.user)
    form = PayForm(request.POST)
    code = promo.normalised(request.POST.get("code", ""))
    if not form.is_valid():
        return _price_page(request, document, code=code, form=form, status=422)
    shown = Shown(form.cleaned_data["total"], form.cleaned_data["version"], code)
    addressee = form.addressee
    try:
        buyer = replace(buyer_of(request), addressee=addressee)
        payment = open_checkout(document_id=document_id, shown=shown, buyer=buyer)
    except PriceChanged as change:
        return _price_page(request, document, code=code, changed=change, addressee=addressee, status=409)
    except PromoRefused as refused:
        messages.warning(request, _("Nothing was charged. %(why)s") % {"why": refused})
        return _price_page(request, document, refused=(code, str(refused)), addressee=addressee, status=409)
    except AlreadyPaid:
        return redirect("billing:paid", document_id)
    except NotReady:
        document.refresh_from_db()
        return _elsewhere(document)
    except Refused as refused_now:
        return _closed(request, document, refused_now.refusal)
    except (ProviderError, NoPriceList):
        messages.error(
            request,
            _(
                "The payment provider does not answer just now. Nothing was charged, and your order stays as it is. "
                "Try again in a minute."
            ),
        )
        return come_back.tell(_price_page(request, document, code=code, form=form, status=503), TRY_AGAIN_AFTER)
    if payment.state == PaymentState.PROCESSING:
        return redirect("billing:paid", document_id)
    return HttpResponseRedirect(payment.checkout_url)


def buyer_of(request: SignedInRequest) -> Buyer:
    """Who orders by this request."""
    ip = counted_address(client_ip(request))
    present, *former = [one.hex() for one in keyed_hashes("promo-ip", ip)] if ip else [""]
    return Buyer(user=request.user, ip_hash=present, former_ip_hashes=tuple(former), seen_before=seen_before(request))


def _price_page(
    request: SignedInRequest,
    document: Document,
    *,
    code: str = "",
    refused: tuple[str, str] | None = None,
    form: PayForm | None = None,
    addressee: Mapping[str, str] | None = None,
    changed: PriceChanged | None = None,
    status: int = 200,
) -> HttpResponse:
    try:
        order = orders.show(document=document, buyer=buyer_of(request), code=code)
    except NoPriceList:
        return _closed(request, document, NotNow(_("Prices are being changed. Nothing was charged.")))
    quoted = order.quote
    last = queries.latest_payment(document=document)
    present = {"total": quoted.total, "version": quoted.version, "code": quoted.code}
    if form is None:
        named = addressee or (last.addressee if last else None)
        shown = PayForm(initial=dict(named or {}) | present)
    else:
        # Consent as it came in, the price as it is now: what was sent for it is never shown back.
        shown = PayForm({name: request.POST.get(name, "") for name in _KEPT} | present)
        if "total" in form.errors or "version" in form.errors:
            messages.warning(request, _("The price could not be read. Nothing was charged. Please look at it again."))
    # A code that was refused with the order is shown back with the reason; it is not tried once more.
    typed, problem = refused or (code, order.code_problem)
    code_form = CodeForm({"code": typed}, auto_id="promo-%s")
    if problem:
        code_form.refuse(problem)
    context = {
        "document": document,
        "quote": quoted,
        "form": shown,
        "code_form": code_form,
        "changed": changed,
        "last_failure": failure_of(last),
        "sheets": page_formats.told(document),
    }
    return render(request, "billing/price.html", context, status=status)


def failure_of(last: Payment | None) -> str:
    """Why the last try to pay did not go through; nothing where it did, whatever became of its money."""
    return last.failure if last and last.state in {*OPEN_STATES, PaymentState.FAILED} else ""


def _elsewhere(document: Document) -> HttpResponse:
    """Where a document that cannot be paid now goes on."""
    if document.state == DocumentState.DRAFT:
        return redirect("documents:brief", document.pk)
    if document.state in {DocumentState.OUTLINING, DocumentState.OUTLINED}:
        return redirect("documents:outline", document.pk)
    return redirect("generation:progress", document.pk)


def _closed(request: HttpRequest, document: Document, closed: NotNow) -> HttpResponse:
    return come_back.closed_page(request, closed, template="billing/not_now.html", context={"document": document})
