"""Programs that call over plain http are refused (ASVS V4.1.2)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from tesigo.platform.api import problems
from tesigo.platform.view_middleware import ViewMiddleware


class RefusePlainHttp(ViewMiddleware):
    """Responds with 403 where a person would be sent on to https, once the site is served by it."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The refusal, or what comes behind."""
        is_program = request.path.startswith(tuple(settings.PROGRAM_PATHS))
        if not (settings.SECURE_SSL_REDIRECT and is_program) or request.is_secure():
            return self.get_response(request)
        detail = _("Call this over https. What you sent can have been read: renew its keys.")
        return problems.respond(request, status=403, detail=detail, kind="https-required")
