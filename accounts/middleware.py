"""Sessions end when they were idle or lasted for too long, and who is no longer signed in is told where to sign in.

Who is signed in reads in the language of the account (R-04).
"""

from typing import Final, TypeGuard
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.domain import devices, session_life
from accounts.domain.signed_in import SignedInRequest
from tesigo.platform.redirects import own_path
from tesigo.platform.view_middleware import ViewMiddleware

#: Asked by machines, and answered whatever the database does.
_WITHOUT_SESSION: Final = frozenset({"health", "ready", "billing:webhook"})


class SessionLifeMiddleware(ViewMiddleware):
    """Ends a session whose time is over before the view sees it; the view meets nobody, as everybody's does then."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes on, and turns a way to the sign-in page into what the caller understands."""
        return _as_understood(request, self.get_response(request))

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Ends or touches the session."""
        if not _is_signed_in(request):
            return
        now = timezone.now()
        if session_life.is_over(request.session, user=request.user, now=now):
            devices.forget(session_key=str(request.session.session_key))
            logout(request)
        elif not _asks_by_itself(request):
            session_life.touch(request.session, user=request.user, now=now)


class AccountLanguageMiddleware(ViewMiddleware):
    """The account's language comes before that of the cookie and of Accept-Language, by which Django's own chose."""

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Activates it, where somebody is signed in by this browser."""
        if _is_signed_in(request):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()


def _is_signed_in(request: HttpRequest) -> TypeGuard[SignedInRequest]:
    """Whether somebody is signed in by this browser, where the view is one that has a session."""
    match = request.resolver_match
    if match is None or match.view_name in _WITHOUT_SESSION or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return request.user.is_authenticated


def _asks_by_itself(request: HttpRequest) -> bool:
    """Whether a page that lies open asks how far something is: nobody has to sit before it."""
    return request.headers.get("X-Requested-With") == "fetch" or "X-Unasked" in request.headers


def _as_understood(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A redirect to the sign-in page would be drawn into the middle of a page that asks for a part of itself."""
    to = urlsplit(response.headers.get("Location", ""))
    if response.status_code != 302 or to.path != resolve_url(settings.LOGIN_URL) or "next" not in parse_qs(to.query):
        return response
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": _signin(request.headers.get("HX-Current-URL", ""))})
    if request.headers.get("X-Requested-With"):
        return JsonResponse({"detail": _("You are no longer signed in.")}, status=401)
    if request.method not in ("GET", "HEAD"):
        # What was posted cannot be asked for again: back to the page on which it was typed.
        response.headers["Location"] = _signin(request.headers.get("Referer", ""))
    return response


def _signin(page: str) -> str:
    """The sign-in page that leads on to this page of ours."""
    parts = urlsplit(page)
    url = resolve_url(settings.LOGIN_URL)
    path = own_path(parts.path + (f"?{parts.query}" if parts.query else ""))
    return f"{url}?{urlencode({'next': path})}" if path else url
