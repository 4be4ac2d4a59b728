"""What a person has paid, and the receipts for it."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.domain.signed_in import SignedInRequest
from billing.domain import papers, queries
from billing.forms import SearchForm
from billing.models import CreditNote, Payment, Receipt
from tesigo.platform import come_back, rate_limits

PAGE_SIZE = 20
#: Payments that the account page shows; the rest is a page away.
_ON_ACCOUNT_PAGE = 5


@login_required
@require_GET
def payment_history(request: SignedInRequest) -> HttpResponse:
    """A person's payments: a page of its own with a search, or the newest for the account page (by htmx)."""
    if request.headers.get("HX-Request"):
        newest = queries.payment_history(user=request.user)[:_ON_ACCOUNT_PAGE]
        return render(request, "billing/_history.html", {"payments": newest})
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = queries.payment_history(user=request.user, words=words)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"page": page, "payments": page.object_list, "words": words, "query": query.urlencode()}
    return render(request, "billing/history.html", context)


@login_required
@require_GET
def receipt(request: SignedInRequest, payment_id: UUID) -> HttpResponse:
    """The receipt of a payment of one's own, as its PDF was stored (R-68); while it is being made, a page says so."""
    mine = Receipt.objects.filter(payment__user=request.user).select_related("payment__document")
    issued = get_object_or_404(mine, payment_id=payment_id)
    title = _("Receipt %s") % issued
    return _paper(
        request, issued, title=title, about=issued.payment, here=reverse("billing:receipt", args=[payment_id])
    )


@login_required
@require_GET
def credit_note(request: SignedInRequest, note_id: int) -> HttpResponse:
    """The note of what went back of a payment of one's own; as its receipt."""
    mine = CreditNote.objects.filter(receipt__payment__user=request.user)
    note = get_object_or_404(mine.select_related("receipt__payment__document"), pk=note_id)
    title = _("Credit note %s") % note
    here = reverse("billing:credit-note", args=[note_id])
    return _paper(request, note, title=title, about=note.receipt.payment, here=here)


def _paper(request: SignedInRequest, paper: papers.Paper, *, title: str, about: Payment, here: str) -> HttpResponse:
    asked = rate_limits.check("receipt", str(request.user.pk), limit=settings.RECEIPTS_PER_HOUR, seconds=3600)
    if not asked.allowed:
        return come_back.later(request, wait=asked.retry_after)
    if (pdf := papers.read(paper=paper)) is not None:
        papers.note_taken(paper=paper, by=request.user)
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{papers.name_of(paper)}"'
        return response
    # Without a script, too, the browser looks again by itself.
    context = {"title": title, "document": about.document, "here": here}
    response = render(request, "billing/receipt.html", context, status=202)
    response["Refresh"] = "3"
    return response
