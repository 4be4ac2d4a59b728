"""The language of the pages, chosen at the foot of each (R-04): of the account, else kept in a cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.domain import people
from tesigo.platform.redirects import own_path


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Goes on with the page it was chosen on, `next`, else with the start. A language we do not have gets 400.

    - Signed in: kept in the account, and so for mails.
    - Else: kept in the cookie of the language, for a year.
    """
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    start = "/documents/" if request.user.is_authenticated else "/"
    response = redirect(own_path(request.POST.get("next")) or start)
    if request.user.is_authenticated:
        people.choose_language(user=request.user, language=language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response
