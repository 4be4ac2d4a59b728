"""Changing the address one signs in with (R-59)."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.domain import address_change, browsers, devices
from accounts.domain.client import client_ip, user_agent
from accounts.domain.signed_in import SignedInRequest
from accounts.errors import (
    AccountError,
    AddressRefused,
    AddressTaken,
    RequestDenied,
    SignInRefused,
    TooManySignIns,
    WrongCode,
)
from accounts.forms import CodeForm, NewAddressForm
from accounts.models import User
from accounts.views.cookies import set_cookie
from accounts.views.proving import freshly_proven
from accounts.views.signin import secretive
from tesigo.platform import come_back


@never_cache
@login_required
@freshly_proven
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest) -> HttpResponse:
    """Asks for the new address; the answer is the same whether or not somebody has it."""
    form = NewAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            address_change.ask(
                user=request.user,
                bound_to=str(request.session.session_key),
                typed=form.cleaned_data["email"],
                ip=client_ip(request),
                language=translation.get_language() or request.user.language,
                user_agent=user_agent(request),
                now=timezone.now(),
            )
        except AddressRefused as refusal:
            form.add_error("email", str(refusal))
        except TooManySignIns as refusal:
            return come_back.later(
                request, wait=refusal.retry_after, template="accounts/limited.html", message=refusal.message
            )
        else:
            return redirect("accounts:check-address")
    return render(request, "accounts/change_address.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("code")
@login_required
@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest) -> HttpResponse:
    """The code from the mail to the new address; with it the address changes."""
    session_key = str(request.session.session_key)
    waiting = address_change.waiting_for(user=request.user, bound_to=session_key)
    if waiting is None or waiting.redeemed_at:
        return redirect("accounts:change-address")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            address_change.confirm(user=request.user, bound_to=session_key, code=code, now=timezone.now())
        except WrongCode as refusal:
            form.add_error("code", str(refusal))
        except (SignInRefused, AddressTaken) as refusal:
            return _not_changed(request, refusal)
        else:
            return _changed(request)
    elif waiting.voided_at:
        return _not_changed(request, RequestDenied())
    context = {"form": form, "waiting": waiting}
    return render(request, "accounts/check_address.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """The old mailbox's way back: GET shows a button, POST undoes. Needs no session: the mail is what counts."""
    now = timezone.now()
    try:
        address_change.find_undo(token=token, now=now)
        if request.method == "POST":
            address_change.undo(token=token, now=now)
    except (SignInRefused, AddressTaken) as refusal:
        page = render(request, "accounts/undo_address.html", {"message": refusal.message}, status=410)
    else:
        page = render(request, "accounts/undo_address.html", {"is_undone": request.method == "POST"})
    return secretive(page)


def _changed(request: SignedInRequest) -> HttpResponse:
    before = str(request.session.session_key)
    user = User.objects.get(pk=request.user.pk)
    # This session goes on, bound to what the user is now, under a new key.
    update_session_auth_hash(request, user)
    devices.moved(old_key=before, new_key=str(request.session.session_key))
    messages.success(request, _("From now on you sign in with the new address. Every other browser is signed out."))
    response = redirect("accounts:account")
    known = browsers.remember(request.COOKIES.get(browsers.KNOWN_COOKIE, ""), user.email)
    set_cookie(response, browsers.KNOWN_COOKIE, known, browsers.KNOWN_SECONDS)
    return response


def _not_changed(request: HttpRequest, refusal: AccountError) -> HttpResponse:
    return render(request, "accounts/address_unchanged.html", {"message": refusal.message}, status=410)
