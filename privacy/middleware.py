"""Nothing is done for a person before they have agreed to the terms (R-70)."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from privacy.domain import consent
from tesigo.platform.api import problems
from tesigo.platform.view_middleware import ViewMiddleware

_SESSION_KEY = "accepted_policy"
#: What a person may see and do before: read what it is about, agree, or leave, with their data.
_OPEN = frozenset(
    {
        "privacy:consents",
        "privacy:terms",
        "privacy:policy",
        "privacy:contact",
        "privacy:help",
        "privacy:imprint",
        "accounts:signout",
        "accounts:language",
        "accounts:link",
        "accounts:check",
        "accounts:standing",
        "accounts:deny",
        "accounts:undo-address",
        "billing:landing",
        "billing:webhook",
        "accounts:mail-events",
        "accounts:read-mail-notice",
        "accounts:prove",
        "accounts:data",
        "accounts:data-export",
        "accounts:data-download",
        "accounts:erase",
        "accounts:keep",
        "documents:shared",
        "documents:shared-comment",
        "api-docs",
        "api-schema",
        "health",
        "ready",
    }
)


class ConsentRequiredMiddleware(ViewMiddleware):
    """Sends a signed-in person who has not agreed to the present terms to the page where they can."""

    def process_view(self, request: HttpRequest, view: object, *_given: object) -> HttpResponseBase | None:
        """Answers instead of the view where the consent is missing."""
        match = request.resolver_match
        if match is None or match.view_name in _OPEN or _is_open(view) or not _is_missing(request):
            return None
        page = reverse("privacy:consents")
        if problems.is_api(request):
            words = _("Agree to the terms first: on the page, or by PUT /api/v1/user/consents.")
            return problems.respond(request, status=403, detail=words, kind="consent-required", more={"url": page})
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": page})
        asked_for = request.get_full_path() if request.method == "GET" else ""
        return redirect(f"{page}?{urlencode({'next': asked_for})}" if asked_for else page)


def _is_open(view: object) -> bool:
    """Whether a view of the API says so itself (`tesigo.platform.api.views`)."""
    return bool(getattr(getattr(view, "cls", None), "is_open_without_consent", False))


def _is_missing(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated or user.is_staff:
        return False
    # Essential consent is never withdrawn while the account lives, so a yes may be remembered.
    if request.session.get(_SESSION_KEY) == settings.POLICY_VERSION:
        return False
    if not consent.has_accepted_policy(user):
        return True
    request.session[_SESSION_KEY] = settings.POLICY_VERSION
    return False
