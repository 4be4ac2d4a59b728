"""Signing in by mail: ask, then prove by link or code (R-50, R-51)."""

from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.domain import browsers, denials, signin
from accounts.domain.client import client_ip, user_agent
from accounts.errors import (
    AccountClosed,
    AddressMoved,
    AddressRefused,
    SignInRefused,
    StaffUsePassword,
    TooManySignIns,
    UnknownLink,
    WrongCode,
)
from accounts.forms import CodeForm, SignInForm
from accounts.models import SignInRequest
from accounts.views.cookies import set_cookie
from tesigo.platform import come_back
from tesigo.platform.redirects import own_path

#: Seconds until the page offers to send another mail.
RESEND_AFTER_SECONDS = 60


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """One field, one button; the answer is the same whether or not the address has an account."""
    if request.method != "POST":
        next_url = own_path(request.GET.get("next"))
        if request.user.is_authenticated:
            return redirect(next_url or settings.LOGIN_REDIRECT_URL)
        context = {
            "form": SignInForm(initial={"next": next_url}),
            # Who was here before and is sent back to sign in wonders why.
            "was_here": bool(next_url) and browsers.KNOWN_COOKIE in request.COOKIES,
        }
        return render(request, "accounts/signin.html", context)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/signin.html", {"form": form}, status=422)
    browser = request.COOKIES.get(browsers.ASKING_COOKIE) or browsers.new_browser()
    try:
        signin.ask(
            typed=form.cleaned_data["email"],
            browser=browser,
            known_cookie=request.COOKIES.get(browsers.KNOWN_COOKIE, ""),
            ip=client_ip(request),
            next_url=form.cleaned_data["next"],
            language=translation.get_language() or settings.LANGUAGE_CODE,
            now=timezone.now(),
            user_agent=user_agent(request),
        )
    except AddressRefused as refusal:
        form.add_error("email", str(refusal))
        return render(request, "accounts/signin.html", {"form": form}, status=422)
    except TooManySignIns as refusal:
        return come_back.later(
            request, wait=refusal.retry_after, template="accounts/limited.html", message=refusal.message
        )
    response = redirect("accounts:check")
    set_cookie(response, browsers.ASKING_COOKIE, browser, browsers.ASKING_SECONDS)
    return response


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Look into your mail: the code field, and another mail after a while."""
    browser = request.COOKIES.get(browsers.ASKING_COOKIE, "")
    waiting = signin.waiting_for(browser=browser)
    if waiting is None:
        # Used in this browser, most often: who is signed in is led on from there.
        next_url = own_path(request.GET.get("next"))
        query = f"?{urlencode({'next': next_url})}" if next_url else ""
        return redirect(reverse("accounts:signin") + query)
    if request.method == "GET" and waiting.redeemed_at and request.user.is_authenticated:
        return redirect(waiting.next_url or settings.LOGIN_REDIRECT_URL)
    now = timezone.now()
    if refusal := signin.end_of(waiting, now=now):
        return _dead(request, refusal, asked=waiting)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _enter(request, signin.prove_by_code(browser=browser, code=form.cleaned_data["code"], now=now))
        except WrongCode as refusal:
            form.add_error("code", str(refusal))
        except SignInRefused as refusal:
            return _dead(request, refusal, asked=waiting)
    again = SignInForm(initial={"email": waiting.email_as_typed, "next": waiting.next_url}, auto_id="again_%s")
    context = {"form": form, "waiting": waiting, "again": again, "resend_after": RESEND_AFTER_SECONDS}
    return render(request, "accounts/check.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def standing(request: HttpRequest) -> JsonResponse:
    """Whether the mail that this browser asked for still waits; the page that waits for it asks now and then.

    It says no more than that: who opens the link in another browser signs in there, never here (R-51).
    """
    waiting = signin.waiting_for(browser=request.COOKIES.get(browsers.ASKING_COOKIE, ""))
    return JsonResponse({"waits": waiting is not None and signin.end_of(waiting, now=timezone.now()) is None})


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and uses nothing up (mail scanners follow links); POST redeems."""
    browser = request.COOKIES.get(browsers.ASKING_COOKIE, "")
    form = CodeForm(request.POST if "code" in request.POST else None)
    now = timezone.now()
    try:
        code_needed = signin.open_link(token=token, browser=browser, now=now)
        if request.method == "POST" and (not code_needed or form.is_valid()):
            code = form.cleaned_data["code"] if code_needed else ""
            return _enter(request, signin.prove_by_link(token=token, browser=browser, code=code, now=now))
    except WrongCode as refusal:
        code_needed = True
        form.add_error("code", str(refusal))
    except SignInRefused as refusal:
        return _dead(request, refusal)
    context = {"form": form, "code_needed": code_needed}
    return secretive(render(request, "accounts/link.html", context, status=422 if form.errors else 200))


@never_cache
@require_http_methods(["GET", "POST"])
def deny(request: HttpRequest, token: str) -> HttpResponse:
    """This wasn't me: GET shows a button, POST voids the request. Needs no session: the mail is what counts."""
    try:
        asked = denials.find(token=token)
        if request.method == "POST":
            asked = denials.deny(token=token, now=timezone.now())
    except UnknownLink as refusal:
        return _dead(request, refusal)
    return secretive(render(request, "accounts/deny.html", {"asked": asked}))


@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    """Ends this session."""
    logout(request)
    return redirect("billing:landing")


def _enter(request: HttpRequest, proven: signin.Proven) -> HttpResponse:
    target = proven.next_url or resolve_url(settings.LOGIN_REDIRECT_URL)
    known = browsers.remember(request.COOKIES.get(browsers.KNOWN_COOKIE, ""), proven.user.email)
    response: HttpResponse = perform_login(request, proven.user, email_verification="none", redirect_url=target)
    response.delete_cookie(browsers.ASKING_COOKIE, samesite="Lax")
    set_cookie(response, browsers.KNOWN_COOKIE, known, browsers.KNOWN_SECONDS)
    return response


def secretive(response: HttpResponse) -> HttpResponse:
    """For a page whose address holds a token: no other site may see it."""
    # No Referer at all would break the CSRF check.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _dead(request: HttpRequest, refusal: SignInRefused, *, asked: SignInRequest | None = None) -> HttpResponse:
    """What to do instead; the browser that asked need not type again what it asked for."""
    status = 404 if isinstance(refusal, UnknownLink) else 410
    known = {"email": asked.email_as_typed, "next": asked.next_url} if asked else {}
    context = {
        "message": refusal.message,
        "form": SignInForm(initial=known),
        "is_staff": isinstance(refusal, StaffUsePassword),
        "is_closed": isinstance(refusal, AccountClosed),
        "is_moved": isinstance(refusal, AddressMoved),
    }
    return render(request, "accounts/dead.html", context, status=status)
