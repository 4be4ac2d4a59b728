"""The landing page and its calculator: what a document costs, for whoever looks."""

from typing import Any, Final

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from billing.domain import compared, pricing, terms, variants
from billing.domain.figures import FIGURES
from billing.domain.sample import sample
from billing.domain.terms import Terms
from billing.errors import NoPriceList
from billing.forms import PagesForm

PAGES_AT_FIRST: Final = 12
#: The cookie by which a browser keeps the prices it saw, while two lists are compared; signed (R-60).
COOKIE: Final = f"{settings.COOKIE_PREFIX}prices"
_COOKIE_SECONDS: Final = 90 * 24 * 3600


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What the house does and what it costs. Without JavaScript the calculator comes back here."""
    more = {"sample": sample(), "figures": FIGURES, "kinds": compared.KINDS, "compared": compared.ROWS}
    return _answer(request, "billing/landing.html", more)


@require_GET
def quote(request: HttpRequest) -> HttpResponse:
    """The calculator's answer: the lines and the total of ``?pages=``, or a plain word why not."""
    return _answer(request, "billing/_quote.html")


def seen_before(request: HttpRequest) -> str:
    """The variant that this browser saw; nothing where it saw none, or somebody changed the cookie."""
    try:
        return request.get_signed_cookie(COOKIE, default="", max_age=_COOKIE_SECONDS) or ""
    except BadSignature:
        return ""


def _answer(request: HttpRequest, template: str, more: dict[str, Any] | None = None) -> HttpResponse:
    form = PagesForm(request.GET if "pages" in request.GET else {"pages": PAGES_AT_FIRST})
    context: dict[str, Any] = {"pages": PAGES_AT_FIRST, "quote": None, "price_per_page": None, "error": ""} | (
        more or {}
    )
    keep = ""
    if not form.is_valid():
        context |= {"error": form.errors["pages"][0]}
    else:
        pages = context["pages"] = form.cleaned_data["pages"]
        try:
            mine, keep = _terms_for(request)
        except NoPriceList:
            context |= {"error": _("Prices are being changed. Look again in a few minutes.")}
        else:
            quoted = pricing.quote(pages, mine)
            context |= {"quote": quoted, "price_per_page": quoted.price_per_page}
    response = render(request, template, context)
    if keep:
        response.set_signed_cookie(
            COOKIE, keep, max_age=_COOKIE_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    return response


def _terms_for(request: HttpRequest) -> tuple[Terms, str]:
    """The terms that this visitor gets, and the variant to keep in the browser, if any. Raises NoPriceList."""
    shown = terms.shown()
    before = seen_before(request)
    if request.user.is_authenticated:
        return terms.of_variant(shown, variants.of_user(user=request.user, terms=shown, seen_before=before)), ""
    variant = variants.of_visitor(terms=shown, seen_before=before)
    is_new = len(shown) > 1 and variant != before
    return terms.of_variant(shown, variant), variant if is_new else ""
