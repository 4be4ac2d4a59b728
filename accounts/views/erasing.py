"""Having one's account erased, and keeping it after all (R-72)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.forms import EraseForm
from accounts.views.proving import freshly_proven
from privacy.domain import erasure
from privacy.errors import ErasureError


@never_cache
@login_required
@freshly_proven
@require_http_methods(["GET", "POST"])
def erase(request: SignedInRequest) -> HttpResponse:
    """Says what goes, what stays and why, and asks again; then until when it can be taken back."""
    user, now = request.user, timezone.now()
    form = EraseForm(request.POST if request.method == "POST" else None)
    open_one = erasure.open_one(user=user)
    if request.method == "POST" and open_one is None and form.is_valid():
        try:
            erasure.ask(user=user, by=user, now=now)
        except ErasureError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("accounts:erase")
    hindrance = erasure.hindrance(user=user, now=now)
    context = {"form": form, "open": open_one, "hindrance": hindrance, "days": erasure.days()}
    is_refused = bool(form.errors) or bool(hindrance and not hindrance.passes)
    return render(request, "accounts/erase.html", context, status=422 if is_refused and form.is_bound else 200)


@login_required
@require_POST
def keep(request: SignedInRequest) -> HttpResponse:
    """Takes it back. Asks for no new proof: nothing is lost by it."""
    try:
        is_kept = erasure.cancel(user=request.user, by=request.user, now=timezone.now())
    except ErasureError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Your account stays. Nothing was deleted.") if is_kept else _("Your account stays.")
        )
    return redirect("accounts:account")
