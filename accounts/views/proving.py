"""Proving again that it is you, before sessions are ended or the address is changed (ASVS 5.0, V7.5.1 and V7.5.2)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.domain import browsers, session_life, signin
from accounts.domain.client import client_ip, user_agent
from accounts.domain.signed_in import SignedInRequest
from accounts.errors import TooManySignIns
from accounts.views.cookies import set_cookie
from tesigo.platform import come_back
from tesigo.platform.redirects import own_path

View = Callable[..., HttpResponseBase]


def freshly_proven(view: View) -> View:
    """Sends who signed in too long ago to prove anew, and then to the account page. Goes below `login_required`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if session_life.is_fresh(request.session, now=timezone.now()):
            return view(request, *args, **kwargs)
        back = request.path if request.method == "GET" else reverse("accounts:account")
        return redirect(f"{reverse('accounts:prove')}?{urlencode({'next': back})}")

    return guarded


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def prove(request: SignedInRequest) -> HttpResponse:
    """Says why, and sends a mail to one's own address: the same way as signing in."""
    user = request.user
    next_url = own_path(request.GET.get("next")) or reverse("accounts:account")
    if request.method != "POST" or user.is_staff:
        return render(request, "accounts/prove.html", {"next": next_url})
    browser = request.COOKIES.get(browsers.ASKING_COOKIE) or browsers.new_browser()
    try:
        signin.ask(
            typed=user.email_as_typed,
            browser=browser,
            known_cookie=browsers.remember("", user.email),  # who sits here has signed in to it
            ip=client_ip(request),
            next_url=next_url,
            language=translation.get_language() or user.language,
            now=timezone.now(),
            user_agent=user_agent(request),
        )
    except TooManySignIns as refusal:
        return come_back.later(
            request, wait=refusal.retry_after, template="accounts/limited.html", message=refusal.message
        )
    response = cast(HttpResponse, redirect("accounts:check"))
    set_cookie(response, browsers.ASKING_COOKIE, browser, browsers.ASKING_SECONDS)
    return response
