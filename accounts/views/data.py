"""One's own data: all of it to take along (R-71)."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.domain import session_life
from accounts.domain.signed_in import SignedInRequest
from privacy.domain import exports
from privacy.errors import ExportRefused
from tesigo.platform import come_back, ranges
from tesigo.platform.streamed import attachment

CONTENT_TYPE = "application/zip"


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def data(request: SignedInRequest) -> HttpResponse:
    """The last export and how far it is; a POST asks for a new one."""
    if request.method == "POST":
        try:
            exports.ask(user=request.user, by=request.user, now=timezone.now())
        except ExportRefused as refusal:
            return _refused(request, refusal)
        return redirect("accounts:data")
    return render(request, "accounts/data.html", _context(request))


@never_cache
@login_required
@require_safe
def data_export(request: SignedInRequest) -> HttpResponse:
    """How far it is, as a part of the page that asks for it every other second."""
    return render(request, "accounts/_data_export.html", _context(request))


@never_cache
@login_required
@require_safe
def download(request: SignedInRequest, data_export_id: UUID) -> HttpResponseBase:
    """The archive; somebody else's does not exist (R-100). Who signed in long ago first proves that it is them."""
    export = get_object_or_404(exports.of(user=request.user), pk=data_export_id)
    page = reverse("accounts:data")
    if not session_life.is_fresh(request.session, now=timezone.now()):
        return HttpResponseRedirect(f"{reverse('accounts:prove')}?{urlencode({'next': page})}")
    asked = ranges.asked(request, stored_as=export.stored_as, size=export.size)
    try:
        file = exports.open_file(export=export, asked=asked, by=request.user, now=timezone.now())
    except FileNotFoundError:
        messages.info(request, _("This file is not here any more. What there is now stands below."))
        return HttpResponseRedirect(page)
    return attachment(file, asked=asked, name=exports.file_name(export), content_type=CONTENT_TYPE)


def _refused(request: SignedInRequest, refusal: ExportRefused) -> HttpResponse:
    """The page again, with why not now and until when."""
    messages.error(request, str(refusal))
    response = render(request, "accounts/data.html", _context(request), status=429 if refusal.retry_after else 409)
    return come_back.tell(response, refusal.retry_after)


def _context(request: SignedInRequest) -> dict[str, object]:
    return {
        "export": exports.newest(user=request.user),
        "ready": exports.at_hand(user=request.user, now=timezone.now()),
        "days": settings.DATA_EXPORT_DAYS,
        "per_day": settings.DATA_EXPORTS_PER_DAY,
    }
