"""The language of the pages, chosen at the foot of each (R-04)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.domain import people
from tesigo.platform.redirects import own_path


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Goes on with the page it was chosen on, `next`, else with the start. A language we do not have gets 400.

    - Keeps it in the cookie of the language, until the browser is closed.
    - Signed in: keeps it in the account, too, and so for mails.
    """
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    start = settings.LOGIN_REDIRECT_URL if request.user.is_authenticated else "/"
    response = redirect(own_path(request.POST.get("next")) or start)
    if request.user.is_authenticated:
        user = request.user
        people.change_profile(user=user, name=user.name, language=language, by=user)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response
