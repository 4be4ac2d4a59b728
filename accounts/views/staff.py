"""The staff's way in beyond the password: the second factor's pages, and one's own password (R-55)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.domain import devices, second_factor, staff, staff_browsers
from accounts.domain.staff import PASSWORD_DUE
from accounts.models import User
from accounts.staff_forms import OwnPasswordForm
from tesigo.platform.redirects import own_path

#: Pages of the second factor that are there for somebody who has not passed it yet.
_BEFORE = frozenset({"mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})

View = Callable[..., HttpResponseBase]


def enter(request: HttpRequest, *, user: User, next_url: str) -> HttpResponseBase:
    """After the right password: on to the second factor, or in, to set one up. The session keeps no address."""
    if request.user.is_authenticated:
        logout(request)
    login = Login(user=user, email_verification="none", redirect_url=own_path(next_url) or reverse("admin:index"))
    response: HttpResponseBase = perform_password_login(request, {}, login)
    return response


def may_enter(request: HttpRequest) -> bool:
    """Whether the administration is open to this session: staff, past a second factor, with a password of their own."""
    return second_factor.has_passed(request) and not request.session.get(PASSWORD_DUE)


def next_step(request: HttpRequest, next_url: str) -> str:
    """Where a signed-in member of staff is led who may not enter yet, or may."""
    user = cast(User, request.user)
    target = own_path(next_url) or reverse("admin:index")
    if not second_factor.has_passed(request):
        name = "mfa_reauthenticate" if second_factor.is_enrolled(user) else "mfa_activate_totp"
    elif request.session.get(PASSWORD_DUE):
        name = "staff_password"
    else:
        return target
    return f"{reverse(name)}?{urlencode({'next': target})}"


def guarded(view: View) -> View:
    """Only for staff, and past the second factor once there is one; remembers the browser that passed it.

    Anybody signed in who is not staff gets a 404: a student who set up a second factor could not sign in any more.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        name = request.resolver_match.view_name if request.resolver_match else ""
        user = request.user
        if user.is_authenticated and not (user.is_staff and user.is_active):
            raise Http404
        if not user.is_authenticated and not _is_between(request, name):
            return redirect(f"{reverse('admin:login')}?{urlencode({'next': own_path(request.get_full_path())})}")
        if user.is_authenticated and name not in _BEFORE and _owes_a_code(request):
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}")
        response = never_cache(view)(request, *args, **options)
        if second_factor.has_passed(request):
            _remember_browser(request, response)
        return response

    return inner


@guarded
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """One's own password: asked for after the first sign-in, changed here later."""
    if not second_factor.has_passed(request):
        return redirect(next_step(request, request.get_full_path()))
    user = cast(User, request.user)
    is_due = bool(request.session.get(PASSWORD_DUE))
    form = OwnPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        staff.change_password(user=user, password=form.cleaned_data["new_password1"])
        before = str(request.session.session_key)
        request.session.pop(PASSWORD_DUE, None)
        update_session_auth_hash(request, user)
        request.session.save()
        devices.moved(old_key=before, new_key=str(request.session.session_key))
        messages.success(request, _("Your new password holds from now on."))
        return redirect(own_path(request.GET.get("next")) or "admin:index")
    context = {"form": form, "is_due": is_due}
    return render(request, "mfa/password.html", context, status=422 if form.errors else 200)


class ActivateApp(ActivateTOTPView):
    """Sets up an app. Its first code proves it: the session has passed the second factor, the code is used up."""

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        """With what else there is."""
        return super().get_context_data(**values) | {"MFA_SUPPORTED_TYPES": settings.MFA_SUPPORTED_TYPES}

    def form_valid(self, form: Any) -> HttpResponse:
        """Sets it up, then lets the session pass."""
        response: HttpResponse = super().form_valid(form)
        made = Authenticator.objects.get(user_id=self.request.user.pk, type=Authenticator.Type.TOTP)
        second_factor.enrolled(request=self.request, authenticator=made, step=form.step)
        return response


class AddPasskey(AddWebAuthnView):
    """Sets up a passkey, which the browser has just proven."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Sets it up, then lets the session pass."""
        response: HttpResponse = super().form_valid(form)
        made = Authenticator.objects.filter(user_id=self.request.user.pk, type=Authenticator.Type.WEBAUTHN).latest("pk")
        second_factor.enrolled(request=self.request, authenticator=made)
        return response


def to_door(request: HttpRequest) -> HttpResponse:
    """Stands where django-allauth looks for pages that this site does not have."""
    return redirect("admin:login")


def leave(request: HttpRequest) -> HttpResponse:
    """Ends a sign-in between password and second factor, or a session."""
    if request.method == "POST":
        logout(request)
    return redirect("admin:login")


def _is_between(request: HttpRequest, name: str) -> bool:
    return name == "mfa_authenticate" and LoginStageController.enter(request, AuthenticateStage.key) is not None


def _owes_a_code(request: HttpRequest) -> bool:
    return not second_factor.has_passed(request) and second_factor.is_enrolled(cast(User, request.user))


def _remember_browser(request: HttpRequest, response: HttpResponseBase) -> None:
    user = cast(User, request.user)
    if staff_browsers.name_of(request.COOKIES.get(staff_browsers.COOKIE, ""), user.email):
        return
    response.set_cookie(
        staff_browsers.COOKIE,
        staff_browsers.remember(user.email),
        max_age=staff_browsers.KNOWN_SECONDS,
        path="/",
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
