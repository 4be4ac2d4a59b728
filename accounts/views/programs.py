"""Programs of one's own: the tokens made for them, and those that are signed in (R-56, R-58)."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.domain import api_signins, api_tokens, second_factor
from accounts.domain.signed_in import SignedInRequest
from accounts.errors import TooManyTokens
from accounts.forms import ApiTokenForm
from accounts.models import ApiSignIn, ApiToken
from accounts.views.proving import freshly_proven


@never_cache
@login_required
@require_GET
def programs(request: SignedInRequest) -> HttpResponse:
    """What may call in one's name."""
    now = timezone.now()
    context = {
        "tokens": api_tokens.alive_of(user=request.user, now=now),
        "signed_in": api_signins.alive_of(user=request.user, now=now),
    }
    return render(request, "accounts/programs.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@freshly_proven
def new_token(request: SignedInRequest) -> HttpResponse:
    """Makes a token; the page after it is the only one that ever shows it."""
    user = request.user
    if user.is_staff and not second_factor.has_passed(request):
        raise PermissionDenied
    form = ApiTokenForm(request.POST or None, for_staff=user.is_staff)
    if request.method == "POST" and form.is_valid():
        try:
            row, token = api_tokens.make(
                user=user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                lasts=timedelta(days=form.cleaned_data["days"]),
                has_second_factor=user.is_staff,
                by=user,
                now=timezone.now(),
            )
        except TooManyTokens as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "accounts/token_made.html", {"row": row, "token": token})
    return render(request, "accounts/new_token.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_token(request: SignedInRequest, token_id: UUID) -> HttpResponse:
    """Takes a token of one's own back; nobody has to prove anything for that. Someone else's does not exist."""
    try:
        api_tokens.revoke(user=request.user, token_id=token_id, by=request.user, now=timezone.now())
    except ApiToken.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The token is revoked."))
    return redirect("accounts:programs")


@login_required
@require_POST
@freshly_proven
def sign_out_program(request: SignedInRequest, sign_in_id: UUID) -> HttpResponse:
    """Ends the sign-in of one of one's own programs; someone else's does not exist (R-100)."""
    try:
        api_signins.sign_out(user=request.user, sign_in_id=sign_in_id, by=request.user, now=timezone.now())
    except ApiSignIn.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The program is signed out."))
    return redirect("accounts:programs")
