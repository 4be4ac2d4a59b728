"""The account page: who one is here, where one is signed in, what is kept."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.domain import devices, mail_addresses, people
from accounts.domain.signed_in import SignedInRequest
from accounts.forms import ProfileForm
from accounts.models import Device, User
from accounts.views.proving import freshly_proven
from privacy.domain import consent
from tesigo.platform.redirects import own_path


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    """Address, name, language, devices and consents; payments come as a fragment of the floor above."""
    user = request.user
    form = ProfileForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        people.change_profile(user=user, by=user, **form.cleaned_data)
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        return redirect("accounts:account")
    context = {
        "form": form,
        "devices": devices.of(user=user, now=timezone.now()),
        "this_session": request.session.session_key,
        "consents": _consents(user),
    }
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


def _consents(user: User) -> list[tuple[str, bool]]:
    state = consent.state_of(user)
    return [(str(kind.label), state[kind]) for kind in consent.kinds_for(user)]


@login_required
@require_POST
@freshly_proven
def sign_out_device(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Ends the session of one of one's own browsers; someone else's does not exist (R-100)."""
    try:
        devices.sign_out(device_id=device_id, by=request.user)
    except Device.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("That browser is signed out."))
    return redirect("accounts:account")


@login_required
@require_POST
@freshly_proven
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """Ends every session, this one included."""
    user = request.user
    devices.sign_out_everywhere(user=user, by=user)
    # This session is gone as well; Django must not try to save it.
    logout(request)
    return redirect("accounts:signin")


@login_required
@require_POST
def read_mail_notice(request: SignedInRequest) -> HttpResponse:
    """The person has read that a mail to them did not arrive; the page they came from no longer says so."""
    mail_addresses.read_notice(user=request.user)
    return redirect(own_path(request.POST.get("next")) or "accounts:account")
