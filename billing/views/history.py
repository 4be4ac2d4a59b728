"""What a person has paid."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.domain.signed_in import SignedInRequest
from billing.domain import queries


@login_required
@require_GET
def payment_history(request: SignedInRequest) -> HttpResponse:
    """A person's payments: a page of its own, or the list alone for the account page, which fetches it by htmx."""
    template = "billing/_history.html" if request.headers.get("HX-Request") else "billing/history.html"
    return render(request, template, {"payments": queries.payment_history(user=request.user)})
