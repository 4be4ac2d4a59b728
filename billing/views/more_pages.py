"""Buying more pages of rewriting for a written document: what they cost, paying, and coming back from it (R-93)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.domain.signed_in import SignedInRequest
from billing.domain import addressees, buying_more, more_pages, queries
from billing.domain.checkout import Shown
from billing.enums import PaymentPurpose, PaymentState
from billing.errors import NoPriceList, NotSold, PriceChanged, ProviderError, Refused
from billing.forms import MorePagesForm, PayMorePagesForm
from billing.models import MOST_MORE_PAGES, OPEN_STATES, PAID_STATES, Payment
from billing.views import returning
from billing.views.ordering import TRY_AGAIN_AFTER, buyer_of, failure_of
from documents.domain.queries import owned_document
from documents.models import Document
from tesigo.platform import come_back

PAGES_AT_FIRST: Final = 5
#: What is shown back as it was sent; the price never is.
_KEPT: Final = ("terms", "start_now", *addressees.PARTS)
#: Where in the session it stands from which document and section somebody came, to lead back there.
_CAME_FROM: Final = "more-pages-for"


@login_required
@require_safe
def order(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """What ``?pages=`` cost, and the button that pays them. ``?section=`` is the one whose page leads here."""
    document = owned_document(document_id=document_id, user=request.user)
    if section := _section_named(request):
        request.session[_CAME_FROM] = [str(document.pk), section]
    if queries.more_pages_on_their_way(document):
        return redirect("billing:more-pages-paid", document.pk)
    if "left" in request.GET:
        messages.info(request, _("Nothing was charged. You can pay whenever you are ready."))
    return _page(request, document, _asked(request.GET.get("pages", PAGES_AT_FIRST)))


@login_required
@require_POST
def pay(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Opens the payment and sends its owner to Stripe's page. Whatever stands in the way, nothing is charged."""
    document = owned_document(document_id=document_id, user=request.user)
    asked, form = _asked(request.POST.get("pages", "")), PayMorePagesForm(request.POST)
    if not form.is_valid():
        return _page(request, document, asked, form=form, status=422)
    said = form.cleaned_data
    try:
        payment = buying_more.open_checkout(
            document_id=document_id,
            pages=said["pages"],
            shown=Shown(said["total"], said["version"]),
            buyer=replace(buyer_of(request), addressee=form.addressee),
        )
    except PriceChanged as change:
        return _page(request, document, asked, changed=change, addressee=form.addressee, status=409)
    except NotSold:
        document.refresh_from_db()
        return _page(request, document, asked, status=409)
    except Refused as refused:
        messages.error(request, str(refused))
        page = _page(request, document, asked, form=form, status=refused.refusal.status)
        return come_back.tell(page, refused.refusal.wait)
    except (ProviderError, NoPriceList):
        messages.error(
            request, _("The payment provider does not answer just now. Nothing was charged. Try again in a minute.")
        )
        return come_back.tell(_page(request, document, asked, form=form, status=503), TRY_AGAIN_AFTER)
    if payment.state == PaymentState.PROCESSING or payment.state in PAID_STATES:
        here = reverse("billing:more-pages-paid", args=[document_id])
        return HttpResponseRedirect(f"{here}?session={payment.stripe_session_id or ''}")
    return HttpResponseRedirect(payment.checkout_url)


@login_required
@require_safe
def paid(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The way back from Stripe's page: to the page of rewriting once the money is certain.

    The page shown while money is on its way asks here again through htmx; that only reads what is known.
    """
    document = owned_document(document_id=document_id, user=request.user)
    payment = queries.returned_payment(
        document=document, session_id=returning.session_named(request), purpose=PaymentPurpose.MORE_PAGES
    )
    if payment is None:
        return redirect("billing:more-pages", document_id)
    if request.headers.get("HX-Request"):
        # Once more here without htmx, where it is said what came of it.
        here = f"{request.path}?session={payment.stripe_session_id or ''}"
        return returning.news(payment, paid=here, not_paid=here)
    payment, asked = returning.look(payment)
    if payment.state in PAID_STATES:
        _tell_what_came_of_it(request, payment)
        return HttpResponseRedirect(_way_back(request, document))
    if returning.is_on_its_way(payment, asked=asked):
        return render(request, "billing/on_its_way.html", {"document": document, "payment": payment})
    if not (payment.failure and payment.state in OPEN_STATES):  # the page of the order tells that one itself
        messages.warning(request, returning.why_not_paid(payment))
    return redirect("billing:more-pages", document_id)


def _tell_what_came_of_it(request: SignedInRequest, payment: Payment) -> None:
    """What a payment that came in has added; one that was given back in part or is disputed has not added that."""
    if payment.state == PaymentState.DISPUTED:
        messages.warning(request, _("A bank has asked for the money of that payment back: its pages do not count."))
    elif payment.state == PaymentState.PARTIALLY_REFUNDED:
        messages.info(request, _("A part of that payment was given back, and its pages with it. The others count."))
    else:
        words = ngettext(
            "%(pages)d page of rewriting was added.", "%(pages)d pages of rewriting were added.", payment.pages
        )
        messages.success(request, words % {"pages": payment.pages})


def _asked(pages: str | int) -> MorePagesForm:
    return MorePagesForm({"pages": pages}, auto_id="wanted-%s")


def _section_named(request: SignedInRequest) -> str:
    """The section whose page led here; nothing where none is named."""
    try:
        return str(UUID(request.GET.get("section", "")))
    except ValueError:
        return ""


def _way_back(request: SignedInRequest, document: Document) -> str:
    """The page of rewriting that somebody came from, else the text."""
    came_from = request.session.get(_CAME_FROM)
    if came_from and came_from[0] == str(document.pk):
        return reverse("generation:rewrite", args=came_from)
    return reverse("documents:read", args=[document.pk])


def _page(
    request: SignedInRequest,
    document: Document,
    asked: MorePagesForm,
    *,
    form: PayMorePagesForm | None = None,
    addressee: Mapping[str, str] | None = None,
    changed: PriceChanged | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "document": document,
        "asked": asked,
        "changed": changed,
        "way_back": _way_back(request, document),
        "closed": more_pages.why_not(document),
        "each": settings.REWRITINGS_PER_PAGE,
        "most": MOST_MORE_PAGES,
    }
    if not context["closed"] and asked.is_valid():
        pages = asked.cleaned_data["pages"]
        try:
            quoted = buying_more.quote(pages=pages, buyer=buyer_of(request))
        except NoPriceList:
            context["closed"], status = _("Prices are being changed. Nothing was charged."), 503
        else:
            last = queries.latest_payment(document=document, purpose=PaymentPurpose.MORE_PAGES)
            present = {"total": quoted.total, "version": quoted.version, "pages": pages}
            if form is None:
                named = addressee or (last.addressee if last else None)
                shown = PayMorePagesForm(initial=dict(named or {}) | present)
            else:
                # Consent as it came in, the price as it is now: what was sent for it is never shown back.
                shown = PayMorePagesForm({name: request.POST.get(name, "") for name in _KEPT} | present)
                if "total" in form.errors or "version" in form.errors:
                    messages.warning(
                        request, _("The price could not be read. Nothing was charged. Please look at it again.")
                    )
            added = pages * settings.REWRITINGS_PER_PAGE
            context |= {"quote": quoted, "form": shown, "added": added, "last_failure": failure_of(last)}
    return render(request, "billing/more_pages.html", context, status=status)
